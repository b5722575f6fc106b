"""The signature of the system of record: equal signatures mean that a replication would bring nothing new.

On SQLite it is the change counter. On PostgreSQL, where a transaction may commit long after later ones, it says how
many rows are stamped at or above a watermark, and sums them up.
"""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ingestion.replication.columns import RawTable, raw_tables

if TYPE_CHECKING:
    from sqlalchemy import Engine


def signature_sql(dialect: str, watermark: int, tables: tuple[RawTable, ...]) -> str:
    if dialect == "sqlite":
        return "select cast(value as varchar) from change_counter where id = 1"
    return " union all ".join(
        f"select '{table.name}/' || count(*) || '/' || coalesce(sum(row_version), 0) || '/' || coalesce(sum(id), 0) "
        f'from "{table.name}" where row_version >= {watermark} having count(*) > 0'
        for table in tables
    )


def signature_of(
    read: Callable[[str], list[tuple[Any, ...]]], dialect: str, watermark: int, tables: tuple[RawTable, ...]
) -> str:
    identity = str(read("select identity from database_identity")[0][0])
    parts = sorted(str(row[0]) for row in read(signature_sql(dialect, watermark, tables)))
    return hashlib.sha256("\n".join([identity, *parts]).encode()).hexdigest()


def source_signature(engine: "Engine", watermark: int) -> str:
    """The signature now, seen from a build with this watermark (`Replication.watermark`); takes about a millisecond."""
    from transactions.kernel.database import reading

    with reading(engine) as connection:

        def read(sql: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]

        return signature_of(read, engine.dialect.name, watermark, raw_tables())
