"""Layers as they were laid, less what was taken of them, are stock at the end of every day; on fifo also its value."""

from __future__ import annotations

import polars as pl
from hypothesis import Phase, given, reject, settings
from hypothesis import strategies as st

from dbt_project.engines.costing import CostingResult, ValueIsOutOfRange, value_moves
from tests.engines.costing_companies import random_company
from tests.engines.costing_histories import UNIT, History, day

POOL = ("company_id", "item_id", "warehouse_id")
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # a seed does not become simpler by being smaller


def changes(moves: pl.DataFrame, result: CostingResult) -> pl.DataFrame:
    """Pool, day, layer, quantity, value: laid, and taken (also what nobody has covered)."""
    entries = moves.select("entry_id", *POOL, "effective_date")
    laid = result.laid_layers.join(entries, left_on="arrival_entry_id", right_on="entry_id", suffix="_moved")
    taken = result.slices.join(entries, left_on="issue_entry_id", right_on="entry_id").with_columns(
        layer_entry_id=pl.coalesce("layer_entry_id", "issue_entry_id"),
        quantity=-pl.col("quantity"),
        value_amount=-pl.col("value_amount"),
    )
    columns = (*POOL, "effective_date", "layer_entry_id", "quantity", "value_amount")
    return pl.concat([laid.select(columns), taken.select(columns)])


def summed(rows: pl.DataFrame, *by: str) -> pl.DataFrame:
    totals = rows.group_by(by).agg(pl.col("quantity").sum(), pl.col("value_amount").sum())
    return totals.filter((pl.col("quantity") != 0) | (pl.col("value_amount") != 0)).sort(by)


def quantities(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.drop("value_amount").filter(pl.col("quantity") != 0)


@given(st.integers(0, 2**64 - 1))
@settings(max_examples=100, phases=PHASES)
def test_layers_laid_less_slices_taken_are_stock_on_every_day(seed: int) -> None:
    moves, work_orders, methods, standards = random_company(seed).tables()
    try:
        result = value_moves(moves, work_orders, methods, standards)
    except ValueIsOutOfRange:
        reject()
    flows = changes(moves, result)

    layers = (*POOL, "layer_entry_id")
    left, kept = summed(result.layers, *layers), summed(flows, *layers)
    assert quantities(kept).equals(quantities(left))

    days = (*POOL, "effective_date")
    moved = moves.join(result.valued_moves.select("entry_id", "value_amount"), on="entry_id")
    assert quantities(summed(flows, *days)).equals(quantities(summed(moved, *days)))

    pooled = result.laid_layers.filter(pl.col("value_amount").is_null()).select("company_id", "item_id").unique()
    on_their_own = [
        rows.join(pooled, on=["company_id", "item_id"], how="anti") for rows in (flows, moved, result.layers)
    ]
    flows, moved, layers_left = on_their_own
    assert summed(flows, *days).equals(summed(moved, *days))
    assert summed(flows, *layers).equals(summed(layers_left, *layers))


def test_a_transfer_takes_its_layers_along() -> None:
    history = History()
    history.receipt(1, 10, 1, 1000)
    history.receipt(1, 10, 5, 2000)
    history.transfer(1, 15, 8, source=1, target=2)
    laid = value_moves(*history.tables()).laid_layers.sort("warehouse_id", "layer_entry_id")
    assert laid.select("layer_entry_id", "arrival_entry_id", "warehouse_id", "quantity", "value_amount").rows() == [
        (1, 1, 1, 10 * UNIT, 1000),
        (2, 2, 1, 10 * UNIT, 2000),
        (1, 4, 2, 10 * UNIT, 1000),
        (2, 4, 2, 5 * UNIT, 1000),
    ]
    assert laid["received_date"].to_list() == [day(1), day(5), day(1), day(5)]
