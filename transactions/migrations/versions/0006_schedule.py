"""What scheduling needs: machines and opening of work centres, operations that are pinned, operations as approved."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _new_table("work_center_hours", "work_center_id", "machine_count", "opens_at")
    _new_table("operation_pin", "document_id", "work_order_operation_id", "starts_at", "user_id")
    _new_table(
        "operation_plan", "document_id", "work_order_operation_id", "starts_at", "ends_at", "build_id", "user_id"
    )
    dialect = op.get_bind().dialect.name
    text = Path(__file__).with_name(f"0006_stamps_and_guards.{dialect}.sql").read_text()
    for statement in text.split("\n--\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for name in ("operation_plan", "operation_pin", "work_center_hours"):
        op.drop_table(name)


def _new_table(name: str, *columns: str) -> None:
    """A ledger of decisions: id, its columns, day and time of the decision, stamp. A name that ends in _id refers."""
    made: list[sa.Column[Any]] = []
    for column in columns:
        if column == "build_id":
            made.append(sa.Column(column, sa.String(), nullable=False))
        elif column.endswith("_id"):
            target = {"user_id": "user_account"}.get(column, column.removesuffix("_id"))
            key = sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{name}_{column}"))
            made.append(sa.Column(column, WHOLE, key, nullable=False))
        else:
            made.append(sa.Column(column, WHOLE, nullable=(name, column) == ("operation_pin", "starts_at")))
    op.create_table(
        name, sa.Column("id", WHOLE, autoincrement=False, nullable=False), *made,
        sa.Column("effective_date", sa.Date(), nullable=False), sa.Column("recorded_at", WHOLE, nullable=False),
        sa.Column("row_version", WHOLE), sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )  # fmt: skip
    op.create_index(f"ix_{name}_row_version", name, ["row_version"])
    op.create_index(f"ix_{name}_{columns[0]}", name, [columns[0]])
