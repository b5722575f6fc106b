"""The work of one transaction: what handlers read and write through, and nothing else.

Inserted rows are gathered and written table by table when something is read or the command ends; so a command of a
hundred lines costs a handful of statements. Ids come from one counter, unique over all tables.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, delete
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Executable

from transactions.kernel.database import database_error
from transactions.kernel.statement import (
    Parameters,
    change_statement,
    insert_statement,
    known_insert,
    place_in_flush,
    read_statement,
)
from transactions.kernel.tables import number_series


@dataclass
class WriterState:
    """The one row of writer_state, as it stands within the transaction."""

    next_id: int
    audit_position: int
    audit_hash: str
    master_version: int


STATE = "select next_id, audit_position, audit_hash, master_version from writer_state"
KEEP_STATE = "update writer_state set next_id = ?, audit_position = ?, audit_hash = ?, master_version = ?"


class Work:
    """One database transaction, and within it one command at a time."""

    def __init__(self, connection: Connection, masters: dict[Any, Any]) -> None:
        self.connection = connection
        self.dialect = connection.dialect
        self._is_sqlite = self.dialect.name == "sqlite"
        self._cursor: Any = connection.connection.cursor()
        self._driver_error: type[Exception] = connection.dialect.loaded_dbapi.Error
        self.state = WriterState(*self._asked(STATE)[0])
        self._known_state = replace(self.state)
        self.masters = masters
        if masters.get("version") != self.state.master_version:
            self.masters_changed(grow=False)
        self.series: dict[tuple[int, str], dict[str, dict[str, Any]]] = {}
        self.balances: dict[tuple[int, int, int], Any] = {}
        self.stamp: int | None = None
        if self._is_sqlite:
            self.stamp = 1 + self._asked("select value from change_counter")[0][0]
        self.user_id = 0
        self.recorded_at = 0
        self._pending: dict[str, list[Parameters]] = defaultdict(list)
        self.changes: list[dict[str, Any]] = []
        self._changed: set[tuple[str, int]] = set()
        self.touched_series: dict[int, dict[str, Any]] = {}
        self._wrote = False
        self._alone = False

    # ------------------------------------------------------------------ one command
    def begin(self, user_id: int, recorded_at: int, *, alone: bool = False) -> None:
        """Start a command within the transaction; one that is `alone` in it is undone by undoing the transaction."""
        self.user_id, self.recorded_at = user_id, recorded_at
        self.changes = []
        self._changed.clear()
        self._before = replace(self.state)
        self._alone = alone
        if not alone:
            self._run("savepoint command")

    def complete(self) -> None:
        """Write what the command gathered; a later command of the transaction cannot undo it any more."""
        self.flush()
        if self.touched_series:
            drawn = [(series["next_value"], series["id"]) for series in self.touched_series.values()]
            self.change_rows(number_series, ("next_value",), drawn)
            self.touched_series.clear()
        if not self._alone:
            self._run("release savepoint command")

    def undo(self) -> None:
        """Forget everything of the command: rows, ids, numbers, what was read meanwhile."""
        self._pending.clear()
        if not self._alone:
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
            self._run(KEEP_STATE, astuple(self.state))
        if self.stamp is not None and self._wrote:
            self._run("update change_counter set value = max(value, ?) where id = 1", (self.stamp,))
        self.masters["version"] = self.state.master_version

    # ------------------------------------------------------------------ writing
    def next_id(self) -> int:
        drawn = self.state.next_id
        self.state.next_id = drawn + 1
        return drawn

    def insert(self, table: Table, **row: Any) -> int:
        """Add a row; its id is drawn here unless given. Written with the next flush. Returns the id."""
        statement = insert_statement(table, self.dialect)
        if not row.keys() <= statement.allowed:
            raise KeyError(f"{table.name} has no column {sorted(row.keys() - statement.names)}")
        identity: int = row.setdefault("id", None) or self.next_id()
        row["id"] = identity
        if statement.stamped:
            row["row_version"] = self.stamp
        self._pending[table.name].append(statement.parameters(row))
        return identity

    def update(
        self, table: Table, identity: int, *, audited: bool = True, read: Row[Any] | None = None, **values: Any
    ) -> None:
        """Change the row; what stood there before goes into the audit record (balances and counters do not).

        read: the whole row as this transaction read it, so that it need not be read again.
        """
        names = tuple(values)
        statement = change_statement(table, names, self.dialect)
        self.flush()
        if audited:
            if read is not None and (table.name, identity) not in self._changed:
                before = {name: read._mapping[name] for name in names}
            else:
                found = self._asked(statement.before_sql, (identity,))[0]
                before = dict(zip(names, statement.before(found), strict=True))
            self.changes.append({"table": table.name, "id": identity, "before": before, "after": dict(values)})
            self._changed.add((table.name, identity))
        stamp = (self.stamp,) if statement.stamped else ()
        self._wrote = True
        self._run(statement.sql, statement.parameters((*values.values(), *stamp, identity)))

    def change_rows(self, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
        """Change these columns of many rows, unaudited. rows: (new values …, id), one for each row."""
        statement = change_statement(table, names, self.dialect)
        self.flush()
        self._wrote = True
        if statement.stamped:
            rows = [(*row[:-1], self.stamp, row[-1]) for row in rows]
        self._write(statement.sql, statement.many_sql, statement.arrays, [statement.parameters(row) for row in rows])

    def delete(self, table: Table, condition: ColumnElement[bool]) -> None:
        """Remove rows of a table that is no ledger; the database leaves a tombstone for each that is replicated."""
        self.flush()
        self._wrote = True
        self.connection.execute(delete(table).where(condition))

    def flush(self) -> None:
        """Write the gathered rows, tables in the order of their references."""
        if self._pending:
            self._wrote = True
            for name in sorted(self._pending, key=place_in_flush):
                statement = known_insert(name, self.dialect)
                self._write(statement.sql, statement.many_sql, statement.arrays, self._pending[name])
            self._pending.clear()

    # What every command says goes by a cursor of the driver; see `statement`.
    def _run(self, sql: str, parameters: Any = ()) -> None:
        try:
            self._cursor.execute(sql if self._is_sqlite else sql.replace("?", "%s"), parameters)
        except self._driver_error as broken:
            raise database_error(self.connection, sql, broken) from broken

    def _asked(self, sql: str, parameters: Any = ()) -> list[Any]:
        self._run(sql, parameters)
        found: list[Any] = self._cursor.fetchall()
        return found

    def _write(self, sql: str, many_sql: str, arrays: Sequence[Any], rows: list[Parameters]) -> None:
        """One statement for one row or for many."""
        if len(rows) == 1:
            self._run(sql, rows[0])
        elif self._is_sqlite:
            try:
                self._cursor.executemany(sql, rows)
            except self._driver_error as broken:
                raise database_error(self.connection, sql, broken) from broken
        elif rows:
            columns = zip(*rows, strict=True)
            self._run(many_sql, [array(column) for array, column in zip(arrays, columns, strict=True)])

    # ------------------------------------------------------------------ reading
    def rows(self, statement: Executable, **parameters: Any) -> list[Row[Any]]:
        """The rows of the question, as they stand with everything that the command wrote so far."""
        prepared = read_statement(statement, self.dialect)
        if self._pending and (prepared is None or not prepared.tables.isdisjoint(self._pending)):
            self.flush()
        if prepared is None:
            return list(self.connection.execute(statement, parameters).all())
        return prepared.rows(self._asked(prepared.sql, prepared.parameters(parameters)))

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
