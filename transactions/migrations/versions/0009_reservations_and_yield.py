"""Stock reserved for sales order lines, the yield of a bill of material."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEYS = {
    "company_id": "company", "document_line_id": "document_line", "item_id": "item", "location_id": "location",
    "user_id": "user_account",
}  # fmt: skip


def upgrade() -> None:
    _unguard()
    op.add_column("bom", sa.Column("yield_rate", WHOLE, nullable=False, server_default="1000000"))
    # A check of the column itself, so that SQLite takes both together.
    whole = "bigint" if op.get_bind().dialect.name == "postgresql" else "integer"
    op.execute(
        f"alter table stock_balance add column reserved_quantity {whole} not null default 0 "
        "constraint ck_stock_balance_reserved_is_there "
        "check (reserved_quantity = 0 or (reserved_quantity > 0 and reserved_quantity <= quantity))"
    )
    keys = {
        name: sa.Column(
            name, WHOLE, sa.ForeignKey(f"{target}.id", name=op.f(f"fk_stock_reservation_{name}")), nullable=False
        )
        for name, target in KEYS.items()
    }
    op.create_table(
        "stock_reservation", sa.Column("id", WHOLE, autoincrement=False, nullable=False), keys["company_id"],
        keys["document_line_id"], keys["item_id"], keys["location_id"],
        sa.Column("lot_id", WHOLE, nullable=False, server_default="0"), sa.Column("quantity", WHOLE, nullable=False),
        sa.Column("cause", sa.String(), nullable=False), keys["user_id"],
        sa.Column("effective_date", sa.Date(), nullable=False), sa.Column("recorded_at", WHOLE, nullable=False),
        sa.Column("row_version", WHOLE), sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_reservation")),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_stock_reservation_quantity_is_some")),
    )  # fmt: skip
    for name in ("row_version", "document_line_id"):
        op.create_index(f"ix_stock_reservation_{name}", "stock_reservation", [name])
    op.create_index("ix_stock_reservation_place", "stock_reservation", ["item_id", "location_id"])
    for statement in _statements("0009"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    _unguard()
    op.drop_table("stock_reservation")
    op.execute("alter table stock_balance drop column reserved_quantity")
    op.execute("alter table bom drop column yield_rate")
    for statement in _statements("0007"):
        if _guards_bom(statement):
            op.get_bind().exec_driver_sql(statement)


def _guards_bom(statement: str) -> bool:
    """Whether it puts back what `_unguard` took away."""
    if op.get_bind().dialect.name == "postgresql":
        return "trigger refuse_change" in statement and 'on "bom"' in statement
    return any(f'"keep_bom_{verb}"' in statement for verb in ("update", "delete"))


def _unguard() -> None:
    """Drop what forbids changes of BOMs; their stamps stay."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop trigger if exists refuse_change on bom")
    else:
        op.execute('drop trigger if exists "keep_bom_update"')
        op.execute('drop trigger if exists "keep_bom_delete"')


def _statements(made_by: str) -> list[str]:
    name = f"{made_by}_stamps_and_guards.{op.get_bind().dialect.name}.sql"
    return Path(__file__).with_name(name).read_text().split("\n--\n")
