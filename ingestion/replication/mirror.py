"""The mirror: schema `raw` of one build file, with what it was filled from (`raw._replication`)."""

from dataclasses import dataclass
from typing import Any

import duckdb

from ingestion.replication.columns import TOMBSTONES, RawTable
from ingestion.replication.snapshot import ArrowStream


@dataclass(frozen=True)
class Standing:
    """What the mirror was filled from. audit_position and audit_hash: the last audit record that it holds."""

    identity: str
    watermark: int
    audit_position: int
    audit_hash: str
    signature: str


class Mirror:
    """Writes into one build file; everything between `begin` and `commit` happens or does not."""

    def __init__(self, path: str) -> None:
        # An unfinished build is thrown away; whoever publishes a finished one flushes it.
        self._duckdb = duckdb.connect(path, config={"fsync_mode": "NONE"})
        self._duckdb.execute("set enable_progress_bar = false")

    def close(self) -> None:
        self._duckdb.close()

    def begin(self) -> None:
        self._duckdb.execute("begin")
        self._duckdb.execute("create schema if not exists raw")
        self._duckdb.execute(
            "create table if not exists raw._replication (identity varchar, watermark bigint, audit_position bigint, "
            "audit_hash varchar, signature varchar)"
        )

    def commit(self) -> None:
        self._duckdb.execute("commit")
        self._duckdb.execute("checkpoint")

    def standing(self) -> Standing | None:
        rows = self._duckdb.execute("select * from raw._replication").fetchall()
        return Standing(*rows[0]) if rows else None

    def stand_at(self, standing: Standing) -> None:
        self._duckdb.execute("delete from raw._replication")
        self._duckdb.execute("insert into raw._replication values (?, ?, ?, ?, ?)", list(vars(standing).values()))

    def tables_like(self, tables: tuple[RawTable, ...]) -> set[str]:
        """Names of those tables that the mirror has with just these columns and types."""
        rows = self._duckdb.execute(
            "select table_name, list((column_name, data_type) order by column_index) from duckdb_columns() "
            "where schema_name = 'raw' and not internal group by all"
        ).fetchall()
        mirrored = dict(rows)
        return {
            table.name
            for table in tables
            if mirrored.get(table.name) == [(column.name, column.raw_type) for column in table.columns]
        }

    def drop_others(self, tables: tuple[RawTable, ...]) -> None:
        """Drops mirrored tables that the system of record no longer has."""
        rows = self._duckdb.execute(
            "select table_name from duckdb_tables() where schema_name = 'raw' and not starts_with(table_name, '_')"
        ).fetchall()
        for name in sorted({name for (name,) in rows} - {table.name for table in tables}):
            self._duckdb.execute(f'drop table raw."{name}"')

    def load(self, table: RawTable, rows: ArrowStream | None) -> int:
        """Makes the table anew, with the given rows or none; returns their number."""
        columns = ", ".join(f'"{column.name}" {column.raw_type}' for column in table.columns)
        self._duckdb.execute(f'create or replace table raw."{table.name}" ({columns})')
        return 0 if rows is None else self._insert(f'raw."{table.name}"', table, rows)

    def merge(self, table: RawTable, rows: ArrowStream) -> int:
        """Replaces or adds the given rows by id; returns their number. Doing it twice changes nothing."""
        place = f'raw."{table.name}"'
        last = self._duckdb.execute(f"select coalesce(max(rowid), -1) from {place}").fetchall()[0][0]
        count = self._insert(place, table, rows)
        if count and last >= 0:  # what was there before gives way to what has just come
            came = f"select id from {place} where rowid > {last}"
            self._duckdb.execute(f"delete from {place} where rowid <= {last} and id in ({came})")
        return count

    def bury(self, condition: str) -> dict[str, int]:
        """Deletes the rows whose tombstones fulfil the condition; returns how many per table."""
        tombstones = f'raw."{TOMBSTONES}"'
        names = self._duckdb.execute(f"select distinct table_name from {tombstones} where {condition}").fetchall()
        buried = {}
        for (name,) in sorted(names):
            ids = f"select deleted_id from {tombstones} where table_name = ? and {condition}"
            result = self._duckdb.execute(f'delete from raw."{name}" where id in ({ids})', [name])
            buried[name] = int(result.fetchall()[0][0])
        return buried

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._duckdb.execute(sql).fetchall()

    def _insert(self, target: str, table: RawTable, rows: ArrowStream) -> int:
        typed = ", ".join(f'cast("{column.name}" as {column.raw_type}) as "{column.name}"' for column in table.columns)
        self._duckdb.register("arriving", rows)
        result = self._duckdb.execute(f"insert into {target} select {typed} from arriving where id is not null")
        count = int(result.fetchall()[0][0])
        self._duckdb.unregister("arriving")
        return count
