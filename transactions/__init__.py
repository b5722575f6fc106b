"""The system of record: the only code that writes business facts.

Layers, each importing only those to its right:
documents (sales, purchasing, production, finance, planning, people) → inventory → ledger → document → master → kernel.

The public door: `make_home` founds one (database, administrator), `open_home` opens it, and the `Door` they return
carries out commands. `approval_limit_of` tells a board what somebody may approve.
"""

from transactions.kernel.clock import Clock, SystemClock
from transactions.kernel.door import Door
from transactions.kernel.refusal import Refusal
from transactions.planning.approval_limit import approval_limit_of

__all__ = ["Door", "Refusal", "approval_limit_of", "make_home", "open_home"]


def open_home(url: str | None = None, clock: Clock | None = None, *, patience_seconds: int | None = None) -> Door:
    """The door into the database of record (by default the one of BIHUAN_HOME / BIHUAN_DATABASE_URL).

    Refuses a database that is empty, older or newer than this program, in a sentence. patience_seconds: how long
    SQLite waits for another program that holds the database.
    """
    from transactions.kernel.database import PATIENCE_SECONDS, open_engine
    from transactions.kernel.door import storage_errors_as_refusals
    from transactions.kernel.home import database_url
    from transactions.kernel.schema import require_current

    patience = PATIENCE_SECONDS if patience_seconds is None else patience_seconds
    engine = open_engine(url or database_url(), patience)
    with storage_errors_as_refusals(reads_only=True):
        require_current(engine)
    return Door(engine, clock)


def make_home(
    username: str = "administrator", password: str | None = None, url: str | None = None, clock: Clock | None = None
) -> tuple[Door, str | None]:
    """Found the database (or move an older one forward) and make its administrator if it has no user yet.

    Returns the door, and the administrator's password if it was made here (random unless given).
    """
    import secrets

    from sqlalchemy import select

    from transactions.kernel.clock import microseconds
    from transactions.kernel.database import open_engine
    from transactions.kernel.door import storage_errors_as_refusals
    from transactions.kernel.home import database_url
    from transactions.kernel.schema import found, upgrade
    from transactions.kernel.tables import user_account
    from transactions.kernel.users import add_user
    from transactions.kernel.work import Work

    clock = clock or SystemClock()
    engine = open_engine(url or database_url())
    with storage_errors_as_refusals():
        upgrade(engine)
        found(engine, clock)
        with engine.begin() as connection:
            if connection.execute(select(user_account.c.id).limit(1)).first() is not None:
                return Door(engine, clock), None
            password = password or secrets.token_urlsafe(12)
            work = Work(connection, {})
            work.recorded_at = microseconds(clock.now())
            add_user(work, username, password, ("administrator",))
            work.finish()
    return Door(engine, clock), password
