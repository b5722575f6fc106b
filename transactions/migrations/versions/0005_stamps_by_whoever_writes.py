"""PostgreSQL stamps a row by trigger only where its writer did not: the program's own rows bring their stamp along.

A row that is written by hand is stamped as before. SQLite has had it so from the first revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

UNSTAMPED = "when (new.row_version is distinct from pg_current_xact_id()::text::bigint)"
STAMPED_TABLES = """
    select relname from pg_trigger join pg_class on pg_class.oid = tgrelid
     where tgname = 'stamp_row' and relnamespace = current_schema()::regnamespace order by relname
"""


def upgrade() -> None:
    _stamp_rows(UNSTAMPED)


def downgrade() -> None:
    _stamp_rows("")


def _stamp_rows(condition: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        names: list[str] = list(op.get_bind().execute(sa.text(STAMPED_TABLES)).scalars())
        for name in names:
            occasion = f'before insert or update on "{name}" for each row {condition}'
            op.execute(f"create or replace trigger stamp_row {occasion} execute function stamp_row()")
