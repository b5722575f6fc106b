"""What goods would cost if they were delivered today: stock first, the rest at its unit cost, to the minor unit."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from dbt_project.engines.costing import COMPONENT_NAMES
from dbt_project.engines.costing.preview import previewed_costs

UNIT = 1_000_000


def frame(rows: list[dict[str, int]], *names: str) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Int64))


def lines(*asked: tuple[int, int]) -> pl.DataFrame:
    rows = [{"line_number": n, "item_id": item, "quantity": q} for n, (item, q) in enumerate(asked, start=1)]
    return frame(rows, "line_number", "item_id", "quantity")


def layers(*held: tuple[int, int, int]) -> pl.DataFrame:
    """Item, quantity, material."""
    names = [f"{name}_amount" for name in COMPONENT_NAMES]
    rows = [{"item_id": i, "quantity": q} | dict.fromkeys(names, 0) | {"material_amount": v} for i, q, v in held]
    return frame(rows, "item_id", "quantity", *names)


def unit_costs(*known: tuple[int, int, int, bool]) -> pl.DataFrame:
    """Item, material and labour in millionths of the currency's unit, complete."""
    names = [f"{name}_unit_cost" for name in COMPONENT_NAMES]
    rows = [
        {"item_id": i} | dict.fromkeys(names, 0) | {"material_unit_cost": m, "labour_unit_cost": w}
        for i, m, w, _ in known
    ]
    complete = pl.Series("is_complete", [whole for *_, whole in known], dtype=pl.Boolean)
    return frame(rows, "item_id", *names).with_columns(complete)


def test_stock_goes_first_oldest_first_and_the_rest_counts_at_unit_cost() -> None:
    found = previewed_costs(
        lines((1, 15 * UNIT), (1, 10 * UNIT)),
        layers((1, 10 * UNIT, 5000), (1, 10 * UNIT, 6000)),
        unit_costs((1, 7 * UNIT, 2 * UNIT, True)),
        2,
    )
    assert found["material_amount"].to_list() == [5000 + 3000, 3000 + 5 * 700]
    assert found["labour_amount"].to_list() == [0, 5 * 200]
    assert found["cost_amount"].to_list() == [8000, 7500]
    assert found["stock_quantity"].to_list() == [15 * UNIT, 5 * UNIT]
    assert found["has_cost"].to_list() == [True, True]


def test_what_nobody_knows_the_cost_of_is_said() -> None:
    found = previewed_costs(
        lines((1, UNIT), (2, UNIT), (3, UNIT)), layers((3, UNIT, 4)), unit_costs((2, UNIT, 0, False)), 2
    )
    assert found["has_cost"].to_list() == [False, False, True]
    assert found["cost_amount"].to_list() == [0, 100, 4]


@given(
    st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 10**7)), max_size=5),
    st.lists(st.integers(1, 10**9), min_size=1, max_size=6),
)
def test_lines_take_layers_to_the_last_unit(held: list[tuple[int, int]], asked: list[int]) -> None:
    found = previewed_costs(
        lines(*((1, quantity) for quantity in asked)),
        layers(*((1, quantity, value) for quantity, value in held)),
        unit_costs((1, 0, 0, True)),
        2,
    )
    in_stock = sum(quantity for quantity, _ in held)
    assert found["stock_quantity"].sum() == min(in_stock, sum(asked))
    if sum(asked) >= in_stock:
        assert found["cost_amount"].sum() == sum(value for _, value in held)
