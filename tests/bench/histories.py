"""Histories of stock moves of any size for the costing engine, written into a DuckDB file by a process of its own."""

from __future__ import annotations

import multiprocessing
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
MICRO = 1_000_000
FIRST_DAY = (date(2024, 1, 1) - date(1970, 1, 1)).days
COMPONENTS = ("material", "labour", "overhead", "subcontract", "landed")


def written_apart(path: Path, moves: int, items: int, levels: int) -> None:
    """Writes the history in another process, so that its memory does not count."""
    process = multiprocessing.get_context("spawn").Process(target=write_history, args=(path, moves, items, levels))
    process.start()
    process.join()
    if process.exitcode != 0:
        raise RuntimeError(f"the history could not be written (exit code {process.exitcode})")


def write_history(path: Path, moves: int, items: int, levels: int) -> None:
    """Tables moves, work_orders and methods as `value_moves` takes them.

    levels 0: only bought items, a third of the moves receipts, the others deliveries. Else items are spread over the
    levels above the bought ones; a tenth of the moves are outputs of work orders, each with three issues from the
    level below. Everything is on fifo.
    """
    frames = bought_history(moves, items) if levels == 0 else made_history(moves, items, levels)
    with duckdb.connect(str(path)) as connection:
        for name, frame in frames.items():
            connection.register("frame", frame.to_arrow())
            connection.execute(f"create table {name} as select * from frame")
            connection.unregister("frame")


def bought_history(moves: int, items: int) -> dict[str, pl.DataFrame]:
    random = np.random.default_rng(20260615)
    receipts = moves // 3
    rest = moves - receipts
    item = np.concatenate([random.integers(0, items, receipts), random.integers(0, items, rest)])
    day = np.concatenate([random.integers(0, 700, receipts), random.integers(60, 730, rest)])
    received, gone = random.integers(10, 200, receipts), random.integers(1, 50, rest)
    price = random.integers(500, 1500, receipts)
    quantity = np.concatenate([received, -gone]) * MICRO
    kind = pl.concat([pl.repeat("receipt", receipts, eager=True), pl.repeat("delivery", rest, eager=True)])
    none = pl.repeat(None, moves, dtype=pl.Int64, eager=True)
    amount = pl.concat([pl.Series(received * price), none[:rest]])
    return {
        "moves": _shuffled(_moves(item, day, quantity, kind, none, amount)),
        "work_orders": _work_orders(np.zeros(0, np.int64), np.zeros(0, np.int64), random),
        "methods": _methods(items),
    }


def made_history(moves: int, items: int, levels: int, seed: int = 20260615) -> dict[str, pl.DataFrame]:
    random = np.random.default_rng(seed)
    on_level = np.arange(items) % (levels + 1)
    at = [np.flatnonzero(on_level == level) for level in range(levels + 1)]
    orders = moves // 10
    order_level = random.integers(1, levels + 1, orders)
    made, used = np.empty(orders, np.int64), np.empty((orders, 3), np.int64)
    for level in range(1, levels + 1):
        those = np.flatnonzero(order_level == level)
        made[those] = random.choice(at[level], those.size)
        used[those] = random.choice(at[level - 1], (those.size, 3))
    order_day = order_level * 60 + random.integers(0, 400, orders)
    receipts = moves * 3 // 10
    rest = moves - receipts - 4 * orders
    received, output = random.integers(100, 2000, receipts), random.integers(20, 100, orders)
    item = np.concatenate([random.choice(at[0], receipts), used.ravel(), made, random.integers(0, items, rest)])
    day = np.concatenate(
        [random.integers(0, 700, receipts), np.repeat(order_day, 3), order_day + 2, random.integers(30, 730, rest)]
    )
    gone = [-np.repeat(random.integers(1, 30, orders), 3), output, -random.integers(1, 20, rest)]
    quantity = np.concatenate([received, *gone]) * MICRO
    sizes = {"receipt": receipts, "issue": 3 * orders, "output": orders, "delivery": rest}
    kind = pl.concat([pl.repeat(name, size, eager=True) for name, size in sizes.items()])
    none = pl.repeat(None, moves, dtype=pl.Int64, eager=True)
    numbers = np.arange(orders)
    order = pl.concat([none[:receipts], pl.Series(np.repeat(numbers, 3)), pl.Series(numbers), none[:rest]])
    amount = pl.concat([pl.Series(received * random.integers(500, 1500, receipts)), none[: moves - receipts]])
    return {
        "moves": _shuffled(_moves(item, day, quantity, kind, order, amount)),
        "work_orders": _work_orders(made, output, random),
        "methods": _methods(items),
    }


def _moves(
    item: Ints, day: Ints, quantity: Ints, kind: pl.Series, work_order: pl.Series, amount: pl.Series
) -> pl.DataFrame:
    size = item.size
    identity = np.arange(1, size + 1)
    is_priced = amount.is_not_null()
    frame = pl.DataFrame(
        {
            "entry_id": identity,
            "move_id": identity,
            "company_id": np.ones(size, np.int64),
            "item_id": item,
            "warehouse_id": np.ones(size, np.int64),
            "effective_date": pl.Series((day + FIRST_DAY).astype(np.int32)).cast(pl.Date),
            "recorded_at": pl.Series((day + FIRST_DAY) * 86_400_000_000 + identity).cast(pl.Datetime("us")),
            "quantity": quantity,
            "kind": kind,
            "work_order_id": work_order,
            "origin_entry_id": pl.repeat(None, size, dtype=pl.Int64, eager=True),
            "material_amount": amount,
        }
    )
    others = [
        pl.when(is_priced).then(0).otherwise(None).cast(pl.Int64).alias(f"{name}_amount") for name in COMPONENTS[1:]
    ]
    estimates = [pl.lit(None, pl.Int64).alias(f"estimated_{name}_amount") for name in COMPONENTS]
    return frame.with_columns(*others, *estimates)


def _shuffled(moves: pl.DataFrame) -> pl.DataFrame:
    """As recorded: no table lies in the order in which it is costed."""
    return moves.sample(fraction=1.0, shuffle=True, seed=3)


def _work_orders(made: Ints, planned: Ints, random: np.random.Generator) -> pl.DataFrame:
    size = made.size
    return pl.DataFrame(
        {
            "work_order_id": np.arange(size),
            "company_id": np.ones(size, np.int64),
            "item_id": made,
            "planned_quantity": planned * MICRO,
            "is_closed": random.random(size) < 0.95,
            "labour_amount": random.integers(0, 5000, size),
            "overhead_amount": random.integers(0, 5000, size),
            "subcontract_amount": np.zeros(size, np.int64),
        }
    )


def _methods(items: int) -> pl.DataFrame:
    return pl.DataFrame({"company_id": np.ones(items, np.int64), "item_id": np.arange(items)}).with_columns(
        method=pl.lit("fifo"), effective_date=pl.lit(date(2020, 1, 1))
    )
