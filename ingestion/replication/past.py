"""The mirror as it was: schema `raw` of a build taken back to a past moment, with what was recorded by then, no more.

Rows are added once and keep the time at which they were recorded; a row that says none itself was recorded with the
row that it belongs to (a line with its document), or later by the command whose audit record follows it. What a later
command changed in a row is taken back by the audit trail, which keeps what stood there before. So every model that
runs on the past mirror answers as it would have answered then.

Not taken back: rows changed or deleted in the database by hand (they leave no audit record), and counters of numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import duckdb

from ingestion.replication.columns import RawTable, raw_tables
from transactions.kernel.clock import EPOCH, microseconds

FOUNDING = {"user_account", "database_identity"}  # made before the first command, on the clock of whoever installs
CHANGES = """'[{"table": "VARCHAR", "id": "BIGINT", "before": "JSON"}]'"""


class NothingWasRecorded(Exception):
    """At that moment nothing was recorded yet."""


@dataclass(frozen=True)
class PastMirror:
    """What was taken back. tables: rows per table. undone: changes of rows that were taken back."""

    known_at: datetime
    tables: dict[str, int]
    undone: int


def write_past_mirror(
    work_file: Path, past: duckdb.DuckDBPyConnection, known_at: datetime, tables: Iterable[str]
) -> PastMirror:
    """Makes schema `raw` in the database `past`: those tables of the build as they were recorded up to the moment,
    included. All or none of it.

    Raises `NothingWasRecorded` for a moment before the first command.
    """
    past.execute("attach ? as source (read_only)", [str(work_file)])
    past.execute("begin")
    try:
        past.execute("create schema if not exists raw")
        recording = _Recording(past, microseconds(known_at))
        recording.require_something()
        undone = recording.note_changes()
        counts = {name: recording.write_table(name) for name in sorted(tables)}
        past.execute("drop table main.changed_row")
        past.execute("commit")
    except BaseException:
        past.execute("rollback")
        raise
    finally:
        past.execute("detach source")
    return PastMirror(known_at, counts, undone)


def last_audit_record(work_file: Path, known_at: datetime) -> tuple[int, int]:
    """Of the audit trail in a build: how many records there are up to the moment, and how many in all."""
    with duckdb.connect(str(work_file), read_only=True) as work:
        row = work.execute(
            "select count(*) filter (where recorded_at <= ?), count(*) from raw.audit_record", [microseconds(known_at)]
        ).fetchall()[0]
    return int(row[0]), int(row[1])


class _Recording:
    """What was recorded when; works on the attached build `source`, known_at in microseconds."""

    def __init__(self, past: duckdb.DuckDBPyConnection, known_at: int) -> None:
        self.past = past
        self.known_at = known_at
        self.tables = {table.name: table for table in raw_tables()}
        self.later_spans: list[tuple[int, int]] = self._later_spans()

    def require_something(self) -> None:
        first = self.past.execute("select min(recorded_at) from source.raw.audit_record").fetchall()[0][0]
        if first is None or first > self.known_at:
            began = "nothing is recorded yet" if first is None else f"the first fact was recorded at {_time(first)}"
            raise NothingWasRecorded(f"at {_time(self.known_at)} nothing was known: {began}")

    def _later_spans(self) -> list[tuple[int, int]]:
        """Spans of ids (after, up to) that were drawn after the moment: ids come from one counter, and the audit record
        of a command follows its rows. One span, unless the clock was put back."""
        return self.past.execute(
            f"""with commands as (
                select id, lag(id, 1, 0) over (order by id) as follows, recorded_at > {self.known_at} as is_later
                from source.raw.audit_record
            ),
            runs as (
                select *, sum(case when is_later then 0 else 1 end) over (order by id rows unbounded preceding) as run
                from commands
            )
            select min(follows), max(id) from runs where is_later group by run order by 1"""
        ).fetchall()

    def _drawn_later(self, identity: str) -> str:
        spans = [f"({identity} > {after} and {identity} <= {upto})" for after, upto in self.later_spans]
        return f"({' or '.join(spans)})" if spans else "false"

    def note_changes(self) -> int:
        """What stood in rows before commands recorded after the moment changed them."""
        self.past.execute(
            f"""create table main.changed_row as
            with changes as (
                select position, unnest(from_json(changes, {CHANGES})) as change
                from source.raw.audit_record
                where recorded_at > {self.known_at} and changes <> '[]'
            )
            select position, change."table" as table_name, change.id as id, change."before" as standing from changes"""
        )
        return int(self.past.execute("select count(*) from main.changed_row").fetchall()[0][0])

    def write_table(self, name: str) -> int:
        if name == "stock_balance":
            return self._write_balances()
        columns = self._columns(name)
        before = self._before(name)
        if before:
            values = ", ".join(self._as_it_was(name, column, kind, before) for column, kind in columns)
            undone = ", ".join(
                f"arg_min(standing -> '$.{column}', position) filter (where json_exists(standing, '$.{column}')) "
                f'as "{column}"'
                for column in before
            )
            joined = (
                f"left join (select id, {undone} from main.changed_row where table_name = '{name}' group by id) "
                "as earlier on earlier.id = rows.id"
            )
        else:
            values, joined = ", ".join(f'rows."{column}"' for column, _ in columns), ""
        found = self.past.execute(
            f'create table raw."{name}" as select {values} from source.raw."{name}" as rows {joined} '
            f"where {self.was_known(name, 'rows')}"
        ).fetchall()
        return int(found[0][0])

    def was_known(self, name: str, rows: str) -> str:
        """SQL condition on rows of the table: recorded up to the moment."""
        table = self.tables.get(name)
        columns = {column for column, _ in self._columns(name)}
        drawn_later = self._drawn_later(f"{rows}.id")
        if "recorded_at" in columns and name not in FOUNDING:
            return f"coalesce({rows}.recorded_at, 0) <= {self.known_at}"
        if "recorded_at" in columns:
            return f"({rows}.recorded_at <= {self.known_at} or not {drawn_later})"
        owner = _owner(table.name) if table else None
        if owner is None:
            return f"not {drawn_later}"
        column, target = owner
        known_owners = f'select owner.id from source.raw."{target}" as owner where {self.was_known(target, "owner")}'
        # A row that was drawn with its owner was recorded with it; one that was added to it later, when it was drawn.
        return (
            f"(case when {rows}.{column} is null then not {drawn_later} else "
            f"{rows}.{column} in ({known_owners}) "
            f"and (not {drawn_later} or {self._drawn_later(f'{rows}.{column}')}) end)"
        )

    def _write_balances(self) -> int:
        """Balances are kept by the moves: those of the moves that were known."""
        found = self.past.execute(
            f"""create table raw.stock_balance as
            with moves as (select * from source.raw.stock_move as moves where {self.was_known("stock_move", "moves")}),
            ends as (
                select item_id, to_location_id as location_id, coalesce(lot_id, 0) as lot_id, quantity, effective_date
                from moves
                union all
                select item_id, from_location_id, coalesce(lot_id, 0), -quantity, effective_date from moves
            ),
            held as (
                select item_id, location_id, lot_id, cast(sum(quantity) as bigint) as quantity,
                    max(effective_date) as last_effective_date
                from ends group by item_id, location_id, lot_id
            )
            select rows.* replace (
                held.quantity as quantity, held.last_effective_date as last_effective_date,
                coalesce(reserved.quantity, 0) as reserved_quantity
            )
            from source.raw.stock_balance as rows
            inner join held using (item_id, location_id, lot_id)
            left join (
                select item_id, location_id, lot_id, cast(sum(quantity) as bigint) as quantity
                from source.raw.stock_reservation as changes where {self.was_known("stock_reservation", "changes")}
                group by item_id, location_id, lot_id
            ) as reserved using (item_id, location_id, lot_id)"""
        ).fetchall()
        return int(found[0][0])

    def _columns(self, name: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = self.past.execute(
            "select column_name, data_type from duckdb_columns() "
            "where database_name = 'source' and schema_name = 'raw' and table_name = ? order by column_index",
            [name],
        ).fetchall()
        return found

    def _before(self, name: str) -> set[str]:
        """Columns of the table that later commands changed."""
        found = self.past.execute(
            "select distinct unnest(json_keys(standing)) from main.changed_row where table_name = ?", [name]
        ).fetchall()
        return {column for (column,) in found} & {column for column, _ in self._columns(name)}

    def _as_it_was(self, name: str, column: str, kind: str, before: set[str]) -> str:
        if column not in before:
            return f'rows."{column}"'
        is_json = any(raw.is_json for raw in self.tables[name].columns if raw.name == column)
        told = f'cast(earlier."{column}" as varchar)' if is_json else f"cast(earlier.\"{column}\" ->> '$' as {kind})"
        return f'case when earlier."{column}" is null then rows."{column}" else {told} end as "{column}"'


@cache
def _owner(name: str) -> tuple[str, str] | None:
    """The column by which a row without a time of its own names the row it was recorded with, and that one's table."""
    table = _tables()[name]
    from transactions.kernel.database import metadata

    for column in metadata.tables[table.name].columns:
        for key in column.foreign_keys:
            target = key.column.table.name
            if target != name and target in _tables():
                names = {column.name for column in metadata.tables[target].columns}
                if "recorded_at" in names or _owner(target) is not None:
                    return column.name, target
    return None


@cache
def _tables() -> dict[str, RawTable]:
    return {table.name: table for table in raw_tables()}


def _time(known_at: int) -> str:
    moment = datetime.fromtimestamp((known_at - microseconds(EPOCH)) / 1_000_000, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
