"""How a run of an engine stores what it made: as tables of the build, beside the table of its model."""

from __future__ import annotations

import duckdb
import polars as pl
import pyarrow as pa


def store(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """The frame as `table`, a name with its schema, in place of what was there.

    Handed over batch by batch: converted as a whole, its texts would stand in memory twice.
    """
    connection.register("frame_of_engine", pa.RecordBatchReader.from_stream(frame))
    connection.execute(f"create or replace table {table} as select * from frame_of_engine")
    connection.unregister("frame_of_engine")
