"""Every value leads back to facts, and what it consists of adds up to it in exact minor units."""

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dbt_project.engines.costing import CostingResult, trace_cost, trace_scope, value_moves

from .costing_companies import random_company
from .costing_histories import COMPONENTS, UNIT, History
from .costing_reference import reference_costs
from .test_costing_against_reference import is_payable

A, B, C = 1, 2, 3
ROOT_KINDS = {"price", "no_price", "estimate", "stated", "work", "standard", "revaluation", "uncovered", "residual"}
seeds = st.lists(st.integers(0, 2**64 - 1), min_size=100, max_size=100, unique=True)
Tables = tuple[pl.DataFrame, ...]


def traced(history: History, *asked: int, facts: pl.DataFrame | None = None) -> pl.DataFrame:
    moves, work_orders, methods, standards = history.tables()
    result = value_moves(moves, work_orders, methods, standards)
    return trace_cost(asked, moves, work_orders, methods, result, facts)


def roots(rows: pl.DataFrame) -> dict[tuple[str, int | None, str], int]:
    """(kind, entry or work order, component) → amount."""
    columns = rows.select("root_kind", pl.coalesce("root_entry_id", "work_order_id"), "component", "value_amount")
    return {(kind, number, component): amount for kind, number, component, amount in columns.iter_rows()}


def together(drawn: list[int], steps_at_most: int = 12) -> Tables:
    histories = [random_company(seed, number, steps_at_most) for number, seed in enumerate(drawn, start=1)]
    payable = [h for h in histories if is_payable(reference_costs(h.moves, h.orders, h.methods, h.standards))]
    return tuple(pl.concat(frames) for frames in zip(*(history.tables() for history in payable), strict=True))


@settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(seeds)
def test_the_roots_of_every_value_add_up_to_it(drawn: list[int]) -> None:
    moves, work_orders, methods, standards = together(drawn)
    result = value_moves(moves, work_orders, methods, standards)
    rows = trace_cost(moves["entry_id"], moves, work_orders, methods, result)
    assert set(rows["root_kind"]) <= ROOT_KINDS
    assert rows.filter(pl.col("value_amount") == 0).is_empty()
    found = rows.group_by("entry_id", "component").agg(pl.col("value_amount").sum())
    expected = amounts_without_sign(moves, result)
    assert nonzero(found).equals(nonzero(expected))
    assert_roots_are_facts(rows, moves, result)


def amounts_without_sign(moves: pl.DataFrame, result: CostingResult) -> pl.DataFrame:
    """Entry, component, amount, + out of a pool for an outflow and into it for an inflow."""
    sign = pl.when(pl.col("quantity") < 0).then(-1).otherwise(1)
    signed = result.valued_moves.join(moves.select("entry_id", "quantity"), on="entry_id").select(
        "entry_id", *((pl.col(f"{name}_amount") * sign).alias(name) for name in COMPONENTS)
    )
    return signed.unpivot(index="entry_id", variable_name="component", value_name="value_amount")


def nonzero(rows: pl.DataFrame) -> pl.DataFrame:
    columns = rows.select("entry_id", "component", "value_amount")
    return columns.filter(pl.col("value_amount") != 0).sort("entry_id", "component")


def assert_roots_are_facts(rows: pl.DataFrame, moves: pl.DataFrame, result: CostingResult) -> None:
    """A price root has a price, an estimate an order; a residual stands only where a loop or a rounding is."""
    priced = moves.filter(pl.col("material_amount").is_not_null())["entry_id"]
    assert rows.filter(root_kind="price")["root_entry_id"].is_in(priced.implode()).all()
    owed = result.findings.filter(rule="uncovered")["entry_id"]
    assert rows.filter(root_kind="uncovered")["root_entry_id"].is_in(owed.implode()).all()
    assert rows.filter(root_kind="work")["work_order_id"].is_not_null().all()


@settings(max_examples=3, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(seeds)
def test_only_the_scope_is_needed(drawn: list[int]) -> None:
    moves, work_orders, methods, standards = together(drawn[:20])
    result = value_moves(moves, work_orders, methods, standards)
    asked = moves["entry_id"].to_list()[:5]
    scope = trace_scope(asked, moves, result.slices, methods)
    less = result._replace(
        valued_moves=result.valued_moves.filter(pl.col("entry_id").is_in(scope.implode())),
        slices=result.slices.filter(pl.col("issue_entry_id").is_in(scope.implode())),
    )
    own = moves.filter(pl.col("entry_id").is_in(scope.implode()))
    assert trace_cost(asked, own, work_orders, methods, less).equals(
        trace_cost(asked, moves, work_orders, methods, result)
    )


def made_and_delivered(first_price: int) -> tuple[History, int]:
    """The worked example of the rules of costing: A bought twice, B made of it, three of B delivered."""
    history = History()
    history.receipt(A, 10, 1, first_price)
    history.receipt(A, 10, 2, 6000)
    history.order(7, B, 5, is_closed=True, labour=2000)
    history.move("issue", A, -12, 3, work_order_id=7)
    history.move("output", B, 5, 3, work_order_id=7)
    return history, history.move("delivery", B, -3, 4)


def test_a_delivery_of_made_goods() -> None:
    history, delivery = made_and_delivered(5000)
    rows = traced(history, delivery)
    assert roots(rows) == {
        ("price", 1, "material"): 3000,
        ("price", 2, "material"): 720,
        ("work", 7, "labour"): 1200,
    }
    quantities = dict(rows.drop_nulls("root_entry_id").select("root_entry_id", "quantity").iter_rows())
    assert quantities == {1: 6 * UNIT, 2: round(1.2 * UNIT)}


def test_the_difference_of_two_traces_is_the_fact_that_changed() -> None:
    before, after = (roots(traced(*made_and_delivered(price))) for price in (5000, 5500))
    differences = {root: after[root] - before[root] for root in after if after[root] != before[root]}
    assert differences == {("price", 1, "material"): 300}


def test_stated_facts_split_prices_and_work() -> None:
    history, delivery = made_and_delivered(5500)
    facts = pl.DataFrame(
        {
            "entry_id": [1, 1, None, None],
            "work_order_id": [None, None, 7, 7],
            "component": ["material", "material", "labour", "labour"],
            "fact_kind": ["order_price", "bill_difference", "time_entry", "time_entry"],
            "fact_id": [31, 32, 41, 42],
            "amount": [5000, 500, 900, 600],
        },
        schema_overrides={"entry_id": pl.Int64, "work_order_id": pl.Int64},
    )
    rows = traced(history, delivery, facts=facts)
    found = {(kind, fact): amount for kind, fact, amount in rows.select("root_kind", "fact_id", "value_amount").rows()}
    assert found == {
        ("order_price", 31): 3000,
        ("bill_difference", 32): 300,
        ("price", None): 720,
        ("time_entry", 41): 540,
        ("time_entry", 42): 360,
        ("work", None): 300,  # what the facts leave of the order's 2000
    }


def test_on_an_average_every_receipt_in_the_pool_counts() -> None:
    history = History()
    history.on_method(A, "moving_average")
    history.receipt(A, 10, 1, 1000)
    history.receipt(A, 10, 2, 3000)
    first = history.move("delivery", A, -5, 3)  # of 4000
    history.receipt(A, 5, 4, 2000)
    second = history.move("delivery", A, -10, 5)  # of 3000 left (750 + 2250) and 2000
    rows = traced(history, first, second)
    assert roots(rows.filter(entry_id=first)) == {("price", 1, "material"): 250, ("price", 2, "material"): 750}
    assert roots(rows.filter(entry_id=second)) == {
        ("price", 1, "material"): 375,
        ("price", 2, "material"): 1125,
        ("price", 4, "material"): 1000,
    }


def test_through_transfers_and_returns() -> None:
    history = History()
    history.on_method(A, "moving_average")
    history.receipt(A, 10, 1, 1000)
    history.transfer(A, 4, 2, source=1, target=2)
    delivery = history.move("delivery", A, -4, 3, warehouse_id=2)
    history.move("customer_return", A, 4, 4, warehouse_id=2, origin_entry_id=delivery)
    again = history.move("delivery", A, -2, 5, warehouse_id=2)
    assert roots(traced(history, again)) == {("price", 1, "material"): 200}


def test_at_standard_the_variance_is_part_of_the_story() -> None:
    history = History()
    history.on_method(A, "standard")
    history.standard(A, 1, material=10)
    history.standard(A, 5, material=12)
    history.receipt(A, 10, 2, 130)
    delivery = history.move("delivery", A, -5, 6)
    assert roots(traced(history, delivery)) == {
        ("price", 1, "material"): 65,
        ("standard", 1, "material"): -15,
        ("revaluation", None, "material"): 10,
    }


def test_by_products_and_returned_material() -> None:
    history = History()
    history.receipt(A, 10, 1, 1000)
    history.order(7, B, 1, is_closed=True, overhead=100)
    issue = history.move("issue", A, -10, 2, work_order_id=7)
    history.move("issue_return", A, 4, 3, work_order_id=7, origin_entry_id=issue)
    history.move("output", B, 1, 4, work_order_id=7)
    beside = history.move("by_product", C, 1, 4, work_order_id=7, material_amount=50)
    delivery = history.move("delivery", B, -1, 5)
    assert roots(traced(history, delivery)) == {
        ("price", 1, "material"): 600,
        ("work", 7, "overhead"): 100,
        ("stated", beside, "material"): -50,
    }


def test_what_rests_on_no_voucher_says_so() -> None:
    history = History()
    history.move("adjustment_in", A, 2, 1, estimated_material_amount=80)
    counted = history.move("delivery", A, -1, 2)
    uncovered = history.move("delivery", A, -4, 3)
    history.order(7, B, 2, is_closed=False, labour=10)
    history.move("output", B, 1, 4, work_order_id=7, estimated_material_amount=33)
    estimated = history.move("delivery", B, -1, 5)
    rows = traced(history, counted, uncovered, estimated)
    assert roots(rows.filter(entry_id=counted)) == {("no_price", 1, "material"): 40}
    assert roots(rows.filter(entry_id=uncovered)) == {
        ("no_price", 1, "material"): 40,
        ("uncovered", uncovered, "material"): 120,
    }
    assert roots(rows.filter(entry_id=estimated)) == {("estimate", 4, "material"): 33}


def test_a_loop_states_what_it_leaves() -> None:
    history = History()
    history.receipt(A, 10, 1, 1000)
    history.order(7, A, 10, is_closed=True, labour=100)
    history.move("issue", A, -5, 2, work_order_id=7)
    output = history.move("output", A, 5, 2, work_order_id=7)
    history.on_method(A, "moving_average")
    found = roots(traced(history, output))
    assert sum(found.values()) == 650
    assert abs(found.pop(("residual", output, "material"), 0)) <= 2
    assert set(found) <= {("price", 1, "material"), ("work", 7, "labour")}
