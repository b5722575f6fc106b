"""MRP at scale: the engine alone, and the whole model run from DuckDB tables to DuckDB tables."""

from __future__ import annotations

import math
import multiprocessing
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from dbt_project.engines.planning import PlanningInput, plan
from dbt_project.engines.stored import store
from tests.bench.figure import Measured, median, peak_memory, timed
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


def small_factory(quick: bool) -> Measured:
    return planned(factory(200 if quick else 1_000), 1 if quick else 5)


def frepple_factory_whole(quick: bool) -> Measured:
    """Facts read from DuckDB, planned, every frame of the plan written back; the raw limit only reads and writes.

    Each run in a process of its own, as a build is: DuckDB keeps what one has written in memory for the next.
    """
    found = []
    for _ in range(1 if quick else 3):
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as apart:
            found.append(apart.submit(whole_apart, 200 if quick else 20_000).result())
    rows, whole, bare, memory = zip(*found, strict=True)
    return Measured(median(list(whole)), max(rows), list(whole), median(list(bare)), "reading and writing", max(memory))


def whole_apart(size: int) -> tuple[int, float, float, float]:
    """(rows of the plan, seconds of the whole, of reading and writing alone, megabytes at most) of one run."""
    rows, whole, _engine, bare = _whole(factory(size), 1)
    return rows, whole[0], bare[0], peak_memory(children=False)


def grown(quick: bool) -> Measured:
    """The factory at 1, 4 and 16 times its size, each in a process of its own: how much more time the largest takes
    than n log n of its suggestions lets expect, and what each takes, engine and whole apart, with its memory."""
    found: list[tuple[int, int, float, float, float]] = []
    spawn = multiprocessing.get_context("spawn")
    for size in (50, 200, 800) if quick else (1_250, 5_000, 20_000):
        with ProcessPoolExecutor(1, mp_context=spawn) as apart:
            found.append(apart.submit(planned_apart, size, 1 if quick else 3).result())
    (_, smallest, _, first, _), *_, (_, largest, _, last, _) = found
    expected = first * largest * math.log(largest) / (smallest * math.log(smallest))
    parts = {
        f"N {size:,}": f"{whole:.2f} s, engine {engine:.2f} s, {memory / 1024:.1f} GB"
        for size, _rows, whole, engine, memory in found
    }
    return Measured(
        last / expected, largest, [engine for _, _, _, engine, _ in found], memory=found[-1][4], parts=parts
    )  # fmt: skip


def planned_apart(size: int, repeats: int) -> tuple[int, int, float, float, float]:
    """(finished items, rows of the plan, seconds of the whole, of the engine alone, megabytes at most), the best of
    the runs."""
    rows, whole, engine, _bare = _whole(factory(size), repeats)
    return size, rows, min(whole), min(engine), peak_memory(children=False)


def _whole(facts: PlanningInput, repeats: int) -> tuple[int, list[float], list[float], list[float]]:
    """Rows of the plan; seconds of the whole, of the engine in it, and of reading and writing alone, of each run."""
    plan(factory(200))  # so that nothing is compiled meanwhile
    rows = 0
    whole: list[float] = []
    engine: list[float] = []
    bare: list[float] = []
    with (
        tempfile.TemporaryDirectory(prefix="bihuan-bench-") as folder,
        duckdb.connect(str(Path(folder) / "facts.duckdb")) as connection,
    ):
        given = {field.name: getattr(facts, field.name) for field in fields(facts)}
        frames = {name: value for name, value in given.items() if isinstance(value, pl.DataFrame) and value.width}
        for name, frame in frames.items():
            store(connection, f"facts_{name}", frame)
        names = list(frames)
        empty: dict[str, Any] = {name: frame.clear() for name, frame in frames.items()}
        rest = replace(facts, **empty)
        del facts, given, frames, frame  # they lie in the file now, as those of a build do
        for _ in range(repeats):
            with timed(whole):
                read = replace(rest, **_read(connection, names))
                with timed(engine):
                    result = plan(read)
                del read
                written = {field.name: getattr(result, field.name) for field in fields(result)}
                for name, frame in written.items():
                    store(connection, name, frame)
            with timed(bare):
                _read(connection, names)
                for name, frame in written.items():
                    store(connection, name, frame)
            rows = sum(frame.height for frame in written.values())
            del result, written, frame  # one plan in memory at a time
    return rows, whole, engine, bare


def _read(connection: duckdb.DuckDBPyConnection, names: list[str]) -> dict[str, Any]:
    return {name: connection.sql(f"select * from facts_{name}").pl() for name in names}
