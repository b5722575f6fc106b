"""MRP at scale: the engine alone, and the whole model run from DuckDB tables to DuckDB tables."""

from __future__ import annotations

import tempfile
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from dbt_project.engines.planning import PlanningInput, plan
from tests.bench.figure import Measured, median, timed
from tests.bench.planning import measure_planning
from tests.engines.factory import deep_factory, factory


def planned(facts: PlanningInput, repeats: int) -> Measured:
    """The engine, from frames to frames with pegging."""
    told = measure_planning(facts, repeats)
    parts = {
        "first time": f"{told.first_seconds:.2f} s", "make": f"{told.make:,}", "buy": f"{told.buy:,}",
        "pegs": f"{told.pegs:,}", "of processor": f"{median(told.processor_seconds):.2f} s",
    }  # fmt: skip
    return Measured(median(told.seconds), told.make + told.buy, told.seconds, parts=parts)


def frepple_factory(quick: bool) -> Measured:
    return planned(factory(200 if quick else 20_000), 1 if quick else 5)


def hundred_thousand_items(quick: bool) -> Measured:
    items, rows, repeats = (1_000, 10_000, 1) if quick else (100_000, 1_000_000, 2)
    return planned(deep_factory(items, rows), repeats)


def frepple_factory_whole(quick: bool) -> Measured:
    """Facts read from DuckDB, planned, every frame of the plan written back; the raw limit only reads and writes."""
    facts = factory(200 if quick else 20_000)
    repeats = 1 if quick else 3
    plan(facts)
    whole: list[float] = []
    bare: list[float] = []
    with (
        tempfile.TemporaryDirectory(prefix="bihuan-bench-") as folder,
        duckdb.connect(str(Path(folder) / "facts.duckdb")) as connection,
    ):
        given = {field.name: getattr(facts, field.name) for field in fields(facts)}
        frames = {name: value for name, value in given.items() if isinstance(value, pl.DataFrame) and value.width}
        for name, frame in frames.items():
            _write(connection, f"facts_{name}", frame)
        for _ in range(repeats):
            with timed(whole):
                result = plan(replace(facts, **_read(connection, frames)))
                written = {field.name: getattr(result, field.name) for field in fields(result)}
                for name, frame in written.items():
                    _write(connection, name, frame)
            with timed(bare):
                _read(connection, frames)
                for name, frame in written.items():
                    _write(connection, name, frame)
    rows = sum(frame.height for frame in written.values())
    return Measured(median(whole), rows, whole, raw=median(bare), raw_name="reading and writing")


def _read(connection: duckdb.DuckDBPyConnection, frames: dict[str, pl.DataFrame]) -> dict[str, Any]:
    return {name: connection.sql(f"select * from facts_{name}").pl() for name in frames}


def _write(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    connection.register("frame", frame.to_arrow())
    connection.execute(f"create or replace table {name} as select * from frame")
    connection.unregister("frame")
