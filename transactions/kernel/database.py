"""The database of record: one set of tables on SQLite (embedded) or PostgreSQL, one writer at a time.

Decision (2026-11-22): commands run one after the other on both databases. SQLite allows nothing else; on PostgreSQL
every command first takes one advisory lock. Gap-free numbers, the audit chain and the stock checks are then right by
construction, a command takes about a millisecond, and readers are never blocked on PostgreSQL. Whoever needs more
than some hundred commands a second joins them in a batch (`Door.batch`), which shares one commit.
"""

import math
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    BigInteger,
    Boolean,
    Column,
    Date,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError

from transactions.kernel.refusal import DatabaseIsUnknown

sqlite: Any  # the driver
try:
    sqlite = import_module("pysqlite3.dbapi2")  # brings a SQLite newer than most systems' (see `journal_mode`)
except ImportError:  # on platforms for which it is not built
    sqlite = import_module("sqlite3")

if sys.platform == "win32":
    fcntl = None
else:
    import fcntl

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

WholeNumber = BigInteger().with_variant(Integer(), "sqlite")
WRITER_LOCK = 0x6269_6875_616E  # "bihuan": the key of the one writer's advisory lock on PostgreSQL
TAKE_WRITER_LOCK = f"select pg_advisory_xact_lock({WRITER_LOCK})"
OWN_STAMP = "pg_current_xact_id()::text::bigint"  # the stamp of what a transaction of PostgreSQL writes
TURN_SECONDS, TURN_LOOK_SECONDS = 10.0, 0.003
PATIENCE_SECONDS = 60  # of a server: a page or a program in another room waits behind an import or a backup
PATIENCE_OF_A_PERSON_SECONDS = 4  # with the turn before it (TURN_SECONDS) an answer comes within 15 s
WAL_BYTES_KEPT = 64 << 20
RESTED = 1.0  # seconds after which a connection to PostgreSQL is asked whether it lives before it is used again
WAL_IS_SOUND = ((3, 51, 3), (3, 50, 7), (3, 44, 6))  # first sound release, and the first of each repaired branch


def table(name: str, *columns: Any, replicated: bool = True, append_only: bool = False) -> Table:
    """A table with integer `id` and, if replicated into the warehouse, the stamp `row_version`.

    append_only: rows of a ledger; the database refuses to change or delete them.
    """
    stamps: list[Any] = [Column("id", WholeNumber, primary_key=True, autoincrement=False)]
    made = Table(name, metadata, *stamps, *columns, info={"replicated": replicated, "append_only": append_only})
    if replicated:
        made.append_column(Column("row_version", WholeNumber))
        Index(f"ix_{name}_row_version", made.c.row_version)
    return made


def whole(name: str, *, optional: bool = False, default: int | None = None) -> Column[int]:
    """An integer column: an amount in minor units, a quantity or price in micro, a count, a time in microseconds."""
    server_default = None if default is None else str(default)
    return Column(name, WholeNumber, nullable=optional, server_default=server_default)


def text(name: str, *, optional: bool = False, default: str | None = None) -> Column[str]:
    return Column(name, String, nullable=optional, server_default=default)


def day(name: str, *, optional: bool = False) -> Column[Any]:
    return Column(name, Date, nullable=optional)


def flag(name: str, *, default: bool = False) -> Column[bool]:
    from sqlalchemy import false, true

    return Column(name, Boolean, nullable=False, server_default=true() if default else false())


def reference(name: str, target: str, *, optional: bool = False, indexed: bool = False) -> Column[int]:
    """A foreign key `name` to `target`.id."""
    return Column(name, WholeNumber, ForeignKey(f"{target}.id"), nullable=optional, index=indexed)


def journal_mode(version: tuple[int, int, int]) -> str:
    """WAL where this SQLite release has no WAL-reset bug, else the rollback journal.

    Sound are 3.51.3 and later, and the repaired branches 3.50.7 and 3.44.6 (https://sqlite.org/wal.html).
    """
    newest = WAL_IS_SOUND[0]
    branch = any(version[:2] == sound[:2] and version >= sound for sound in WAL_IS_SOUND)
    return "wal" if version >= newest or branch else "truncate"


JOURNAL_MODE = journal_mode(sqlite.sqlite_version_info)


def address_of(url: str) -> URL:
    """The address as its parts; `DatabaseIsUnknown`."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise DatabaseIsUnknown("the address of a database begins with sqlite:/// or postgresql://") from None
    if address.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"):
        raise DatabaseIsUnknown(
            "the address of a database begins with sqlite:/// or postgresql://", field="BIHUAN_DATABASE_URL",
            value=f"{address.drivername}://…",
        )  # fmt: skip
    return address


def open_engine(url: str, patience_seconds: int = PATIENCE_SECONDS) -> Engine:
    """An engine on the database of record; for SQLite the folder of the file is made.

    patience_seconds: how long SQLite waits for another program that holds the database.
    """
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        if address.database and address.database != ":memory:":
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address, module=sqlite, connect_args={"check_same_thread": False})
        event.listen(engine, "connect", partial(_prepare_sqlite, patience_seconds))
        event.listen(engine, "begin", _begin_immediate)
        return engine
    engine = create_engine(address)
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "checkin", _note_return)
    event.listen(engine, "checkout", _refuse_dead)
    event.listen(engine, "begin", _take_writer_lock)
    return engine


def _prepare_postgresql(connection: Any, _record: object) -> None:
    from psycopg.types.numeric import Int8Dumper

    connection.adapters.register_dumper(int, Int8Dumper)  # one type for all numbers, so one plan for each statement
    connection.prepare_threshold, connection.prepared_max = 2, 500


def _note_return(_connection: object, record: Any) -> None:
    record.info["returned"] = time.monotonic()


def _refuse_dead(connection: Any, record: Any, _proxy: object) -> None:
    """Look whether a connection that rested still lives; the pool then makes another. (One in use is not asked.)"""
    if time.monotonic() - record.info.get("returned", math.inf) > RESTED:
        try:
            with connection.cursor() as cursor:
                cursor.execute("select 1")
            connection.rollback()
        except connection.Error as dead:
            raise DisconnectionError from dead


def _prepare_sqlite(patience_seconds: int, connection: Any, record: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    cursor = connection.cursor()
    cursor.execute(f"pragma busy_timeout = {1000 * patience_seconds}")
    (mode,) = cursor.execute(f"pragma journal_mode = {JOURNAL_MODE}").fetchone()
    record.info["has_log"] = mode == "wal"  # not on every file system
    cursor.execute(f"pragma journal_size_limit = {WAL_BYTES_KEPT}")
    cursor.execute("pragma foreign_keys = on")
    cursor.execute("pragma cache_size = -65536")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    """What the one writer commits is flushed after its turn (`turn_to_write`), everything else by SQLite itself."""
    options = connection.get_execution_options()
    if options.get("reading", False):
        connection.exec_driver_sql("begin")
        return
    is_flushed_later = connection.info["has_log"] and options.get("locked_when_opened", False)
    driver: Any = connection.connection.driver_connection
    driver.execute(f"pragma synchronous = {'normal' if is_flushed_later else 'full' if _is_flushed else 'off'}")
    connection.exec_driver_sql("begin immediate")


def _take_writer_lock(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("reading", False) and not options.get("locked_when_opened", False):
        connection.exec_driver_sql(TAKE_WRITER_LOCK)


def writing(engine: Engine) -> Connection:
    """A connection whose transactions are the one writer's; the work on it takes the lock with its first read."""
    return engine.connect().execution_options(locked_when_opened=True)


@contextmanager
def turn_to_write(engine: Engine) -> Iterator[None]:
    """SQLite: waits until no other command of this program writes into the same folder; afterwards, flushes it.

    SQLite itself lets a waiter sleep for up to a tenth of a second while nobody writes, and every look it takes
    meanwhile stands in the way of the one who commits. Threads of this process hand their turn on to each other;
    between processes there is a lock on the folder, which the system takes back from one that was killed. A waiter
    looks about once in the time of a command or two, so that a busy process mostly goes on with the next of its
    commands while what it knows of the file is fresh. The lock only orders who comes first: whoever waited for
    TURN_SECONDS in vain, or works where there are no such locks, waits for SQLite's own lock.

    What was committed is flushed to the disk when the turn is over and before anybody hears of it, so that others write
    while the disk works. It is one log: what is flushed includes everything that was committed before.
    """
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    end = time.monotonic() + TURN_SECONDS
    with _turn_in_process(path, end), _turn_of_process(path, end):
        yield
    if _is_flushed:
        _flush_log(path)


_turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


@contextmanager
def _turn_in_process(path: str, end: float) -> Iterator[None]:
    turn = _turns[path]
    is_held = turn.acquire(timeout=end - time.monotonic())
    try:
        yield
    finally:
        if is_held:
            turn.release()


@contextmanager
def _turn_of_process(path: str, end: float) -> Iterator[None]:
    if fcntl is None:
        yield
        return
    folder = os.open(Path(path).parent, os.O_RDONLY)
    try:
        while not _locked(folder) and time.monotonic() < end:
            time.sleep(TURN_LOOK_SECONDS)
        yield
    finally:
        os.close(folder)  # which ends the lock


_is_flushed = True


def flush_commits(is_flushed: bool) -> None:
    """Whether commits of this process into SQLite wait for the disk, as they do unless told otherwise."""
    global _is_flushed
    _is_flushed = is_flushed


def _flush_log(path: str) -> None:
    """A log that is gone was taken over into the file, flushed, when its last user closed it."""
    try:
        log = os.open(f"{path}-wal", os.O_RDWR)
    except FileNotFoundError:
        return
    try:
        os.fsync(log)
    finally:
        os.close(log)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def opened(connection: Connection, question: str, parameters: Sequence[Any]) -> tuple[Any, Any]:
    """The driver's cursor in a writing transaction, and the one row that answers the question (its marks are `?`).

    On PostgreSQL beginning, lock and question go to the server together, so that whoever waits for the lock is not
    waked before the answer is there; the question is asked when the lock is held, and so sees what the last one wrote.
    """
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        cursor = driver.cursor()
        return cursor, cursor.execute(question, parameters).fetchone()
    from psycopg import RawCursor

    cursor = RawCursor(driver)
    with driver.pipeline():
        RawCursor(driver).execute(TAKE_WRITER_LOCK)
        cursor.execute(numbered(question), parameters)
    return cursor, cursor.fetchone()


def asked_together(connection: Connection, questions: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Any]]:
    """PostgreSQL: the rows that answer each question (its marks are $1 and so on), in one exchange."""
    from psycopg import RawCursor

    driver: Any = connection.connection.driver_connection
    cursors = [RawCursor(driver) for _ in questions]
    try:
        with driver.pipeline():
            for cursor, (question, parameters) in zip(cursors, questions, strict=True):
                cursor.execute(question, parameters)
        return [cursor.fetchall() for cursor in cursors]
    except connection.dialect.loaded_dbapi.Error as broken:
        raise database_error(connection, questions[0][0], broken) from broken


@lru_cache(maxsize=2000)
def numbered(sql: str) -> str:
    """The statement with PostgreSQL's own marks of parameters, $1 and so on, for each `?`."""
    first, *rest = sql.split("?")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, start=1))


def database_error(connection: Connection, sql: str, broken: Any) -> BaseException:
    """The driver's error as SQLAlchemy's; it says whether the connection is dead."""
    dialect = connection.dialect
    is_dead = dialect.is_disconnect(broken, connection.connection, None)
    if is_dead:
        connection.invalidate()
    said: BaseException = DBAPIError.instance(
        sql, None, broken, dialect.loaded_dbapi.Error, connection_invalidated=is_dead, dialect=dialect
    )
    return said


def reading(engine: Engine) -> Connection:
    """A connection whose transactions only read and take no lock; close it after use."""
    return engine.connect().execution_options(reading=True)
