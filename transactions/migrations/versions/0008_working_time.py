"""Breaks in the day of a work centre, lead times of work done outside."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LEDGERS = {"work_center_hours": "0006", "routing_operation": "0002"}  # and the revision whose guards they had


def upgrade() -> None:
    _unguard()
    op.add_column("work_center_hours", sa.Column("breaks", sa.String()))
    op.add_column("routing_operation", sa.Column("subcontract_lead_time_days", WHOLE))
    op.add_column("work_order_operation", sa.Column("subcontract_lead_time_days", WHOLE))
    for statement in _statements("0008"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    _unguard()
    op.execute("alter table work_order_operation drop column subcontract_lead_time_days")
    op.execute("alter table routing_operation drop column subcontract_lead_time_days")
    op.execute("alter table work_center_hours drop column breaks")
    for name, guarded_by in LEDGERS.items():
        for statement in _statements(guarded_by):
            if _guards(statement, name):
                op.get_bind().exec_driver_sql(statement)


def _guards(statement: str, name: str) -> bool:
    """Whether it puts back what `_unguard` took away of the table."""
    if op.get_bind().dialect.name == "postgresql":
        return "trigger refuse_change" in statement and f'on "{name}"' in statement
    return any(f'"keep_{name}_{verb}"' in statement for verb in ("update", "delete"))


def _unguard() -> None:
    """Drop what forbids changes of these tables; their stamps stay."""
    for name in LEDGERS:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"drop trigger if exists refuse_change on {name}")
        else:
            op.execute(f'drop trigger if exists "keep_{name}_update"')
            op.execute(f'drop trigger if exists "keep_{name}_delete"')


def _statements(made_by: str) -> list[str]:
    name = f"{made_by}_stamps_and_guards.{op.get_bind().dialect.name}.sql"
    return Path(__file__).with_name(name).read_text().split("\n--\n")
