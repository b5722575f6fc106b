"""Statements of the driver, made ready once: how a row becomes parameters, and an answer becomes rows.

A statement through SQLAlchemy costs several times what the database needs for it. What every command says is therefore
compiled once and handed to the driver's own cursor. On PostgreSQL several rows go in one statement, a list per column,
and what a command gathered for several tables goes in one exchange with the server.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import repeat
from typing import Any, Literal
from weakref import WeakKeyDictionary

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Date,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    TypeDecorator,
    bindparam,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import visitors

from transactions.kernel.database import OWN_STAMP, metadata, numbered

Parameters = tuple[Any, ...]
POSTGRESQL_TYPES = (
    (Boolean, "boolean"), (Integer, "bigint"), (Date, "date"), (JSON, "json"), (LargeBinary, "bytea"),
)  # fmt: skip
_REQUIRED = object()


class WriteStatement:
    """A write of one row (`sql`) and PostgreSQL's of many (`many_sql`, a list for each parameter)."""

    sql: str
    many_sql: str
    arrays: list[Callable[[Iterable[Any]], str]]

    def for_rows(self, rows: list[Parameters]) -> tuple[str, Sequence[Any]]:
        """PostgreSQL's text for so many rows, and its parameters."""
        if len(rows) == 1:
            return self.sql, rows[0]
        columns = zip(*rows, strict=True)
        return self.many_sql, [array(column) for array, column in zip(self.arrays, columns, strict=True)]


# ---------------------------------------------------------------- inserts
class InsertStatement(WriteStatement):
    """The insert of one table: SQL text for the driver, and how a row becomes its parameters."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        is_sqlite = dialect.name == "sqlite"
        self.columns = [column for column in table.columns if is_sqlite or column.name != "row_version"]
        names = [quoted(column.name) for column in self.columns]
        marks = ["?"] * len(names)
        lists = list(map(unnested, self.columns))
        if not is_sqlite and "row_version" in table.c:
            names.append("row_version")
            marks.append(OWN_STAMP)
            lists.append(f"(select {OWN_STAMP})")
        self.sql = f"insert into {table.name} ({', '.join(names)}) values ({', '.join(marks)})"
        self.many_sql = f"insert into {table.name} ({', '.join(names)}) select {', '.join(lists)}"
        self.arrays = [array_of(column) for column in self.columns]
        self.stamped = any(column.name == "row_version" for column in self.columns)
        self._slots: dict[str, tuple[int, Callable[[Any], Any] | None, Any]] = {}
        self._absent: list[Any] = []  # a row of which nothing is said
        for place, column in enumerate(self.columns):
            process = column.type.dialect_impl(dialect).bind_processor(dialect)
            self._slots[column.name] = place, process, process(None) if process is not None else None
            default = _default(column)
            self._absent.append(default if default is _REQUIRED or process is None else process(default))
        self._required = frozenset(
            column.name for column, value in zip(self.columns, self._absent, strict=True) if value is _REQUIRED
        )

    def parameters(self, row: dict[str, Any]) -> Parameters:
        """The row as the driver takes it; `KeyError` names a column that is unknown or has no value and no default."""
        if not row.keys() >= self._required:
            raise KeyError(sorted(self._required - row.keys())[0])
        values, slots = self._absent.copy(), self._slots
        for name, value in row.items():
            place, process, nothing = slots[name]
            if value is None:
                values[place] = nothing
            else:
                values[place] = value if process is None else process(value)
        return tuple(values)

    def many_parameters(self, count: int, columns: dict[str, Any]) -> Iterator[Parameters]:
        """So many rows as the driver takes them; a list holds a value for each row, anything else is of all of them."""
        if not columns.keys() >= self._required:
            raise KeyError(sorted(self._required - columns.keys())[0])
        values: list[Any] = [repeat(value, count) for value in self._absent]
        for name, value in columns.items():
            place, process, nothing = self._slots[name]
            if not isinstance(value, list):
                value = nothing if value is None else value if process is None else process(value)
                values[place] = repeat(value, count)
            elif process is not None:
                values[place] = [nothing if one is None else process(one) for one in value]
            else:
                values[place] = value
        return zip(*values, strict=True)


def _default(column: Any) -> Any:
    if column.server_default is not None:
        text = str(column.server_default.arg)
        return {"true": True, "false": False}.get(text.lower(), int(text) if text.isdigit() else text)
    return None if column.nullable else _REQUIRED


_inserts: dict[tuple[str, str], InsertStatement] = {}
_places = dict[str, int]()


def insert_statement(table: Table, dialect: Dialect) -> InsertStatement:
    found = _inserts.get((table.name, dialect.name))
    if found is None:
        found = _inserts[table.name, dialect.name] = InsertStatement(table, dialect)
    return found


def known_insert(name: str, dialect: Dialect) -> InsertStatement:
    """The insert of a table into which a row was put before."""
    return _inserts[name, dialect.name]


def place_in_flush(name: str) -> int:
    """Where the table stands in the order of references: what is referred to is written first."""
    place = _places.get(name)
    if place is None:
        _places.update({table.name: place for place, table in enumerate(metadata.sorted_tables)})
        place = _places[name]
    return place


# ---------------------------------------------------------------- changes
class ChangeStatement(WriteStatement):
    """Sets some columns of a row by its id: what stood there, the change of one row, and the change of many at once."""

    def __init__(self, table: Table, names: tuple[str, ...], dialect: Dialect) -> None:
        columns = [table.c[name] for name in names]
        own = ""
        if "row_version" in table.c:
            if dialect.name == "sqlite":
                columns.append(table.c.row_version)
            else:
                own = f", row_version = {OWN_STAMP}"
        self.stamped = len(columns) > len(names)
        self.before_sql = f"select {', '.join(map(quoted, names))} from {table.name} where id = ?"
        sets = ", ".join(f"{quoted(column.name)} = ?" for column in columns)
        self.sql = f"update {table.name} set {sets}{own} where id = ?"
        columns.append(table.c.id)
        new = ", ".join(f"{unnested(column)} as {quoted('new_' + column.name)}" for column in columns)
        sets = ", ".join(f"{quoted(column.name)} = {quoted('new_' + column.name)}" for column in columns[:-1])
        self.many_sql = f"update {table.name} set {sets}{own} from (select {new}) as new where id = new_id"
        self.arrays = [array_of(column) for column in columns]
        impls = [column.type.dialect_impl(dialect) for column in columns]
        self.processes = [impl.bind_processor(dialect) for impl in impls]
        self.results = [impl.result_processor(dialect, None) for impl in impls[: len(names)]]

    def parameters(self, values: Iterable[Any]) -> Parameters:
        """New values, the stamp where the statement is `stamped`, and the id, as the driver takes them."""
        return tuple(
            process(value) if process is not None else value
            for process, value in zip(self.processes, values, strict=True)
        )

    def before(self, row: Sequence[Any]) -> list[Any]:
        """What stood in the columns, from the driver's answer."""
        return [
            process(value) if process is not None else value for process, value in zip(self.results, row, strict=True)
        ]


_changes: dict[tuple[str, tuple[str, ...], str], ChangeStatement] = {}


def change_statement(table: Table, names: tuple[str, ...], dialect: Dialect) -> ChangeStatement:
    key = (table.name, names, dialect.name)
    found = _changes.get(key)
    if found is None:
        found = _changes[key] = ChangeStatement(table, names, dialect)
    return found


# ---------------------------------------------------------------- questions
class ReadStatement:
    """A question that is asked again and again: SQL text for the driver, its parameters by name, its rows."""

    def __init__(self, statement: Select[Any], dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=_positional(dialect))
        self.sql = str(compiled)
        self.names: Sequence[str] = compiled.positiontup
        self.given = {name: value for name, value in compiled.params.items() if value is not None}
        self.processes = {}
        for name, bound in compiled.binds.items():
            process = bound.type.dialect_impl(dialect).bind_processor(dialect)
            if process is not None:
                self.processes[name] = process
        columns = list(statement.selected_columns)
        self.tables = {part.name for part in visitors.iterate(statement) if isinstance(part, Table)}
        self._metadata = SimpleResultMetaData([str(column.key) for column in columns])
        results = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._results = results if any(results) else None

    def parameters(self, values: Mapping[str, Any]) -> list[Any]:
        """The named values as the driver takes them."""
        if self.given or self.processes:
            values = {**self.given, **values}
            for name, process in self.processes.items():
                values[name] = process(values[name])
        return [values[name] for name in self.names]

    def rows(self, found: list[Any]) -> list[Row[Any]]:
        """The driver's answer as rows with names."""
        if not found:
            return []
        if self._results is not None:
            found = [
                tuple(
                    process(value) if process is not None else value
                    for process, value in zip(self._results, row, strict=True)
                )
                for row in found
            ]
        result: IteratorResult[Any] = IteratorResult(self._metadata, iter(found))
        return list(result.all())


@cache
def _positional(dialect: Dialect) -> Dialect:
    """The dialect with parameters marked by their place: ? or $1."""
    if dialect.name == "sqlite":
        return dialect
    kind: Any = type(dialect)
    numbering: Dialect = kind(paramstyle="numeric_dollar")
    return numbering


_reads: dict[str, WeakKeyDictionary[Any, ReadStatement | Literal[False] | None]] = {}


def read_statement(statement: Any, dialect: Dialect) -> ReadStatement | None:
    """The prepared form of a question that was asked before; None the first time, and for lists of changing length.

    Questions that are put together for one occasion are never asked twice, and so cost no preparation.
    """
    known = _reads.setdefault(dialect.name, WeakKeyDictionary())
    if statement not in known:
        known[statement] = None
        return None
    found = known[statement]
    if found is None:
        is_fixed = isinstance(statement, Select) and "POSTCOMPILE" not in str(statement.compile(dialect=dialect))
        found = known[statement] = ReadStatement(statement, dialect) if is_fixed else False
    return found or None


# ---------------------------------------------------------------- texts
@lru_cache(maxsize=2000)
def together(statements: tuple[str, ...]) -> str:
    """Writes of different tables as one statement of PostgreSQL; none of them sees what the others do."""
    *others, last = statements
    named = ", ".join(f"write_{place} as ({sql})" for place, sql in enumerate(others))
    return numbered(f"with {named} {last}" if others else last)


# ---------------------------------------------------------------- lists
class NumberList(TypeDecorator[Sequence[int]]):
    """Integers as one parameter, however many: a statement about them keeps its text."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> str:
        numbers = ",".join(map(str, value or ()))
        return f"[{numbers}]" if dialect.name == "sqlite" else f"{{{numbers}}}"


class one_of(ColumnElement[bool]):
    """The column is one of the numbers in the parameter of that name."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[int], name: str) -> None:
        self.column, self.numbers = column, bindparam(name, type_=NumberList())
        self.type = Boolean()

    def get_children(self, **_options: Any) -> Iterable[Any]:
        return self.column, self.numbers


@compiles(one_of, "sqlite")
def _one_of_on_sqlite(element: one_of, compiler: Any, **options: Any) -> str:
    column, numbers = compiler.process(element.column, **options), compiler.process(element.numbers, **options)
    return f"{column} in (select value from json_each({numbers}))"


@compiles(one_of, "postgresql")
def _one_of_on_postgresql(element: one_of, compiler: Any, **options: Any) -> str:
    column, numbers = compiler.process(element.column, **options), compiler.process(element.numbers, **options)
    return f"{column} = any(cast({numbers} as bigint[]))"


# ---------------------------------------------------------------- columns
def quoted(name: str) -> str:
    return f'"{name}"' if name in ("key", "new_key") else name


def unnested(column: Any) -> str:
    """PostgreSQL: the rows of a list parameter that holds the column's values."""
    return f"unnest(?::{_postgresql_type(column)}[])"


def _postgresql_type(column: Any) -> str:
    return next((name for kind, name in POSTGRESQL_TYPES if isinstance(column.type, kind)), "text")


def array_of(column: Any) -> Callable[[Iterable[Any]], str]:
    """How a column's values become PostgreSQL's text of a list."""
    if isinstance(column.type, JSON):
        return _json_array
    return _plain_array if isinstance(column.type, (Boolean, Integer, Date)) else _quoted_array


def _plain_array(values: Iterable[Any]) -> str:
    """Of numbers, days, truth values: no value's text needs quotes, and none but the absent is called None."""
    return "{" + ",".join(map(str, values)).replace("None", "NULL") + "}"


def _quoted_array(values: Iterable[Any]) -> str:
    return "{" + ",".join(map(_quoted_element, values)) + "}"


def _quoted_element(value: str | bytes | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _json_array(values: Iterable[Any]) -> str:
    """Of JSON values in the driver's wrapper."""
    return (
        "{"
        + ",".join('"null"' if value.obj is None else _quoted_element(json.dumps(value.obj)) for value in values)
        + "}"
    )
