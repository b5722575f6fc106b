"""The rules of costing one by one, each as the smallest history that shows it."""

from datetime import datetime
from typing import Any

import polars as pl
import pytest

from dbt_project.engines.costing import (
    CostingResult,
    UnknownMethod,
    UnknownMoveKind,
    ValueIsOutOfRange,
    value_moves,
)

from .costing_histories import UNIT, History, day
from .costing_reference import reference_costs
from .test_costing_against_reference import agree

A, B, C = 1, 2, 3


def play(history: History) -> CostingResult:
    return value_moves(*history.tables())


def worth(result: CostingResult) -> dict[int, int]:
    """Signed value of every entry."""
    return dict(result.valued_moves.select("entry_id", "value_amount").iter_rows())


def on_hand(result: CostingResult) -> dict[int, tuple[float, int]]:
    """(quantity, value) left of each item."""
    sums = result.layers.group_by("item_id").agg(pl.col("quantity").sum() / UNIT, pl.col("value_amount").sum())
    return {item: (quantity, value) for item, quantity, value in sums.iter_rows()}


def rules(result: CostingResult) -> list[str]:
    return result.findings["rule"].sort().to_list()


@pytest.mark.parametrize(
    ("billed", "issued", "work_order", "cost_of_sales", "left"),
    [(5000, 6200, 8200, 4920, {A: (8, 4800), B: (2, 3280)}), (5500, 6700, 8700, 5220, {A: (8, 4800), B: (2, 3480)})],
)
def test_worked_example_before_and_after_the_late_bill(
    billed: int, issued: int, work_order: int, cost_of_sales: int, left: dict[int, tuple[float, int]]
) -> None:
    history = History()
    history.receipt(A, 10, 1, billed)
    history.receipt(A, 10, 2, 6000)
    history.order(7, B, 5, is_closed=True, labour=2000)
    issue = history.move("issue", A, -12, 3, work_order_id=7)
    output = history.move("output", B, 5, 3, work_order_id=7)
    delivery = history.move("delivery", B, -3, 4)
    result = play(history)
    values = worth(result)
    assert (-values[issue], values[output], -values[delivery]) == (issued, work_order, cost_of_sales)
    assert on_hand(result) == left
    [delivered] = result.valued_moves.filter(entry_id=delivery).to_dicts()
    assert (delivered["material_amount"], delivered["labour_amount"]) == (-(issued * 3 // 5), -1200)
    assert result.findings.is_empty()


def test_a_sale_can_be_walked_back_to_the_supplier_receipts() -> None:
    history = History()
    first, second = history.receipt(A, 10, 1, 5000), history.receipt(A, 10, 2, 6000)
    history.transfer(A, 12, 3, source=1, target=2)
    delivery = history.move("delivery", A, -11, 4, warehouse_id=2)
    result = play(history)
    taken = result.slices.filter(issue_entry_id=delivery).select("layer_entry_id", "quantity", "value_amount").rows()
    assert taken == [(first, 10 * UNIT, 5000), (second, UNIT, 600)]
    left = result.layers.select("layer_entry_id", "warehouse_id", "value_amount", "received_date").rows()
    assert sorted(left) == [(second, 1, 4800, day(2)), (second, 2, 600, day(2))]


def test_rounding_is_cumulative_and_the_last_slice_takes_the_rest() -> None:
    history = History()
    history.receipt(A, 3, 1, 100)
    issues = [history.move("delivery", A, -1, on) for on in (2, 3, 4)]
    result = play(history)
    assert [worth(result)[issue] for issue in issues] == [-33, -34, -33]
    assert result.layers.is_empty()


def test_uncovered_stock_takes_the_cost_of_the_next_receipt() -> None:
    history = History()
    history.receipt(A, 1, 1, 500)
    delivery = history.move("delivery", A, -4, 2)
    result = play(history)
    assert worth(result)[delivery] == -2000
    assert result.findings.select("rule", "quantity", "amount").rows() == [("uncovered", 3 * UNIT, 1500)]
    assert on_hand(result) == {A: (-3, -1500)}
    assert result.valued_moves.filter(is_uncovered=True)["entry_id"].to_list() == [delivery]

    history.receipt(A, 5, 3, 4000)
    result = play(history)
    assert worth(result)[delivery] == -(500 + 2400)
    assert on_hand(result) == {A: (2, 1600)}
    assert result.findings.is_empty()


def test_uncovered_stock_that_was_transferred_meanwhile_is_found_by_another_round() -> None:
    history = History()
    history.transfer(A, 5, 1, source=1, target=2)
    delivery = history.move("delivery", A, -5, 2, warehouse_id=2)
    history.receipt(A, 5, 9, 700)
    result = play(history)
    assert worth(result)[delivery] == -700
    assert result.layers.is_empty()
    assert result.findings.is_empty()


def test_customer_return_comes_in_at_the_cost_at_which_it_went_out() -> None:
    history = History()
    history.on_method(A, "moving_average")
    history.receipt(A, 3, 1, 100)
    delivery = history.move("delivery", A, -3, 2)
    history.receipt(A, 1, 3, 900)
    returns = [history.move("customer_return", A, 1, 4, origin_entry_id=delivery) for _ in range(3)]
    assert [worth(play(history))[entry] for entry in returns] == [33, 34, 33]


def test_a_return_is_never_played_before_the_move_it_returns() -> None:
    history = History()
    history.receipt(A, 3, 1, 300)
    delivery = history.move("delivery", A, -3, 9)
    back = history.move("customer_return", A, 2, 5, origin_entry_id=delivery)
    result = play(history)
    assert result.valued_moves["entry_id"].to_list() == [1, delivery, back]
    assert worth(result)[back] == 200


def test_supplier_return_takes_what_is_left_of_its_receipt_and_the_rest_by_the_method() -> None:
    history = History()
    history.receipt(A, 2, 1, 200)
    second = history.receipt(A, 3, 2, 900)
    history.receipt(A, 2, 3, 1000)
    history.move("supplier_return", A, -4, 4, origin_entry_id=second)
    result = play(history)
    assert worth(result)[4] == -(900 + 100)
    assert on_hand(result) == {A: (3, 1100)}


def test_inflow_without_a_price_takes_the_unit_cost_of_the_day_else_the_last_known_else_the_estimate() -> None:
    history = History()
    nothing_known = history.move("adjustment_in", A, 1, 1)
    history.receipt(B, 2, 1, 300)
    in_stock = history.move("adjustment_in", B, 1, 2)
    history.move("delivery", B, -3, 3)
    out_of_stock = history.move("adjustment_in", B, 2, 4)
    estimated = history.move("adjustment_in", C, 1, 1, estimated_material_amount=70)
    result = play(history)
    values = worth(result)
    assert [values[entry] for entry in (nothing_known, in_stock, out_of_stock, estimated)] == [0, 150, 300, 70]
    assert result.findings.select("entry_id", "rule").rows() == [(nothing_known, "without_price")]


def test_closed_order_spreads_its_cost_over_outputs_to_the_last_unit() -> None:
    history = History()
    history.receipt(A, 1, 1, 100)
    history.order(7, B, 3, is_closed=True)
    history.move("issue", A, -1, 2, work_order_id=7)
    outputs = [history.move("output", B, 1, on, work_order_id=7) for on in (3, 4, 5)]
    result = play(history)
    assert [worth(result)[entry] for entry in outputs] == [34, 33, 33]
    [order] = result.work_orders.to_dicts()
    assert (order["value_in"], order["value_out"], order["wip_amount"], order["residual_amount"]) == (100, 100, 0, 0)


def test_open_order_takes_the_estimate_and_keeps_the_rest_in_work_in_progress() -> None:
    history = History()
    history.receipt(A, 10, 1, 1000)
    history.order(7, B, 4, is_closed=False, labour=200)
    history.move("issue", A, -10, 2, work_order_id=7)
    estimated = history.move("output", B, 1, 3, work_order_id=7, estimated_material_amount=270)
    history.order(8, C, 4, is_closed=False, labour=200)
    to_date = history.move("output", C, 1, 3, work_order_id=8)
    result = play(history)
    assert (worth(result)[estimated], worth(result)[to_date]) == (270, 50)
    assert result.valued_moves.filter(is_estimated=True)["entry_id"].sort().to_list() == [estimated, to_date]
    assert dict(result.work_orders.select("work_order_id", "wip_amount").iter_rows()) == {7: 930, 8: 150}


def estimated_in(history: History) -> list[int]:
    """Entries whose value is estimated, by id."""
    return play(history).valued_moves.filter("is_estimated")["entry_id"].sort().to_list()


def made(history: History, number: int, item: int, on: int, is_closed: bool, quantity: float = 1) -> int:
    """An output of a work order of its own; returns its entry."""
    history.order(number, item, quantity, is_closed, labour=50)
    return history.move("output", item, quantity, on, work_order_id=number, estimated_material_amount=40)


def test_what_leaves_an_estimated_layer_is_estimated_until_the_order_is_closed() -> None:
    def estimated(is_closed: bool) -> list[int]:
        history = History()
        history.receipt(A, 2, 1, 200)
        output = made(history, 7, A, 2, is_closed, 2)
        history.move("delivery", A, -1, 3)
        partly = history.move("delivery", A, -2, 3)
        wholly = history.move("delivery", A, -1, 4)
        history.receipt(A, 1, 5, 100)
        history.move("delivery", A, -1, 6)
        assert (output, partly, wholly) == (2, 4, 5)
        return estimated_in(history)

    assert estimated(is_closed=False) == [2, 4, 5]
    assert estimated(is_closed=True) == []


def test_an_estimate_goes_through_orders_transfers_and_returns() -> None:
    history = History()
    history.receipt(A, 1, 1, 100)
    sub_assembly = made(history, 7, A, 2, is_closed=False)
    history.order(8, B, 2, is_closed=True)
    issue = history.move("issue", A, -2, 3, work_order_id=8)
    output = history.move("output", B, 2, 4, work_order_id=8)
    out, into = history.transfer(B, 2, 5, 1, 2)
    delivery = history.move("delivery", B, -1, 6, warehouse_id=2)
    returned = history.move("customer_return", B, 1, 7, warehouse_id=2, origin_entry_id=delivery)
    history.receipt(B, 1, 8, 100)
    history.move("delivery", B, -1, 9)
    assert estimated_in(history) == [sub_assembly, issue, output, out, into, delivery, returned]


def test_a_transfer_tells_its_final_layers_from_its_estimated_ones() -> None:
    history = History()
    history.receipt(A, 1, 1, 100)
    output = made(history, 7, A, 2, is_closed=False)
    out, into = history.transfer(A, 2, 3, 1, 2)
    history.move("delivery", A, -1, 4, warehouse_id=2)
    last = history.move("delivery", A, -1, 5, warehouse_id=2)
    assert estimated_in(history) == [output, out, into, last]


def test_an_average_is_estimated_until_it_is_emptied() -> None:
    history = History()
    history.on_method(A, "moving_average")
    history.receipt(A, 2, 1, 200)
    history.move("delivery", A, -1, 2)
    output = made(history, 7, A, 3, is_closed=False)
    first = history.move("delivery", A, -1, 4)
    history.receipt(A, 1, 5, 100)
    second = history.move("delivery", A, -1, 6)
    last = history.move("delivery", A, -1, 7)
    history.receipt(A, 1, 8, 100)
    history.move("delivery", A, -1, 9)
    assert estimated_in(history) == [output, first, second, last]


def test_goods_at_standard_are_not_estimated_whatever_went_into_them() -> None:
    history = History()
    history.on_method(B, "standard")
    history.standard(B, 1, material=90)
    output = made(history, 7, A, 1, is_closed=False)
    history.order(8, B, 1, is_closed=True)
    issue = history.move("issue", A, -1, 2, work_order_id=8)
    history.move("output", B, 1, 3, work_order_id=8)
    history.move("delivery", B, -1, 4)
    assert estimated_in(history) == [output, issue]


def test_goods_delivered_before_their_output_and_sent_on_are_estimated() -> None:
    history = History()
    out, into = history.transfer(A, 1, 1, 1, 2)
    delivery = history.move("delivery", A, -1, 2, warehouse_id=2)
    output = made(history, 7, A, 3, is_closed=False)
    assert estimated_in(history) == [out, into, delivery, output]


def test_closing_trues_up_what_was_estimated_and_later_cost_restates_it() -> None:
    def delivered_at(is_closed: bool, labour: int) -> tuple[int, int]:
        history = History()
        history.receipt(A, 10, 1, 1000)
        history.order(7, B, 4, is_closed, labour=labour)
        history.move("issue", A, -10, 2, work_order_id=7)
        history.move("output", B, 2, 3, work_order_id=7, estimated_material_amount=700)
        delivery = history.move("delivery", B, -2, 4)
        history.move("output", B, 2, 5, work_order_id=7, estimated_material_amount=700)
        result = play(history)
        return worth(result)[delivery], int(result.work_orders["wip_amount"].sum())

    assert delivered_at(is_closed=False, labour=200) == (-700, -200)
    assert delivered_at(is_closed=True, labour=200) == (-600, 0)
    assert delivered_at(is_closed=True, labour=300) == (-650, 0)


def test_closed_order_without_good_output_is_a_loss() -> None:
    history = History()
    history.receipt(A, 1, 1, 100)
    history.order(7, B, 1, is_closed=True, overhead=30)
    history.move("issue", A, -1, 2, work_order_id=7)
    [order] = play(history).work_orders.to_dicts()
    assert (order["loss_amount"], order["wip_amount"], order["residual_amount"]) == (130, 0, 0)


def test_material_returned_from_an_order_is_not_its_cost() -> None:
    history = History()
    history.receipt(A, 3, 1, 100)
    history.order(7, B, 1, is_closed=True)
    issue = history.move("issue", A, -3, 2, work_order_id=7)
    history.move("issue_return", A, 1, 3, work_order_id=7, origin_entry_id=issue)
    output = history.move("output", B, 1, 3, work_order_id=7)
    assert worth(play(history))[output] == 67


def test_rework_settles() -> None:
    history = History()
    history.receipt(A, 10, 1, 1000)
    history.order(7, A, 10, is_closed=True, labour=100)
    history.move("issue", A, -5, 2, work_order_id=7)
    output = history.move("output", A, 5, 2, work_order_id=7)
    history.on_method(A, "moving_average")
    result = play(history)
    assert worth(result)[output] == 650  # x = (1000 + x) ÷ 3 + 100
    assert on_hand(result) == {A: (10, 1100)}
    assert result.findings.is_empty()


def test_a_loop_that_cannot_settle_states_its_residual() -> None:
    history = History()
    history.order(7, A, 1, is_closed=True, labour=100)
    history.move("issue", A, -1, 2, work_order_id=7)
    history.move("output", A, 1, 2, work_order_id=7)
    result = play(history)
    [order] = result.work_orders.to_dicts()
    assert order["residual_amount"] == order["value_in"] - order["value_out"] != 0
    [found] = result.findings.to_dicts()
    assert (found["rule"], found["work_order_id"], found["amount"]) == ("loop_residual", 7, order["residual_amount"])


def test_a_runaway_loop_is_played_once() -> None:
    history = History()
    history.order(7, A, 1, is_closed=True, labour=100)
    history.move("issue", A, -1000, 2, work_order_id=7)
    history.move("output", A, 1, 2, work_order_id=7)
    result = play(history)
    assert set(rules(result)) == {"loop_residual", "uncovered"}


def test_change_of_method_keeps_the_value() -> None:
    history = History()
    history.on_method(A, "fifo")
    history.on_method(A, "moving_average", since=5)
    history.on_method(A, "fifo", since=9)
    history.receipt(A, 10, 1, 1000)
    history.receipt(A, 10, 2, 2000)
    on_average = history.move("delivery", A, -2, 6)
    on_layers = history.move("delivery", A, -1, 9)
    result = play(history)
    assert [worth(result)[entry] for entry in (on_average, on_layers)] == [-300, -150]
    assert on_hand(result) == {A: (17, 2550)}


def test_month_average_counts_all_warehouses_and_what_comes_in_later_in_the_month() -> None:
    history = History()
    history.on_method(A, "month_average")
    history.receipt(A, 10, 1, 1000)
    delivery = history.move("delivery", A, -4, 2)
    history.receipt(A, 10, 20, 3000, warehouse_id=2)
    next_month = history.move("delivery", A, -1, 33)
    history.receipt(A, 1, 40, 500)
    result = play(history)
    assert worth(result)[delivery] == -800
    assert worth(result)[next_month] == round(-(3200 + 500) / 17)
    assert on_hand(result)[A][1] == 3700 + worth(result)[next_month]


def test_month_average_within_a_month_leaves_what_moved_before_it() -> None:
    history = History()
    history.on_method(A, "fifo")
    history.on_method(A, "month_average", since=15)
    history.receipt(A, 10, 5, 1000)
    before = history.move("delivery", A, -10, 10)
    history.receipt(A, 10, 12, 2000)
    after = history.move("delivery", A, -10, 20)
    history.receipt(A, 10, 25, 4000)
    result = play(history)
    assert (worth(result)[before], worth(result)[after]) == (-1000, -3000)
    assert on_hand(result) == {A: (10, 3000)}


def test_month_average_told_again_within_a_month_does_not_part_it() -> None:
    history = History()
    history.on_method(A, "month_average")
    history.on_method(A, "month_average", since=15)
    history.receipt(A, 10, 5, 1000)
    delivery = history.move("delivery", A, -10, 10)
    history.receipt(A, 10, 20, 3000)
    assert worth(play(history))[delivery] == -2000


def revaluations(result: CostingResult) -> list[tuple[Any, int]]:
    """(day, amount by which value rose) of each revaluation."""
    rows = result.variances.filter(rule="revaluation").sort("effective_date")
    return [(on, -amount) for on, amount in rows.select("effective_date", "variance_amount").iter_rows()]


@pytest.mark.parametrize("delivered_on", [None, 32, 68])
def test_a_change_to_standard_revalues_on_its_day_whatever_moves_later(delivered_on: int | None) -> None:
    history = History()
    history.on_method(A, "fifo")
    history.on_method(A, "standard", since=32)
    history.standard(A, 32, material=600)
    history.receipt(A, 10, 5, 5000)
    if delivered_on is not None:
        history.move("delivery", A, -1, delivered_on)
    result = play(history)
    assert revaluations(result) == [(day(32), 1000)]
    assert on_hand(result) == {A: (10, 6000) if delivered_on is None else (9, 5400)}
    assert result.laid_layers["value_amount"].to_list() == [None]


def test_standards_that_came_and_went_without_a_move_have_counted() -> None:
    history = History()
    history.on_method(A, "fifo")
    history.on_method(A, "standard", since=32)
    history.on_method(A, "fifo", since=50)
    history.standard(A, 32, material=600)
    history.standard(A, 40, material=700)
    history.standard(A, 50, material=900)
    history.receipt(A, 10, 5, 5000)
    delivery = history.move("delivery", A, -1, 60)
    result = play(history)
    assert revaluations(result) == [(day(32), 1000), (day(40), 1000)]
    assert worth(result)[delivery] == -700


def test_lots_put_on_standard_are_revalued_as_one() -> None:
    history = History()
    history.on_method(A, "specific")
    history.on_method(A, "standard", since=9)
    history.standard(A, 1, material=50)
    history.receipt(A, 1, 1, 100, lot_id=1)
    history.receipt(A, 2, 2, 900, lot_id=2)
    result = play(history)
    assert revaluations(result) == [(day(9), 150 - 1000)]
    assert on_hand(result) == {A: (3, 150)}


def test_standard_keeps_stock_at_standard_and_lists_variances() -> None:
    history = History()
    history.on_method(A, "standard")
    history.on_method(B, "standard")
    history.standard(A, 1, material=10)
    history.standard(A, 9, material=12)
    history.standard(B, 1, material=20, labour=5)
    history.receipt(A, 10, 2, 130)
    history.order(7, B, 1, is_closed=True, labour=9)
    history.move("issue", A, -3, 3, work_order_id=7)
    history.move("output", B, 1, 4, work_order_id=7)
    result = play(history)
    assert on_hand(result) == {A: (7, 84), B: (1, 25)}
    variances = {row["rule"]: row for row in result.variances.to_dicts()}
    assert {rule: row["variance_amount"] for rule, row in variances.items()} == {
        "price": 30,
        "output": 14,
        "revaluation": -14,
    }
    assert variances["output"]["work_order_id"] == 7
    assert variances["revaluation"]["effective_date"] == day(9)


def test_standard_without_a_standard_cost_is_listed() -> None:
    history = History()
    history.on_method(A, "standard")
    history.receipt(A, 10, 2, 130)
    result = play(history)
    assert rules(result) == ["without_standard"]
    assert on_hand(result) == {A: (10, 130)}


def test_specific_cost_follows_the_lot() -> None:
    history = History()
    history.on_method(A, "specific")
    history.receipt(A, 1, 1, 100, lot_id=1)
    history.receipt(A, 1, 2, 900, lot_id=2)
    delivery = history.move("delivery", A, -1, 3, lot_id=2)
    assert worth(play(history))[delivery] == -900


def test_lots_on_specific_cost_keep_their_own_value_in_stock() -> None:
    history = History()
    history.on_method(A, "specific")
    history.receipt(A, 2, 1, 2000, lot_id=1)
    history.receipt(A, 1, 2, 3000, lot_id=2)
    history.receipt(A, 1, 2, 700)
    history.receipt(B, 1, 2, 100, lot_id=3)
    out = history.move("transfer_out", A, -1, 3, lot_id=1)
    history.move("transfer_in", A, 1, 3, lot_id=1, warehouse_id=2, origin_entry_id=out)
    left = play(history).layers.select("item_id", "warehouse_id", "lot_id", "value_amount").rows()
    assert set(left) == {(A, 1, 1, 1000), (A, 2, 1, 1000), (A, 1, 2, 3000), (A, 1, 0, 700), (B, 1, None, 100)}


def test_transfer_without_origin_is_found_by_its_move() -> None:
    history = History()
    history.receipt(A, 2, 1, 100)
    history.transfer(A, 2, 2, source=1, target=2)
    history.moves[-1]["origin_entry_id"] = None
    result = play(history)
    assert result.layers.select("layer_entry_id", "warehouse_id", "received_date").rows() == [(1, 2, day(1))]


def test_opening_stock_keeps_its_age() -> None:
    history = History()
    history.move("opening", A, 1, 5, material_amount=100)
    moves, *rest = history.tables()
    result = value_moves(moves.with_columns(received_date=pl.lit(day(1))), *rest)
    assert result.layers["received_date"].to_list() == [day(1)]


def test_order_within_a_day() -> None:
    history = History()
    count = history.move("adjustment_out", A, -1, 1, recorded_at=datetime(2026, 1, 1))
    delivery = history.move("delivery", A, -1, 1)
    late = history.receipt(A, 1, 1, 10, recorded_at=datetime(2026, 3, 2))
    early = history.receipt(A, 1, 1, 20, recorded_at=datetime(2026, 3, 1))
    opening = history.move("opening", A, 1, 1, material_amount=5)
    assert play(history).valued_moves["entry_id"].to_list() == [opening, early, late, delivery, count]


def test_what_cannot_be_is_listed() -> None:
    history = History()
    history.receipt(A, 1, 1, 10)
    history.move("customer_return", B, 1, 2, origin_entry_id=1, material_amount=3)
    history.move("issue", A, -1, 2, work_order_id=99)
    history.move("receipt", A, 0, 2, material_amount=7)
    result = play(history)
    assert rules(result) == ["unknown_origin", "unknown_work_order", "without_quantity"]
    assert result.work_orders.select("work_order_id", "wip_amount").rows() == [(99, 10)]


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"kind": "gift"}, UnknownMoveKind),
        ({"material_amount": 2**51}, ValueIsOutOfRange),
    ],
)
def test_what_cannot_be_played_is_refused(facts: dict[str, Any], error: type[Exception]) -> None:
    history = History()
    history.receipt(A, 1, 1, 10)
    history.moves[0] |= facts
    with pytest.raises(error):
        play(history)


def test_unknown_method_is_refused() -> None:
    history = History()
    history.receipt(A, 1, 1, 10)
    history.on_method(A, "lifo")
    with pytest.raises(UnknownMethod):
        play(history)


def test_absurd_unit_cost_is_refused_with_the_entry() -> None:
    history = History()
    history.receipt(A, 0.000001, 1, 10**9)
    history.move("delivery", A, -(10**6), 2)
    with pytest.raises(ValueIsOutOfRange, match="entry"):
        play(history)


def test_room_grows_with_what_a_history_needs() -> None:
    history = History()
    history.on_method(C, "standard")
    history.standard(C, 1, material=7)
    for turn in range(60):
        history.move("delivery", B, -1, 1 + turn)
        history.receipt(A, 2, 1, 100 + turn)
        history.receipt(C, 1, 2, 50 + turn)
    for turn in range(6):
        history.transfer(A, 70 - turn, 3 + turn, source=1 + turn % 2, target=2 - turn % 2)
    history.move("delivery", A, -120, 30)
    history.receipt(B, 45, 90, 4567)
    agree(play(history), reference_costs(history.moves, history.orders, history.methods, history.standards))


def test_the_order_of_the_rows_does_not_matter() -> None:
    history = History()
    history.receipt(A, 10, 1, 5000)
    history.order(7, B, 5, is_closed=True, labour=2001)
    issue = history.move("issue", A, -12, 3, work_order_id=7)
    history.move("output", B, 2, 3, work_order_id=7)
    history.move("output", B, 3, 3, work_order_id=7)
    history.transfer(B, 4, 4, source=1, target=2)
    delivery = history.move("delivery", B, -3, 4, warehouse_id=2)
    history.move("customer_return", B, 1, 2, warehouse_id=2, origin_entry_id=delivery)
    history.move("issue_return", A, 1, 3, work_order_id=7, origin_entry_id=issue)
    history.receipt(A, 10, 9, 6001)
    moves, *rest = history.tables()
    expected = play(history)
    for seed in range(5):
        shuffled = value_moves(moves.sample(fraction=1.0, shuffle=True, seed=seed), *rest)
        assert all(one.equals(other) for one, other in zip(shuffled, expected, strict=True))


def test_nothing_moved_nothing_valued() -> None:
    result = play(History())
    assert all(frame.is_empty() for frame in result)
