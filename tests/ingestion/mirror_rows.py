"""What a mirror of the record holds, as values that compare across databases and moments."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import duckdb

from ingestion.replication.columns import raw_tables


def rows_of(file: Path, tables: Collection[str]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the tables by id, without the stamp of their last change; JSON as values."""
    found = {}
    with duckdb.connect(str(file), read_only=True) as connection:
        for raw in raw_tables():
            if raw.name in tables:
                shown = [column for column in raw.columns if column.name != "row_version"]
                names = ", ".join(f'"{column.name}"' for column in shown)
                rows = connection.execute(f'select {names} from raw."{raw.name}" order by id').fetchall()
                found[raw.name] = [
                    tuple(
                        json.loads(value) if column.is_json and value else value
                        for column, value in zip(shown, row, strict=True)
                    )
                    for row in rows
                ]
    return found
