"""The business day that a settlement is of; of those before, the last day that they posted in its own month."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

SETTLED_BEFORE = """
    update cost_settlement set as_of = (
        select max(journal_entry.entry_date)
          from journal_entry
               join fiscal_period on fiscal_period.id = journal_entry.period_id
               join journal_line on journal_line.entry_id = journal_entry.id and journal_line.line_number = 1
         where journal_entry.company_id = cost_settlement.company_id and journal_entry.posting = 'settlement'
               and journal_entry.recorded_at = cost_settlement.recorded_at
               and journal_line.settled_period = fiscal_period.code
    )
"""


def upgrade() -> None:
    _unguard()
    op.add_column("cost_settlement", sa.Column("as_of", sa.Date()))
    op.execute(SETTLED_BEFORE)
    for statement in _statements("0011"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    _unguard()
    op.execute("alter table cost_settlement drop column as_of")
    for statement in _statements("0001"):
        if _guards_settlements(statement):
            op.get_bind().exec_driver_sql(statement)


def _guards_settlements(statement: str) -> bool:
    """Whether it puts back what `_unguard` took away."""
    if op.get_bind().dialect.name == "postgresql":
        return "trigger refuse_change" in statement and 'on "cost_settlement"' in statement
    return any(f'create trigger "keep_cost_settlement_{verb}"' in statement for verb in ("update", "delete"))


def _unguard() -> None:
    """Drop what forbids changes of settlements; their stamps stay."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop trigger if exists refuse_change on cost_settlement")
    else:
        op.execute('drop trigger if exists "keep_cost_settlement_update"')
        op.execute('drop trigger if exists "keep_cost_settlement_delete"')


def _statements(made_by: str) -> list[str]:
    name = f"{made_by}_stamps_and_guards.{op.get_bind().dialect.name}.sql"
    return Path(__file__).with_name(name).read_text().split("\n--\n")
