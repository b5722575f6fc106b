"""What planning in full needs: transfer routes, forecasts, lot rules with their figures, supplier shares, phantoms."""

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = (
    *(("item_planning", name) for name in (
        "maximum_quantity", "period_days", "target_quantity", "order_cost", "holding_cost", "tolerance_days",
        "frozen_days",
    )),
    ("supplier_price", "share_rate"),
    ("bom", "is_phantom"),
)  # fmt: skip
APPENDED = ("item_planning", "supplier_price", "bom")  # ledgers that get a column
GUARD = re.compile(  # the statements of 0002 that `_unguard` undoes, and on which table
    r'create trigger "keep_(\w+)_(?:update|delete)"|create or replace trigger refuse_change .*? on "(\w+)" '
)


def upgrade() -> None:
    _unguard()
    for table_name, name in COLUMNS:
        kind = sa.Column(name, WHOLE)
        if name == "is_phantom":
            kind = sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
        op.add_column(table_name, kind)
    _new_table(
        "transfer_route", ("company_id", "company"), ("item_id", "item"), ("from_warehouse_id", "warehouse"),
        ("to_warehouse_id", "warehouse"), "transit_days",
        sa.Column("is_open", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("effective_date", sa.Date(), nullable=False), "recorded_at", optional=("item_id",),
    )  # fmt: skip
    _new_table(
        "forecast", ("company_id", "company"), ("item_id", "item"), ("warehouse_id", "warehouse"),
        sa.Column("from_date", sa.Date(), nullable=False), sa.Column("to_date", sa.Date(), nullable=False), "quantity",
        sa.Column("effective_date", sa.Date(), nullable=False), "recorded_at",
    )  # fmt: skip
    for statement in _statements("0004_stamps_and_guards"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    _unguard()
    for name in ("forecast", "transfer_route"):
        op.drop_table(name)
    for table_name, name in reversed(COLUMNS):
        op.execute(f"alter table {table_name} drop column {name}")
    for statement in _statements("0002_stamps_and_guards"):
        guarded = GUARD.match(statement)
        if guarded is not None and set(guarded.groups()) & set(APPENDED):
            op.get_bind().exec_driver_sql(statement)


def _unguard() -> None:
    """Drop what forbids changes of these tables; their stamps stay."""
    for name in APPENDED:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"drop trigger if exists refuse_change on {name}")
        else:
            op.execute(f'drop trigger if exists "keep_{name}_update"')
            op.execute(f'drop trigger if exists "keep_{name}_delete"')


def _statements(name: str) -> list[str]:
    dialect = op.get_bind().dialect.name
    return Path(__file__).with_name(f"{name}.{dialect}.sql").read_text().split("\n--\n")


def _new_table(name: str, *columns: sa.Column[object] | tuple[str, str] | str, optional: tuple[str, ...] = ()) -> None:
    """A table with the id and the stamp that every replicated table has. A pair is a reference, a name a number."""
    made = []
    for column in columns:
        if isinstance(column, str):
            column = sa.Column(column, WHOLE, nullable=False)
        elif isinstance(column, tuple):
            key = sa.ForeignKey(f"{column[1]}.id", name=op.f(f"fk_{name}_{column[0]}"))
            column = sa.Column(column[0], WHOLE, key, nullable=column[0] in optional)
        made.append(column)
    op.create_table(
        name, sa.Column("id", WHOLE, autoincrement=False, nullable=False), *made, sa.Column("row_version", WHOLE),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )  # fmt: skip
    op.create_index(f"ix_{name}_row_version", name, ["row_version"])
    op.create_index(f"ix_{name}_company_id", name, ["company_id"])
