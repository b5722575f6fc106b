"""The work of one transaction: what handlers read and write through, and nothing else.

Inserted rows are gathered and written table by table when something is read or the command ends; so a command of a
hundred lines costs a handful of statements. Ids come from one counter, unique over all tables.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, bindparam, delete, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable

from transactions.kernel.database import metadata
from transactions.kernel.tables import change_counter, writer_state


@dataclass
class WriterState:
    """The one row of writer_state, as it stands within the transaction."""

    next_id: int
    audit_position: int
    audit_hash: str
    master_version: int


class InsertStatement:
    """The prepared insert of one table: SQL text for the driver, and how a row becomes its parameters."""

    def __init__(self, table: Table, dialect: Any) -> None:
        self.columns = [column for column in table.columns if not _stamped_by_database(column, dialect)]
        names = ", ".join(column.name if column.name != "key" else '"key"' for column in self.columns)
        mark = "?" if dialect.paramstyle == "qmark" else "%s"
        self.sql = f"insert into {table.name} ({names}) values ({', '.join([mark] * len(self.columns))})"
        self.plan = [
            (column.name, _default(column), column.type.dialect_impl(dialect).bind_processor(dialect))
            for column in self.columns
        ]
        self.names = {column.name for column in self.columns}
        self.defaults = {name: default for name, default, _ in self.plan if default is not _REQUIRED}
        self.taken = itemgetter(*(name for name, _, _ in self.plan))
        self.processed = [(place, process) for place, (_, _, process) in enumerate(self.plan) if process is not None]

    def parameters(self, row: dict[str, Any]) -> tuple[Any, ...]:
        """The row as the driver takes it; `KeyError` names a column that has no value and no default."""
        values = list(self.taken(self.defaults | row))
        for place, process in self.processed:
            values[place] = process(values[place])
        return tuple(values)


def _stamped_by_database(column: Any, dialect: Any) -> bool:
    return bool(column.name == "row_version" and dialect.name != "sqlite")


def _default(column: Any) -> Any:
    if column.server_default is not None:
        text = str(column.server_default.arg)
        return {"true": True, "false": False}.get(text.lower(), int(text) if text.isdigit() else text)
    return None if column.nullable else _REQUIRED


_REQUIRED = object()
_statements: dict[tuple[str, str], InsertStatement] = {}
_flush_order = {name: position for position, name in enumerate(table.name for table in metadata.sorted_tables)}


def _insert_statement(table: Table, dialect: Any) -> InsertStatement:
    found = _statements.get((table.name, dialect.name))
    if found is None:
        found = _statements[table.name, dialect.name] = InsertStatement(table, dialect)
        if table.name not in _flush_order:
            _flush_order.update({known.name: place for place, known in enumerate(metadata.sorted_tables)})
    return found


@cache
def _update_statements(table: Table, names: tuple[str, ...], stamped: tuple[str, ...]) -> tuple[Executable, Executable]:
    """Reads what stands in the columns of a row, and changes them; built once, for it is said with every change."""
    one = table.c.id == bindparam("identity")
    return (
        select(*(table.c[name] for name in names)).where(one),
        update(table).where(one).values({name: bindparam(f"new_{name}") for name in stamped}),
    )


class Work:
    """One database transaction, and within it one command at a time."""

    def __init__(self, connection: Connection, masters: dict[Any, Any]) -> None:
        self.connection = connection
        self.dialect = connection.dialect
        self._cursor = connection.connection.cursor()
        self._driver_error: type[Exception] = connection.dialect.loaded_dbapi.Error
        row = connection.execute(writer_state.select()).one()
        self.state = WriterState(row.next_id, row.audit_position, row.audit_hash, row.master_version)
        self._known_state = replace(self.state)
        self.masters = masters
        if masters.get("version") != self.state.master_version:
            self.masters_changed(grow=False)
        self.series: dict[tuple[int, str], dict[str, dict[str, Any]]] = {}
        self.balances: dict[tuple[int, int, int], Any] = {}
        self.stamp: int | None = None
        if self.dialect.name == "sqlite":
            self.stamp = 1 + connection.execute(change_counter.select()).one().value
        self.user_id = 0
        self.recorded_at = 0
        self._pending: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self.changes: list[dict[str, Any]] = []
        self.touched_series: dict[int, dict[str, Any]] = {}
        self._wrote = False

    # ------------------------------------------------------------------ one command
    def begin(self, user_id: int, recorded_at: int) -> None:
        """Start a command within the transaction."""
        self.user_id, self.recorded_at = user_id, recorded_at
        self.changes = []
        self._before = replace(self.state)
        self._run("savepoint command")

    def complete(self) -> None:
        """Write what the command gathered; a later command of the transaction cannot undo it any more."""
        self.flush()
        if self.touched_series:
            drawn = [(series["next_value"], self.stamp, series["id"]) for series in self.touched_series.values()]
            self._run_many("update number_series set next_value = ?, row_version = ? where id = ?", drawn)
            self.touched_series.clear()
        self._run("release savepoint command")

    def undo(self) -> None:
        """Forget everything of the command: rows, ids, numbers, what was read meanwhile."""
        self._pending.clear()
        self._run("rollback to savepoint command")
        self._run("release savepoint command")
        self.state = self._before
        self.series.clear()
        self.touched_series.clear()
        self.balances.clear()
        self.masters_changed(grow=False)

    def finish(self) -> None:
        """Write the writer's own state, last thing before the commit."""
        self.flush()
        if self.state != self._known_state:
            values = vars(self.state)
            self.connection.execute(update(writer_state).values(**values))
        if self.stamp is not None and self._wrote:
            self.connection.exec_driver_sql(
                "update change_counter set value = max(value, ?) where id = 1", (self.stamp,)
            )
        self.masters["version"] = self.state.master_version

    # ------------------------------------------------------------------ writing
    def next_id(self) -> int:
        drawn = self.state.next_id
        self.state.next_id = drawn + 1
        return drawn

    def insert(self, table: Table, **row: Any) -> int:
        """Add a row; its id is drawn here unless given. Written with the next flush. Returns the id."""
        statement = _insert_statement(table, self.dialect)
        if not row.keys() <= statement.names and not row.keys() <= statement.names | {"row_version"}:
            raise KeyError(f"{table.name} has no column {sorted(row.keys() - statement.names)}")
        identity: int = row.setdefault("id", None) or self.next_id()
        row["id"] = identity
        if self.stamp is not None and "row_version" in statement.names:
            row["row_version"] = self.stamp
        self._pending[table.name].append(statement.parameters(row))
        return identity

    def update(self, table: Table, identity: int, *, audited: bool = True, **values: Any) -> None:
        """Change the row; what stood there before goes into the audit record (balances and counters do not)."""
        self.flush()
        if self.stamp is not None and "row_version" in table.c:
            stamped = values | {"row_version": self.stamp}
        else:
            stamped = values
        select_before, update_row = _update_statements(table, tuple(values), tuple(stamped))
        if audited:
            before = self.connection.execute(select_before, {"identity": identity}).one()
            self.changes.append(
                {"table": table.name, "id": identity, "before": dict(before._mapping), "after": dict(values)}
            )
        self._wrote = True
        new = {f"new_{name}": value for name, value in stamped.items()}
        self.connection.execute(update_row, new | {"identity": identity})

    def delete(self, table: Table, condition: ColumnElement[bool]) -> None:
        """Remove rows of a table that is no ledger; the database leaves a tombstone for each that is replicated."""
        self.flush()
        self._wrote = True
        self.connection.execute(delete(table).where(condition))

    def driver_sql(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        """One statement of the driver for many rows; `?` marks parameters on both databases."""
        self.flush()
        self._run_many(sql, rows)

    def flush(self) -> None:
        """Write the gathered rows, tables in the order of their references."""
        if self._pending:
            self._wrote = True
            for name in sorted(self._pending, key=_flush_order.__getitem__):
                statement = _statements[name, self.dialect.name]
                self._run_many(statement.sql, self._pending[name])
            self._pending.clear()

    # A cursor of the driver costs a tenth of a statement through SQLAlchemy; its errors are raised as SQLAlchemy's.
    def _run(self, sql: str) -> None:
        try:
            self._cursor.execute(sql)
        except self._driver_error as broken:
            raise self._as_database_error(sql, broken) from broken

    def _run_many(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        self._wrote = True
        try:
            self._cursor.executemany(sql if self.dialect.name == "sqlite" else sql.replace("?", "%s"), rows)
        except self._driver_error as broken:
            raise self._as_database_error(sql, broken) from broken

    def _as_database_error(self, sql: str, broken: Exception) -> BaseException:
        return DBAPIError.instance(sql, None, broken, self._driver_error, dialect=self.dialect)

    # ------------------------------------------------------------------ reading
    def rows(self, statement: Executable, **parameters: Any) -> list[Row[Any]]:
        if self._pending:
            self.flush()
        return list(self.connection.execute(statement, parameters).all())

    def first(self, statement: Executable, **parameters: Any) -> Row[Any] | None:
        found = self.rows(statement, **parameters)
        return found[0] if found else None

    # ------------------------------------------------------------------ what is known of master data
    def masters_changed(self, *, grow: bool = True) -> None:
        """Forget what is remembered of master data; `grow` tells other processes to do the same."""
        self.masters.clear()
        if grow:
            self.state.master_version += 1
        self.masters["version"] = self.state.master_version
