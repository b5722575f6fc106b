"""The schema of the database of record: made, moved forward and back by migrations, and checked before use."""

import uuid
from importlib.metadata import version
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from transactions.kernel.clock import Clock, microseconds
from transactions.kernel.database import reading
from transactions.kernel.refusal import DatabaseIsNewer, Refusal
from transactions.kernel.tables import database_identity

MIGRATIONS = Path(__file__).parents[1] / "migrations"


class DatabaseIsEmpty(Refusal):
    """There is no company home yet, or one of an older program that must be moved forward first."""

    status = 503


def migration_config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Move the schema forward (by default to the newest revision)."""
    check_not_newer(engine)
    command.upgrade(migration_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    command.downgrade(migration_config(engine), revision)


def check_not_newer(engine: Engine) -> str | None:
    """The database's revision; `DatabaseIsNewer` if this program does not know it."""
    with reading(engine) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(migration_config(engine)).walk_revisions()}
    if current is not None and current not in known:
        raise DatabaseIsNewer(
            f"the database is at revision {current}, which is newer than this program ({version('bihuan')}) knows; "
            "install the program that wrote it",
            field="revision", value=current,
        )  # fmt: skip
    return current


def require_current(engine: Engine) -> None:
    """Refuse a database that is empty, older or newer than this program."""
    current = check_not_newer(engine)
    newest = ScriptDirectory.from_config(migration_config(engine)).get_current_head()
    if current is None:
        raise DatabaseIsEmpty("there is no company home here yet; `bihuan init` makes one")
    if current != newest:
        raise DatabaseIsEmpty(f"the database is at revision {current}; `bihuan init` moves it forward to {newest}")


def found(engine: Engine, clock: Clock) -> None:
    """Give a new database its identity, its counters and the start of its audit chain."""
    from transactions.kernel.audit import CHAIN_START
    from transactions.kernel.tables import change_counter, writer_state

    with engine.begin() as connection:
        if connection.execute(writer_state.select()).first() is not None:
            return
        connection.execute(
            writer_state.insert().values(id=1, next_id=1001, audit_position=0, audit_hash=CHAIN_START, master_version=1)
        )
        connection.execute(change_counter.insert().values(id=1, value=1))
        connection.execute(
            database_identity.insert().values(
                id=1, identity=uuid.uuid4().hex, program_version=version("bihuan"),
                recorded_at=microseconds(clock.now()),
            )
        )  # fmt: skip
