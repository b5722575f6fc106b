"""The work of one transaction: what handlers read and write through, and nothing else.

Inserted rows are gathered and written table by table when something is read or the command ends; so a command of a
hundred lines costs a handful of statements. Ids come from one counter, unique over all tables.
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, delete
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable

from transactions.kernel.database import asked_together, database_error, numbered, opened
from transactions.kernel.statement import (
    ChangeStatement,
    Parameters,
    ReadStatement,
    WriteStatement,
    change_statement,
    insert_statement,
    known_insert,
    place_in_flush,
    read_statement,
    together,
)
from transactions.kernel.tables import number_series


@dataclass
class WriterState:
    """The one row of writer_state, as it stands within the transaction."""

    next_id: int
    audit_position: int
    audit_hash: str
    master_version: int


# The writer's state, and with it the answer that was given to the user's key, if there is one.
STATE = """
    select next_id, audit_position, audit_hash, master_version, (select value from change_counter) as counted,
           body_hash, answer
      from writer_state
           left join (user_account join remembered_answer on remembered_answer.user_id = user_account.id)
           on user_account.username = ? and remembered_answer."key" = ?
"""
FLUSH_LOG = "select pg_logical_emit_message(true, 'bihuan', '')"
KEEP_STATE = "update writer_state set next_id = ?, audit_position = ?, audit_hash = ?, master_version = ?"
KEEP_COUNTER = "update change_counter set value = max(value, ?) where id = 1"


class Work:
    """One database transaction, and within it one command at a time."""

    def __init__(self, connection: Connection, masters: dict[Any, Any], username: str = "", key: str = "") -> None:
        self._connection = connection
        self.dialect = connection.dialect
        self._is_sqlite = self.dialect.name == "sqlite"
        self._driver_error: type[Exception] = connection.dialect.loaded_dbapi.Error
        try:
            self._cursor, (*state, counted, body_hash, answer) = opened(connection, STATE, (username, key))
        except self._driver_error as broken:
            raise database_error(connection, STATE, broken) from broken
        self.answered: tuple[bytes, str] | None = None if answer is None else (bytes(body_hash), answer)
        self.state = WriterState(*state)
        self._known_state = replace(self.state)
        self.masters = masters
        if masters.get("version") != self.state.master_version:
            self.masters_changed(grow=False)
        self.series: dict[tuple[int, str], dict[str, dict[str, Any]]] = {}
        self.balances: dict[tuple[int, int, int], Any] = {}
        self.stamp: int | None = 1 + counted if self._is_sqlite else None
        self._ahead: Any = None  # PostgreSQL: what was sent and not yet answered
        self.user_id = 0
        self.recorded_at = 0
        self._pending: dict[str, list[Parameters]] = defaultdict(list)
        self._pending_changes: dict[str, tuple[ChangeStatement, list[Parameters]]] = {}
        self._foreseen: list[tuple[Executable, dict[str, Any], ReadStatement, list[Any]]] = []
        self.changes: list[dict[str, Any]] = []
        self._changed: set[tuple[str, int]] = set()
        self.touched_series: dict[int, dict[str, Any]] = {}
        self._wrote = False
        self._alone = False
        self.is_repeating = False

    @property
    def connection(self) -> Connection:
        """The connection, for what goes through SQLAlchemy; it hears nothing while an answer is outstanding."""
        self._settle()
        return self._connection

    def abandon(self) -> None:
        """Wait for what was sent ahead, whatever came of it: the transaction is undone."""
        with suppress(DBAPIError):
            self._settle()

    # ------------------------------------------------------------------ one command
    def begin(self, user_id: int, recorded_at: int, *, alone: bool = False) -> None:
        """Start a command within the transaction; one that is `alone` in it is undone by undoing the transaction."""
        self.user_id, self.recorded_at = user_id, recorded_at
        self.changes = []
        self._changed.clear()
        self._foreseen.clear()
        self._before = replace(self.state)
        self._alone = alone
        if not alone:
            self._run("savepoint command")

    def complete(self) -> None:
        """Write what the command gathered; a later command of the transaction cannot undo it any more."""
        if self.touched_series:
            drawn = [(series["next_value"], series["id"]) for series in self.touched_series.values()]
            self.change_rows(number_series, ("next_value",), drawn)
            self.touched_series.clear()
        if self._alone:
            self._keep_state(ahead=True)
        else:
            self.flush()
            self._run("release savepoint command")

    def undo(self) -> None:
        """Forget everything of the command: rows, ids, numbers, what was read meanwhile."""
        self.abandon()
        self._pending.clear()
        self._pending_changes.clear()
        if not self._alone:
            self._run("rollback to savepoint command")
            self._run("release savepoint command")
        self.state = self._before
        self.series.clear()
        self.touched_series.clear()
        self.balances.clear()
        self.masters_changed(grow=False)

    def finish(self) -> None:
        """Write the writer's own state, last thing before the commit.

        What was answered before may not be on the disk yet, and is when this transaction is.
        """
        self._keep_state(ahead=False)
        if self.is_repeating and not self._is_sqlite:
            self._run(FLUSH_LOG)
        self.masters["version"] = self.state.master_version

    def commit(self) -> None:
        """Keep what a command alone wrote: PostgreSQL is told together with its last writes, and may object to them.

        The writer's lock goes with the commit, and only then is it flushed, so that others write while the disk works:
        a message of the log, which is written to the disk when it is given, with everything that was committed before.
        Everything else is committed with the connection's transaction.
        """
        if self._ahead is not None:
            for sql in ("set local synchronous_commit = off", "commit", FLUSH_LOG):
                self._send(sql, ())
            self._settle()

    def _keep_state(self, *, ahead: bool) -> None:
        """Write what is gathered and with it the writer's own state."""
        last: list[tuple[str, Parameters]] = []
        if self.state != self._known_state:
            last.append((KEEP_STATE, astuple(self.state)))
            self._known_state = replace(self.state)
        if self.stamp is not None and (self._wrote or self._pending or self._pending_changes):
            last.append((KEEP_COUNTER, (self.stamp,)))
        self.flush(last, ahead=ahead)
        self._wrote = False

    # ------------------------------------------------------------------ writing
    def next_id(self) -> int:
        drawn = self.state.next_id
        self.state.next_id = drawn + 1
        return drawn

    def insert(self, table: Table, **row: Any) -> int:
        """Add a row; its id is drawn here unless given. Written with the next flush. Returns the id."""
        statement = insert_statement(table, self.dialect)
        identity: int = row.get("id") or self.next_id()
        row["id"] = identity
        if statement.stamped:
            row["row_version"] = self.stamp
        try:
            self._pending[table.name].append(statement.parameters(row))
        except KeyError as missing:
            raise KeyError(f"{table.name} has no column, or no value for one: {missing}") from missing
        return identity

    def insert_many(self, table: Table, count: int, **columns: Any) -> list[int]:
        """Add so many rows: a list holds a value for each, anything else is the value of all. Returns their ids."""
        statement = insert_statement(table, self.dialect)
        first = self.state.next_id
        self.state.next_id += count
        identities = list(range(first, first + count))
        columns["id"] = identities
        if statement.stamped:
            columns["row_version"] = self.stamp
        try:
            self._pending[table.name] += statement.many_parameters(count, columns)
        except KeyError as missing:
            raise KeyError(f"{table.name} has no column, or no value for one: {missing}") from missing
        return identities

    def update(
        self, table: Table, identity: int, *, audited: bool = True, read: Row[Any] | None = None, **values: Any
    ) -> None:
        """Change the row; what stood there before goes into the audit record (balances and counters do not).

        read: the whole row as this transaction read it, so that it need not be read again.
        """
        names = tuple(values)
        statement = change_statement(table, names, self.dialect)
        if audited:
            if read is not None and (table.name, identity) not in self._changed:
                before = {name: read._mapping[name] for name in names}
            else:
                self._flush_of(table.name)
                found = self._asked(statement.before_sql, (identity,))[0]
                before = dict(zip(names, statement.before(found), strict=True))
            self.changes.append({"table": table.name, "id": identity, "before": before, "after": dict(values)})
            self._changed.add((table.name, identity))
        self.change_rows(table, names, [(*values.values(), identity)])

    def change_rows(self, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
        """Change these columns of different rows, unaudited. rows: (new values …, id). Written with the next flush."""
        statement = change_statement(table, names, self.dialect)
        self._flush_of(table.name)
        if statement.stamped:
            rows = [(*row[:-1], self.stamp, row[-1]) for row in rows]
        self._pending_changes[table.name] = statement, [statement.parameters(row) for row in rows]

    def delete(self, table: Table, condition: ColumnElement[bool]) -> None:
        """Remove rows of a table that is no ledger; the database leaves a tombstone for each that is replicated."""
        self.flush()
        self._foreseen.clear()
        self._wrote = True
        self.connection.execute(delete(table).where(condition))

    def flush(self, last: Sequence[tuple[str, Parameters]] = (), *, ahead: bool = False) -> None:
        """Write the gathered rows, tables in the order of their references, then the gathered changes, then the last.

        ahead: PostgreSQL need not have answered when this returns; what it objects comes with a later statement.
        """
        writes: list[tuple[WriteStatement, list[Parameters]]] = [
            (known_insert(name, self.dialect), self._pending[name])
            for name in sorted(self._pending, key=place_in_flush)
        ]
        writes += self._pending_changes.values()
        if not writes and not last:
            return
        self._wrote = True
        if self._is_sqlite:
            for statement, rows in writes:
                self._run_many(statement.sql, rows)
            for sql, row in last:
                self._run(sql, row)
        else:
            texts, parameters = list[str](), list[Any]()
            for statement, rows in writes:
                text, values = statement.for_rows(rows)
                texts.append(text)
                parameters += values
            for sql, row in last:
                texts.append(sql)
                parameters += row
            if ahead and self._ahead is None:
                self._ahead = self._connection.connection.driver_connection.pipeline()  # type: ignore[union-attr]
                self._ahead.__enter__()
            self._send(together(tuple(texts)), parameters)
            if not ahead:
                self._settle()
        written = {*self._pending, *self._pending_changes}
        self._foreseen = [seen for seen in self._foreseen if seen[2].tables.isdisjoint(written)]
        self._pending.clear()
        self._pending_changes.clear()

    def send_ahead(self) -> None:
        """Let PostgreSQL begin with what is gathered while the command goes on; it objects with the next statement."""
        if self._pending and not self._is_sqlite:
            self.flush(ahead=True)

    def _flush_of(self, name: str) -> None:
        """Write what is gathered, if anything of it is of that table."""
        if name in self._pending or name in self._pending_changes:
            self.flush(ahead=True)

    # What every command says goes by a cursor of the driver; see `statement`.
    def _run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        self._settle()
        self._send(sql, parameters)

    def _send(self, sql: str, parameters: Sequence[Any]) -> None:
        try:
            self._cursor.execute(sql, parameters)
        except self._driver_error as broken:
            raise database_error(self._connection, sql, broken) from broken

    def _settle(self) -> None:
        """Wait for the answer to what was sent ahead."""
        if self._ahead is not None:
            ahead, self._ahead = self._ahead, None
            try:
                ahead.__exit__(None, None, None)
            except self._driver_error as broken:
                raise database_error(self._connection, "", broken) from broken

    def _run_many(self, sql: str, rows: list[Parameters]) -> None:
        try:
            self._cursor.executemany(sql, rows)
        except self._driver_error as broken:
            raise database_error(self._connection, sql, broken) from broken

    def _asked(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        self._run(sql if self._is_sqlite else numbered(sql), parameters)
        found: list[Any] = self._cursor.fetchall()
        return found

    # ------------------------------------------------------------------ reading
    def rows(self, statement: Executable, **parameters: Any) -> list[Row[Any]]:
        """The rows of the question, as they stand with everything that the command wrote so far."""
        prepared = read_statement(statement, self.dialect)
        if prepared is None or not (
            prepared.tables.isdisjoint(self._pending) and prepared.tables.isdisjoint(self._pending_changes)
        ):
            self.flush()
        if prepared is None:
            return list(self.connection.execute(statement, parameters).all())
        for asked, foreseen, _, answer in self._foreseen:
            if asked is statement and foreseen == parameters:
                return prepared.rows(answer)
        return prepared.rows(self._asked(prepared.sql, prepared.parameters(parameters)))

    def foresee(self, *questions: tuple[Executable, dict[str, Any]]) -> None:
        """Ask PostgreSQL now and at once what the command is going to ask: question and parameters, each once.

        It saves exchanges and decides nothing: `rows` gives the answer, unless its tables were written meanwhile.
        """
        if self._is_sqlite:
            return
        known = [(asked, parameters, read_statement(asked, self.dialect)) for asked, parameters in questions]
        prepared = [(asked, parameters, found) for asked, parameters, found in known if found is not None]
        if prepared:
            texts = [(found.sql, found.parameters(parameters)) for _, parameters, found in prepared]
            answers = asked_together(self.connection, texts)
            self._foreseen += [(*of, answer) for of, answer in zip(prepared, answers, strict=True)]

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
