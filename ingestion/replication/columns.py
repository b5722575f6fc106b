"""What is replicated, and as what: each table of the system of record whose rows the warehouse may see.

Integers become BIGINT, texts and JSON VARCHAR, dates DATE, flags BOOLEAN; names stay. Credentials, sessions and
remembered answers are not in the list, because their tables say so (`info["replicated"]`).
"""

from dataclasses import dataclass
from functools import cache

TOMBSTONES = "row_tombstone"
ROW_COUNT = "cast(count(*) as varchar)"


@dataclass(frozen=True)
class RawColumn:
    name: str
    raw_type: str  # BIGINT, VARCHAR, DATE, BOOLEAN
    is_json: bool = False


@dataclass(frozen=True)
class RawTable:
    name: str
    columns: tuple[RawColumn, ...]


@cache
def raw_tables() -> tuple[RawTable, ...]:
    """The replicated tables, in alphabetical order; `row_tombstone` is one of them."""
    import transactions.commands  # noqa: F401  (its import knows every table)
    from transactions.kernel.database import metadata

    return tuple(
        RawTable(name, tuple(_raw_column(column.name, column.type) for column in table.columns))
        for name, table in sorted(metadata.tables.items())
        if table.info["replicated"]
    )


def _raw_column(name: str, kind: object) -> RawColumn:
    from sqlalchemy import JSON, Boolean, Date, Integer, String

    if isinstance(kind, JSON):
        return RawColumn(name, "VARCHAR", is_json=True)
    for python_type, raw_type in ((Boolean, "BOOLEAN"), (Integer, "BIGINT"), (String, "VARCHAR"), (Date, "DATE")):
        if isinstance(kind, python_type):
            return RawColumn(name, raw_type)
    raise TypeError(f"column {name} of type {kind!r} has no type in the warehouse")


def key_totals() -> str:
    """SQL for the checksum of a table's keys and versions: row count and three sums. The same on all databases."""
    version = "coalesce(row_version, -1)"
    sums = ("id", version, f"(id % 99991) * ({version} % 99991)")
    return " || '/' || ".join([ROW_COUNT, *(_sum(term) for term in sums)])


def content_totals(table: RawTable, dialect: str) -> str:
    """SQL for the checksum of all in a table: row count, then each column's; dialect: sqlite, postgresql, duckdb."""
    return " || '/' || ".join([ROW_COUNT, *(_column_total(column, dialect) for column in table.columns)])


def _column_total(column: RawColumn, dialect: str) -> str:
    name = f'"{column.name}"'
    if column.raw_type == "BIGINT":
        term = f"{name} % 1000003"
    elif column.raw_type == "BOOLEAN":
        term = f"case when {name} then 1 else 0 end"
    elif column.raw_type == "DATE":
        term = {
            "sqlite": f"cast(replace({name}, '-', '') as integer)",
            "postgresql": f"cast(to_char({name}, 'YYYYMMDD') as bigint)",
            "duckdb": f"cast(strftime({name}, '%Y%m%d') as bigint)",
        }[dialect]
    else:
        term = f"length(cast({name} as varchar))"
    return f"cast(count({name}) as varchar) || ':' || {_sum(term)}"


def _sum(term: str) -> str:
    return f"cast(coalesce(sum({term}), 0) as varchar)"
