"""Limits of approval, alternates of bills of material, the release fence of an item."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = (("item_planning", "release_fence_days"), ("bom", "alternate"))  # ledgers that get a column


def upgrade() -> None:
    _unguard()
    op.add_column("item_planning", sa.Column("release_fence_days", WHOLE))
    op.add_column("bom", sa.Column("alternate", WHOLE, nullable=False, server_default="1"))
    keys = [
        sa.Column(name, WHOLE, sa.ForeignKey(f"{target}.id", name=op.f(f"fk_approval_limit_{name}")), nullable=optional)
        for name, target, optional in (("company_id", "company", False), ("user_id", "user_account", True))
    ]
    op.create_table(
        "approval_limit", sa.Column("id", WHOLE, autoincrement=False, nullable=False), keys[0],
        sa.Column("role", sa.String()), keys[1], sa.Column("amount", WHOLE),
        sa.Column("effective_date", sa.Date(), nullable=False), sa.Column("recorded_at", WHOLE, nullable=False),
        sa.Column("row_version", WHOLE), sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_limit")),
    )  # fmt: skip
    for name in ("row_version", "company_id"):
        op.create_index(f"ix_approval_limit_{name}", "approval_limit", [name])
    for statement in _statements("0007_stamps_and_guards"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    _unguard()
    op.drop_table("approval_limit")
    for table_name, name in reversed(COLUMNS):
        op.execute(f"alter table {table_name} drop column {name}")
    for statement in _statements("0004_stamps_and_guards"):
        if _guards_a_ledger(statement):
            op.get_bind().exec_driver_sql(statement)


def _guards_a_ledger(statement: str) -> bool:
    """Whether it puts back what `_unguard` took away."""
    names = [name for name, _column in COLUMNS]
    if op.get_bind().dialect.name == "postgresql":
        return "trigger refuse_change" in statement and any(f'on "{name}"' in statement for name in names)
    return any(f'"keep_{name}_{verb}"' in statement for name in names for verb in ("update", "delete"))


def _unguard() -> None:
    """Drop what forbids changes of these tables; their stamps stay."""
    for name, _column in COLUMNS:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"drop trigger if exists refuse_change on {name}")
        else:
            op.execute(f'drop trigger if exists "keep_{name}_update"')
            op.execute(f'drop trigger if exists "keep_{name}_delete"')


def _statements(name: str) -> list[str]:
    dialect = op.get_bind().dialect.name
    return Path(__file__).with_name(f"{name}.{dialect}.sql").read_text().split("\n--\n")
