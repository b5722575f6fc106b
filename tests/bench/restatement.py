"""A hundred late corrections in a million moves on five levels: restated in one run, and equal to the plain reference.

A group of companies, each with bought items and four levels made of them. Bills come late, landed cost is added, moves
are dated back, hours are booked afterwards, deliveries come back. Then everything is valued again, as a build does; in
every company that was corrected each entry, so each order line, is what the slow reference says, nothing changed in
the others, and the facts as they were known before give what they gave before.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl

from dbt_project.engines.costing import CostingResult, value_moves
from tests.bench.figure import Measured
from tests.bench.histories import COMPONENTS, MICRO, made_history
from tests.engines.costing_histories import MOVE_COLUMNS, ORDER_COLUMNS
from tests.engines.costing_reference import reference_costs

LEVELS = 4  # above the bought items
ENTRIES_OF_A_COMPANY = 10_000_000
Facts = dict[str, pl.DataFrame]
Correction = Callable[[Facts, int, np.random.Generator], Facts]


def hundred_corrections(quick: bool) -> Measured:
    companies, moves, items, corrections = (8, 300, 30, 10) if quick else (500, 2_000, 60, 100)
    random = np.random.default_rng(20260616)
    known = group(companies, moves, items)
    before = value_moves(**known)
    late, corrected = known, set()
    for number in range(corrections):
        company = int(random.integers(1, companies + 1))
        late = KINDS[number % len(KINDS)](late, company, random)
        corrected.add(company)
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as folder, duckdb.connect(f"{folder}/work.duckdb") as file:
        _store(file, late)
        started = time.perf_counter()
        after = value_moves(**{name: file.sql(f"select * from {name}").pl() for name in late})
        _store(file, {f"costing_{name}": frame for name, frame in after._asdict().items()})
        seconds = time.perf_counter() - started
    lines = _assert_equal_to_reference(after, late, corrected)
    untouched = ~pl.col("entry_id").floordiv(ENTRIES_OF_A_COMPANY).is_in(list(corrected))
    _assert_same(before.valued_moves.filter(untouched), after.valued_moves.filter(untouched))
    _assert_same(before.valued_moves, value_moves(**known).valued_moves)
    parts = {
        "corrections": f"{corrections} in {len(corrected)} companies",
        "order lines equal to the reference": f"{lines:,}",
        "restated": f"{_changed(before, after):,} entries",
    }
    return Measured(seconds, late["moves"].height, [seconds], parts=parts)


def group(companies: int, moves: int, items: int) -> Facts:
    """Companies of so many moves each, with entries and work orders of their own numbers."""
    facts: dict[str, list[pl.DataFrame]] = {"moves": [], "work_orders": [], "methods": []}
    for company in range(1, companies + 1):
        for name, frame in made_history(moves, items, LEVELS, seed=company).items():
            numbers = [column for column in ("entry_id", "move_id", "work_order_id") if column in frame.columns]
            shifted = [(pl.col(column) + company * ENTRIES_OF_A_COMPANY).alias(column) for column in numbers]
            facts[name].append(frame.with_columns(*shifted, company_id=pl.lit(company, pl.Int64)))
    return {name: pl.concat(frames) for name, frames in facts.items()}


def _one_of(facts: Facts, company: int, kind: str, random: np.random.Generator) -> dict[str, Any]:
    those = facts["moves"].filter(company_id=company, kind=kind).sort("entry_id")
    return those.row(int(random.integers(those.height)), named=True)


def _amount_more(facts: Facts, entry: int, column: str, amount: int) -> Facts:
    more = pl.when(pl.col("entry_id") == entry).then(pl.col(column) + amount).otherwise(pl.col(column))
    return facts | {"moves": facts["moves"].with_columns(more.alias(column))}


def _move_more(facts: Facts, like: dict[str, Any], **changed: Any) -> Facts:
    moves = facts["moves"]
    numbers = moves.filter(company_id=like["company_id"])["entry_id"].max() + 1  # type: ignore[operator]
    recorded = moves["recorded_at"].max() + timedelta(seconds=1)  # type: ignore[operator]
    row = like | {"entry_id": numbers, "move_id": numbers, "recorded_at": recorded} | changed
    return facts | {"moves": pl.concat([moves, pl.DataFrame([row], schema=moves.schema)])}


def late_bill(facts: Facts, company: int, random: np.random.Generator) -> Facts:
    receipt = _one_of(facts, company, "receipt", random)
    return _amount_more(facts, receipt["entry_id"], "material_amount", int(random.integers(-5_000, 50_000)))


def landed_cost(facts: Facts, company: int, random: np.random.Generator) -> Facts:
    receipt = _one_of(facts, company, "receipt", random)
    return _amount_more(facts, receipt["entry_id"], "landed_amount", int(random.integers(1, 20_000)))


def back_dated_move(facts: Facts, company: int, random: np.random.Generator) -> Facts:
    delivery = _one_of(facts, company, "delivery", random)
    earlier = delivery["effective_date"] - timedelta(int(random.integers(1, 60)))
    return _move_more(facts, delivery, effective_date=earlier, quantity=-int(random.integers(1, 20)) * MICRO)


def late_hours(facts: Facts, company: int, random: np.random.Generator) -> Facts:
    orders = facts["work_orders"].filter(company_id=company).sort("work_order_id")
    order = orders.row(int(random.integers(orders.height)), named=True)["work_order_id"]
    is_it, more = pl.col("work_order_id") == order, int(random.integers(1, 5_000))
    booked = [pl.when(is_it).then(pl.col(name) + more).otherwise(pl.col(name)).alias(name) for name in HOURS]
    return facts | {"work_orders": facts["work_orders"].with_columns(booked)}


def returned_delivery(facts: Facts, company: int, random: np.random.Generator) -> Facts:
    """All of a delivery comes back, some days later or on its own day, which cancels it."""
    delivery = _one_of(facts, company, "delivery", random)
    facts_of_return = {
        "kind": "customer_return",
        "quantity": -delivery["quantity"],
        "origin_entry_id": delivery["entry_id"],
        "effective_date": delivery["effective_date"] + timedelta(int(random.integers(0, 20))),
    }
    if facts["moves"].filter(origin_entry_id=delivery["entry_id"]).height:  # what came back comes back once
        return back_dated_move(facts, company, random)
    return _move_more(facts, delivery, **facts_of_return)


HOURS = ("labour_amount", "overhead_amount")
KINDS: tuple[Correction, ...] = (late_bill, landed_cost, back_dated_move, late_hours, returned_delivery)


def _assert_equal_to_reference(result: CostingResult, facts: Facts, companies: set[int]) -> int:
    """Every entry of the companies, component by component; returns the number of order lines among them."""
    lines = 0
    valued = result.valued_moves.with_columns(company=pl.col("entry_id") // ENTRIES_OF_A_COMPANY)
    names = [f"{name}_amount" for name in COMPONENTS]
    for company in sorted(companies):
        moves, orders, methods = (
            facts[name].filter(company_id=company).rows(named=True) for name in ("moves", "work_orders", "methods")
        )
        reference = reference_costs(
            [dict.fromkeys(MOVE_COLUMNS) | move for move in moves],
            [dict.fromkeys(ORDER_COLUMNS, 0) | order for order in orders],
            methods,
        )
        sign = {move["entry_id"]: -1 if move["quantity"] < 0 else 1 for move in moves}
        expected = {entry: tuple(sign[entry] * part for part in value) for entry, value in reference.value.items()}
        found = {row[0]: row[1:] for row in valued.filter(company=company).select("entry_id", *names).iter_rows()}
        different = [entry for entry in expected.keys() | found.keys() if expected.get(entry) != found.get(entry)]
        assert not different, f"company {company}: {len(different)} entries differ, such as {different[:3]}"
        lines += sum(move["kind"] == "delivery" for move in moves)
    return lines


def _assert_same(left: pl.DataFrame, right: pl.DataFrame) -> None:
    assert left.sort("entry_id").equals(right.sort("entry_id")), "what nobody corrected is valued otherwise"


def _changed(before: CostingResult, after: CostingResult) -> int:
    both = before.valued_moves.join(after.valued_moves, on="entry_id", suffix="_after")
    return both.filter(pl.col("value_amount") != pl.col("value_amount_after")).height


def _store(file: duckdb.DuckDBPyConnection, frames: dict[str, pl.DataFrame]) -> None:
    for name, frame in frames.items():
        file.register("frame", frame.to_arrow())
        file.execute(f"create or replace table {name} as select * from frame")
        file.unregister("frame")
