"""A stored table becomes what its model gives now by writing only the rows that differ; editions are told which.

Writing a large table costs ten times as much as reading it, and a late correction changes few of its rows. Rows are
compared by the hash of all their columns, as often as each occurs, so no key is needed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

SCHEMA = "changed"  # of the build file: the rows of published tables that came and went since the build it began as
IS_GONE = "_is_gone"
HASH = "_row_hash"
MOST = 0.5  # share of the rows that may differ; beyond it the table is written anew


@dataclass(frozen=True)
class TableVersion:
    """A checksum of the rows of a table, in whatever order they lie: how many, sum and exclusive or of their hashes."""

    rows: int
    total: int
    mixed: int

    @classmethod
    def of_table(cls, cursor: duckdb.DuckDBPyConnection, schema: str, table: str) -> "TableVersion":
        return cls.of_hashes(cursor, row_hash_of(_columns(cursor, schema, table)), f'{schema}."{table}"')

    @classmethod
    def of_hashes(cls, cursor: duckdb.DuckDBPyConnection, row_hash: str, place: str) -> "TableVersion":
        """Of the rows in the place, each with the hash that the expression gives."""
        rows, total, mixed = cursor.execute(
            "select count(*), coalesce(sum(row_hash::hugeint), 0), coalesce(bit_xor(row_hash), 0)"
            f" from (select {row_hash} as row_hash from {place}) as hashed"
        ).fetchall()[0]
        return cls(int(rows), int(total), int(mixed))

    @classmethod
    def of_text(cls, text: str) -> "TableVersion | None":
        """The version that `str` gave as this text; None for another text."""
        parts = text.split("/")
        return cls(*map(int, parts)) if len(parts) == 3 else None

    def __str__(self) -> str:
        return f"{self.rows}/{self.total}/{self.mixed}"


def row_hash_of(columns: Iterable[str]) -> str:
    """An expression that tells rows with different values in these columns apart, but for chance (one pair in 2⁶⁴)."""
    return f"hash({', '.join(_quoted(column) for column in columns)})"


def row_count(cursor: duckdb.DuckDBPyConnection, rows: str) -> int:
    """rows: what may stand behind `from`."""
    return int(cursor.execute(f"select count(*) from {rows}").fetchall()[0][0])


def changes_place(schema: str, table: str) -> str:
    """Where the rows of `schema.table` that came and went stand, with `_is_gone`, if few did."""
    return f'{SCHEMA}."{schema}.{table}"'


def forget_changes(connection: duckdb.DuckDBPyConnection) -> None:
    """From here on the file counts what changes."""
    connection.execute(f"drop schema if exists {SCHEMA} cascade")
    connection.execute(f"create schema {SCHEMA}")


def store_changes(
    cursor: duckdb.DuckDBPyConnection, schema: str, table: str, select: str, before: TableVersion, *, is_told: bool
) -> TableVersion:
    """The table, whose version is `before`, holds what the select gives; returns its version then.

    The select gives the columns of the table, in any order. is_told: the rows that came and went are noted.
    Raises `duckdb.Error`; the table is then what it was.
    """
    place = f'{schema}."{table}"'
    columns = _columns(cursor, schema, table)
    names, row_hash = ", ".join(map(_quoted, columns)), row_hash_of(columns)
    typed = ", ".join(f"cast({_quoted(name)} as {kind}) as {_quoted(name)}" for name, kind in columns.items())
    cursor.execute(
        f"create or replace temp table made as select *, {row_hash} as {HASH} from (select {typed} from (\n{select}\n))"
    )
    after = TableVersion.of_hashes(cursor, HASH, "temp.made")
    if after != before:
        cursor.execute(
            "create or replace temp table differing as select row_hash from ("
            f"select {HASH} as row_hash, 1 as net_count from temp.made union all"
            f" select {row_hash}, -1 from {place}) group by row_hash having sum(net_count) <> 0"
        )
        goes = f"from {place} where {row_hash} in (from temp.differing)"
        comes = f"from temp.made where {HASH} in (from temp.differing)"
        cursor.execute("begin")
        if row_count(cursor, "temp.differing") > MOST * after.rows:
            goes, comes = f"from {place}", "from temp.made"
        elif is_told:
            cursor.execute(
                f"create or replace table {changes_place(schema, table)} as"
                f" select {names}, true as {IS_GONE} {goes} union all select {names}, false as {IS_GONE} {comes}"
            )
        cursor.execute(f"delete {goes}")
        cursor.execute(f"insert into {place} ({names}) select {names} {comes}")
        cursor.execute("commit")
        cursor.execute("drop table temp.differing")
    cursor.execute("drop table temp.made")
    return after


def _columns(cursor: duckdb.DuckDBPyConnection, schema: str, table: str) -> dict[str, str]:
    """The columns of a table of the build file with their types."""
    return dict(cursor.execute("select name, type from pragma_table_info(?)", [f'{schema}."{table}"']).fetchall())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
