"""A time entry names the one that it takes back."""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    _unguard()
    whole = "bigint" if op.get_bind().dialect.name == "postgresql" else "integer"
    op.execute(
        f"alter table time_entry add column origin_entry_id {whole} "
        "constraint fk_time_entry_origin_entry_id references time_entry (id)"
    )
    for statement in _statements("0012"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Entries of less than no minutes stay: their sum is right."""
    _unguard()
    op.execute("alter table time_entry drop column origin_entry_id")
    for statement in _statements("0002"):
        if _guards_time(statement):
            op.get_bind().exec_driver_sql(statement)


def _guards_time(statement: str) -> bool:
    """Whether it puts back what `_unguard` took away."""
    if op.get_bind().dialect.name == "postgresql":
        return "trigger refuse_change" in statement and 'on "time_entry"' in statement
    return any(f'create trigger "keep_time_entry_{verb}"' in statement for verb in ("update", "delete"))


def _unguard() -> None:
    """Drop what forbids changes of time entries; their stamps stay."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop trigger if exists refuse_change on time_entry")
    else:
        op.execute('drop trigger if exists "keep_time_entry_update"')
        op.execute('drop trigger if exists "keep_time_entry_delete"')


def _statements(made_by: str) -> list[str]:
    name = f"{made_by}_stamps_and_guards.{op.get_bind().dialect.name}.sql"
    return Path(__file__).with_name(name).read_text().split("\n--\n")
