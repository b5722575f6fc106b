"""One repeatable-read snapshot of the system of record, read through ADBC as Arrow batches.

All reads of a replication go through one snapshot, so that the tables agree with each other and with their checksums.
"""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import adbc_driver_manager as adbc
import duckdb

from ingestion.replication.columns import RawColumn, RawTable

BATCH_ROWS = 65536


@dataclass(frozen=True)
class Source:
    """Where a database of record lies. dialect: sqlite or postgresql; address: the file's path, or libpq's address."""

    dialect: str
    address: str


class ArrowStream(Protocol):
    """Rows in Arrow batches, to be taken once."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


class Snapshot(Protocol):
    """What a replication asks of a database; `watermark` is what the next replication starts from."""

    dialect: str
    identity: str
    watermark: int

    def changed_since(self, watermark: int | None) -> str:
        """SQL condition for rows stamped since the watermark; `true` for None."""
        ...

    def read(self, table: RawTable, since: int | None) -> ArrowStream:
        """The table's rows stamped since the watermark, integers and texts typed, a row of null id to be left out."""
        ...

    def rows(self, sql: str) -> list[tuple[Any, ...]]: ...

    def end(self) -> None: ...


@contextmanager
def snapshot_of(source: Source) -> Iterator[Snapshot]:
    """A snapshot of the database; it ends with the context and changes nothing."""
    driver = importlib.import_module(f"adbc_driver_{source.dialect}")
    opened = _SqliteSnapshot if source.dialect == "sqlite" else _PostgresqlSnapshot
    with driver.connect(source.address) as database, adbc.AdbcConnection(database) as connection:
        connection.set_autocommit(False)
        snapshot = opened(connection)
        try:
            yield snapshot
        finally:
            snapshot.end()


class _OpenSnapshot:
    def __init__(self, connection: adbc.AdbcConnection) -> None:
        self._connection = connection
        self._duckdb = duckdb.connect()
        self._statement: adbc.AdbcStatement | None = None

    def end(self) -> None:
        if self._statement is not None:
            self._statement.close()
        self._duckdb.close()
        self._connection.rollback()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        self._duckdb.register("arriving", self._stream(sql))
        found: list[tuple[Any, ...]] = self._duckdb.execute("from arriving").fetchall()
        self._duckdb.unregister("arriving")
        return found

    def _do(self, sql: str) -> None:
        with adbc.AdbcStatement(self._connection) as statement:
            statement.set_sql_query(sql)
            statement.execute_update()

    def _stream(self, sql: str, **options: str) -> ArrowStream:
        if self._statement is not None:  # what it read was taken in by now
            self._statement.close()
        self._statement = adbc.AdbcStatement(self._connection)
        self._statement.set_options(**options)
        self._statement.set_sql_query(sql)
        stream: ArrowStream = self._statement.execute_query()[0]
        return stream


class _SqliteSnapshot(_OpenSnapshot):
    """Writers of SQLite come one after another, so the counter's value says exactly which rows are newer."""

    dialect = "sqlite"

    def __init__(self, connection: adbc.AdbcConnection) -> None:
        super().__init__(connection)
        for setting in ("busy_timeout = 60000", "query_only = on", "cache_size = -65536"):
            self._do(f"pragma {setting}")
        self.identity = str(self.rows("select identity from database_identity")[0][0])  # the snapshot begins here
        self.watermark = int(self.rows("select value from change_counter where id = 1")[0][0])

    def changed_since(self, watermark: int | None) -> str:
        return "true" if watermark is None else f"row_version > {watermark}"

    def read(self, table: RawTable, since: int | None) -> ArrowStream:
        # SQLite's columns have no types of their own; the driver takes them from the first rows it sees.
        first = ", ".join(_typed_example(column) for column in table.columns)
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        sql = f'select {first} union all select {names} from "{table.name}" where {self.changed_since(since)}'
        return self._stream(sql, **{"adbc.sqlite.query.batch_rows": str(BATCH_ROWS)})


class _PostgresqlSnapshot(_OpenSnapshot):
    """PostgreSQL commits in any order: what a later snapshot must read again starts at this one's xmin."""

    dialect = "postgresql"

    def __init__(self, connection: adbc.AdbcConnection) -> None:
        super().__init__(connection)
        self._do("set transaction isolation level repeatable read, read only")
        self.watermark = int(self.rows("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")[0][0])
        own = "select identity || '/' || (select system_identifier from pg_control_system()) || '/' || d.oid"
        database = "from database_identity, pg_database d where d.datname = current_database()"
        self.identity = str(self.rows(f"{own} {database}")[0][0])

    def changed_since(self, watermark: int | None) -> str:
        return "true" if watermark is None else f"row_version >= {watermark}"

    def read(self, table: RawTable, since: int | None) -> ArrowStream:
        names = ", ".join(
            f'"{column.name}"::text as "{column.name}"' if column.is_json else f'"{column.name}"'
            for column in table.columns
        )
        return self._stream(f'select {names} from "{table.name}" where {self.changed_since(since)}')


def _typed_example(column: RawColumn) -> str:
    if column.name == "id":
        return 'null as "id"'
    return f"""{"0" if column.raw_type in ("BIGINT", "BOOLEAN") else "''"} as "{column.name}\""""
