"""Costing at scale: read from DuckDB, valued with slices, written back; and restated after late corrections."""

from __future__ import annotations

import math
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb

from dbt_project.engines.costing import CostingResult, value_moves
from dbt_project.engines.stored import store
from tests.bench.figure import Measured, median, peak_memory, timed
from tests.bench.histories import written_apart


@contextmanager
def history(moves: int, items: int, levels: int) -> Iterator[duckdb.DuckDBPyConnection]:
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as folder:
        path = Path(folder) / "history.duckdb"
        written_apart(path, moves, items, levels)
        with duckdb.connect(str(path)) as connection:
            yield connection


def valued(connection: duckdb.DuckDBPyConnection, engine_seconds: list[float]) -> CostingResult:
    """Reads, values and writes everything back, as the model of the warehouse does."""
    moves = [connection.sql("select * from moves").pl()]
    work_orders, methods = (connection.sql(f"select * from {name}").pl() for name in ("work_orders", "methods"))
    with timed(engine_seconds):
        result = value_moves(moves.pop(), work_orders, methods)  # nobody else keeps the moves in memory
    for name, frame in result._asdict().items():
        store(connection, f"costing_{name}", frame)
    return result


def sorted_and_read(connection: duckdb.DuckDBPyConnection) -> float:
    """Seconds of the least that has to be done: the needed columns, sorted, out of DuckDB."""
    start = time.perf_counter()
    connection.sql(
        "select entry_id, company_id, item_id, warehouse_id, effective_date, quantity, material_amount from moves "
        "order by company_id, item_id, warehouse_id, effective_date, recorded_at, entry_id"
    ).pl()
    return time.perf_counter() - start


def is_conserved(result: CostingResult, connection: duckdb.DuckDBPyConnection) -> bool:
    """Received + worked = delivered + on hand + work in progress + losses, exactly, in minor units.

    What was not covered yet went out at a value of its own and stands as a negative layer.
    """
    received = connection.sql("select coalesce(sum(material_amount), 0) from moves").fetchall()[0][0]
    worked = connection.sql(
        "select coalesce(sum(labour_amount + overhead_amount + subcontract_amount), 0) from work_orders"
    ).fetchall()[0][0]
    delivered = connection.sql(
        "select coalesce(-sum(value_amount), 0) from costing_valued_moves join moves using (entry_id) "
        "where kind = 'delivery'"
    ).fetchall()[0][0]
    left = int(result.layers["value_amount"].sum())
    orders = result.work_orders
    in_orders = sum(int(orders[name].sum() or 0) for name in ("wip_amount", "loss_amount", "residual_amount"))
    return int(received) + int(worked) == int(delivered) + left + in_orders


def ten_million_moves(quick: bool) -> Measured:
    moves, items, repeats = (50_000, 500, 1) if quick else (10_000_000, 50_000, 2)
    seconds: list[float] = []
    engine: list[float] = []
    with history(moves, items, levels=0) as connection:
        cold: list[float] = []
        with timed(cold):
            result = valued(connection, [])
        for _ in range(repeats):
            del result
            with timed(seconds):
                result = valued(connection, engine)
        bare = [sorted_and_read(connection) for _ in range(repeats)]
        slices, conserved = result.slices.height, is_conserved(result, connection)
    parts = {
        "engine alone": f"{median(engine):.2f} s", "first time": f"{cold[0]:.2f} s", "slices": f"{slices:,}",
        "conserved": str(conserved),
    }  # fmt: skip
    return Measured(median(seconds), moves, seconds, raw=median(bare), raw_name="sort + read", parts=parts)


def late_corrections(quick: bool) -> Measured:
    """A hundred receipts of a five-level production get another price; everything is valued again, exactly."""
    moves, items, repeats = (50_000, 500, 1) if quick else (3_000_000, 15_000, 2)
    seconds: list[float] = []
    engine: list[float] = []
    with history(moves, items, levels=4) as connection:
        valued(connection, [])
        connection.execute("create table before as select entry_id, value_amount from costing_valued_moves")
        restated = 0
        conserved = True
        for turn in range(repeats):
            connection.execute(
                "update moves set material_amount = material_amount + 10000 where entry_id in "
                "(select entry_id from moves where kind = 'receipt' order by hash(entry_id + ?) limit 100)",
                [turn],
            )
            with timed(seconds):
                result = valued(connection, engine)
            conserved = conserved and is_conserved(result, connection)
            restated = connection.sql(
                "select count(*) from before join costing_valued_moves as now using (entry_id) "
                "where before.value_amount <> now.value_amount"
            ).fetchall()[0][0]
        bare = [sorted_and_read(connection) for _ in range(repeats)]
    parts = {
        "engine alone": f"{median(engine):.2f} s", "moves restated": f"{restated:,}", "conserved": str(conserved)
    }  # fmt: skip
    return Measured(median(seconds), moves, seconds, raw=median(bare), raw_name="sort + read", parts=parts)


def grown(levels: int, moves: int, items: int, quick: bool) -> Measured:
    """The same history at 1, 4 and 16 times its size, each in a process of its own: how much more time the largest
    takes than n log n lets expect, and what each takes, engine and whole apart, with its memory at most."""
    if quick:
        moves, items = moves // 40, items // 40
    found: list[tuple[int, float, float, float]] = []
    spawn = multiprocessing.get_context("spawn")
    for times in (1, 4, 16):
        with ProcessPoolExecutor(1, mp_context=spawn) as apart:
            found.append(apart.submit(valued_apart, moves * times, items * times, levels).result())
    (smallest, first, _, _), *_, (largest, last, _, _) = found
    expected = first * largest * math.log(largest) / (smallest * math.log(smallest))
    parts = {
        f"{size / 1e6:g} M": f"{whole:.2f} s, engine {engine:.2f} s, {memory / 1024:.1f} GB"
        for size, whole, engine, memory in found
    }
    return Measured(
        last / expected, largest, [whole for _, whole, _, _ in found], memory=found[-1][3], parts=parts
    )  # fmt: skip


def valued_apart(moves: int, items: int, levels: int) -> tuple[int, float, float, float]:
    """(moves, seconds of the whole, of the engine alone, megabytes at most) of the better of two runs."""
    whole: list[float] = []
    engine: list[float] = []
    with history(moves, items, levels) as connection:
        valued(connection, [])
        for _ in range(2):
            with timed(whole):
                valued(connection, engine)
    return moves, min(whole), min(engine), peak_memory(children=False)
