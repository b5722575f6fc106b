"""Opening stock, adjustments and transfers: what they move, and what they refuse."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.transactions.acting import Acting
from transactions.kernel.exact import MICRO


@pytest.fixture(autouse=True)
def items(acting: Acting) -> None:
    acting("create_item", code="TUBE", name="Tube", unit="m", kind="bought")
    acting("create_item", code="HELP", name="Help", unit="h", kind="service")
    acting("create_warehouse", code="EAST", name="East")


def _open(acting: Acting, quantity: object, on: str = "2026-01-10", **more: Any) -> dict[str, Any]:
    lines = [{"item": "TUBE", "quantity": quantity, "unit_cost": "2.5"} | more]
    return acting("record_opening_stock", effective_date=on, warehouse="MAIN", lines=lines)


def test_opening_stock_keeps_its_cost_and_age(acting: Acting) -> None:
    made = acting(
        "record_opening_stock", effective_date="2026-01-10", warehouse="MAIN", external_number="CUT",
        lines=[
            {"item": "TUBE", "quantity": "7.25", "unit_cost": "2.345678", "received_date": "2025-11-30"},
            {"item": "TUBE", "quantity": 1, "unit_cost": 0},
        ],
    )  # fmt: skip
    assert made["number"] == "OS000001"
    document = acting.row("document", id=made["id"])
    assert (document["document_type"], document["state"], document["external_number"]) == (
        "opening_stock",
        "done",
        "CUT",
    )
    first, second = acting.rows("stock_move")
    assert (first["move_type"], first["quantity"], first["unit_cost"]) == ("opening", 7_250_000, 2_345_678)
    assert [first["received_date"], second["received_date"]] == [date(2025, 11, 30), date(2026, 1, 10)]
    assert [first["document_line_id"], second["document_line_id"]] == made["lines"]
    assert acting.stock("TUBE", "MAIN/stock") == Decimal("8.25")


def test_opening_stock_was_received_by_the_cut_over(acting: Acting) -> None:
    lines = [{"item": "TUBE", "quantity": 1, "unit_cost": 1, "received_date": "2026-01-11"}]
    refusal = acting.refused("record_opening_stock", effective_date="2026-01-10", lines=lines)
    assert (refusal.fact, refusal.field) == ("ReceivedAfterCutOver", "lines.0.received_date")


def test_what_is_found_may_state_its_cost_and_what_is_lost_may_not(acting: Acting) -> None:
    _open(acting, 5)
    made = acting(
        "adjust_stock", warehouse="MAIN", effective_date="2026-01-11",
        lines=[
            {"item": "TUBE", "quantity": -2, "reason": "broken"},
            {"item": "TUBE", "quantity": "0.5", "unit_cost": 3, "reason": "found behind the shelf"},
        ],
    )  # fmt: skip
    assert acting.stock("TUBE", "MAIN/stock") == Decimal("3.5")
    assert [line["quantity"] for line in acting.rows("document_line", document_id=made["id"])] == [-2 * MICRO, 500_000]
    lost, found = acting.rows("stock_move", document_id=made["id"])
    assert (lost["quantity"], lost["unit_cost"], found["unit_cost"]) == (2 * MICRO, None, 3 * MICRO)
    line: dict[str, Any] = {"item": "TUBE", "quantity": -1, "unit_cost": 3, "reason": "lost"}
    for change, fact, field in (
        ({}, "LossHasNoPrice", "lines.0.unit_cost"),
        ({"quantity": 0}, "NothingIsAdjusted", "lines.0.quantity"),
        ({"reason": None}, "ReasonIsMissing", "lines.0.reason"),
    ):
        refusal = acting.refused("adjust_stock", effective_date="2026-01-12", lines=[line | change])
        assert (refusal.fact, refusal.field) == (fact, field)
    acting("adjust_stock", effective_date="2026-01-12", reason="count", lines=[{"item": "TUBE", "quantity": 1}])
    assert acting.rows("document_line")[-1]["description"] == "count"


def test_a_transfer_has_two_warehouses(acting: Acting) -> None:
    _open(acting, 5)
    lines = [{"item": "TUBE", "quantity": 4}]
    acting("transfer_stock", from_warehouse="MAIN", to_warehouse="EAST", effective_date="2026-01-11", lines=lines)
    assert acting.stock("TUBE", "MAIN/stock") == 1
    assert acting.stock("TUBE", "EAST/stock") == 4
    same = {"from_warehouse": "MAIN", "to_warehouse": "MAIN", "effective_date": "2026-01-11", "lines": lines}
    assert acting.refused("transfer_stock", **same).fact == "WarehousesAreTheSame"
    refusal = acting.refused("transfer_stock", **(same | {"to_warehouse": "WEST"}))
    assert (refusal.fact, refusal.field) == ("NotFound", "to_warehouse")


@pytest.mark.parametrize(
    ("command", "data"),
    [
        ("record_opening_stock", {"lines": [{"item": "HELP", "quantity": 1, "unit_cost": 1}]}),
        ("adjust_stock", {"lines": [{"item": "HELP", "quantity": 1, "reason": "?"}]}),
        (
            "transfer_stock",
            {"from_warehouse": "MAIN", "to_warehouse": "EAST", "lines": [{"item": "HELP", "quantity": 1}]},
        ),
    ],
)
def test_a_service_makes_no_move_and_a_locked_period_refuses_all(
    acting: Acting, command: str, data: dict[str, Any]
) -> None:
    refusal = acting.refused(command, effective_date="2026-01-10", **data)
    assert (refusal.fact, refusal.field) == ("ServiceIsNotStocked", "lines.0.item")
    acting("lock_period", period="2026-01")
    refusal = acting.refused(command, effective_date="2026-01-31", **data)
    assert (refusal.fact, refusal.field) == ("PeriodIsLocked", "effective_date")


def test_stock_does_not_fall_below_zero_today_nor_on_a_later_day(acting: Acting) -> None:
    def take(quantity: object, on: str) -> dict[str, Any]:
        return {"effective_date": on, "lines": [{"item": "TUBE", "quantity": f"-{quantity}", "reason": "used"}]}

    _open(acting, 5, "2026-01-10")
    acting("adjust_stock", **take(3, "2026-01-20"))
    _open(acting, 10, "2026-01-30")
    refusal = acting.refused("adjust_stock", **take(3, "2026-01-15"))
    assert refusal.fact == "StockWouldGoNegative"
    assert refusal.rule == "2 of TUBE in MAIN on 2026-01-20, 3 asked"
    assert refusal.field == "lines.0.quantity"
    refusal = acting.refused("adjust_stock", **take(1, "2026-01-09"))
    assert refusal.rule == "0 of TUBE in MAIN, 1 asked"
    acting("adjust_stock", **take(2, "2026-01-15"))
    acting("adjust_stock", **take(10, "2026-01-30"))
    refusal = acting.refused("adjust_stock", **take("0.000001", "2026-02-01"))
    assert refusal.rule == "0 of TUBE in MAIN, 0.000001 asked"
    assert acting.stock("TUBE", "MAIN/stock") == 0


def test_what_comes_in_on_a_document_counts_before_what_goes_out(acting: Acting) -> None:
    lines = [{"item": "TUBE", "quantity": -5, "reason": "mixed up"},
             {"item": "TUBE", "quantity": 5, "reason": "same", "unit_cost": 0}]  # fmt: skip
    acting("adjust_stock", effective_date="2026-01-10", lines=lines)
    assert acting.stock("TUBE", "MAIN/stock") == 0


def test_a_warehouse_may_allow_negative_stock(acting: Acting) -> None:
    acting("create_warehouse", code="FREE", name="Free", allow_negative=True)
    lines = [{"item": "TUBE", "quantity": -5, "reason": "used first"}]
    acting("adjust_stock", warehouse="FREE", effective_date="2026-01-10", lines=lines)
    assert acting.stock("TUBE", "FREE/stock") == -5


def test_a_refused_command_of_a_batch_leaves_the_balances_as_they_were(acting: Acting) -> None:
    _open(acting, 5)
    data = {"effective_date": "2026-01-11", "lines": [{"item": "TUBE", "quantity": -3, "reason": "used"}]}
    with acting.door.batch("administrator") as batch:
        batch.execute("adjust_stock", data)
        with pytest.raises(Exception, match="StockWouldGoNegative"):
            batch.execute("adjust_stock", data)
        batch.execute("adjust_stock", data | {"lines": [{"item": "TUBE", "quantity": -2, "reason": "used"}]})
    assert acting.stock("TUBE", "MAIN/stock") == 0
    assert [row["number"] for row in acting.rows("document", document_type="adjustment")] == ["AJ000001", "AJ000002"]


def test_an_external_number_is_used_once_per_type(acting: Acting) -> None:
    lines = [{"item": "TUBE", "quantity": 1, "unit_cost": 1, "reason": "x"}]
    opening = [{name: value for name, value in lines[0].items() if name != "reason"}]
    acting("record_opening_stock", effective_date="2026-01-10", external_number="X", lines=opening)
    acting("adjust_stock", effective_date="2026-01-10", external_number="X", lines=lines)
    refusal = acting.refused("adjust_stock", effective_date="2026-01-10", external_number="X", lines=lines)
    assert (refusal.fact, refusal.field) == ("AlreadyExists", "external_number")


def test_what_is_found_has_a_cost_or_states_one(acting: Acting) -> None:
    found = {"effective_date": "2026-01-10", "reason": "count"}
    line: dict[str, Any] = {"item": "TUBE", "quantity": 3}
    refusal = acting.refused("adjust_stock", **found, lines=[line])
    assert (refusal.fact, refusal.field, refusal.value) == ("CostIsUnknown", "lines.0.unit_cost", None)
    assert refusal.rule == "nothing says yet what TUBE costs: state unit_cost, 0 if it costs nothing"
    acting("adjust_stock", **found, lines=[line | {"unit_cost": 0}, line])
    assert [move["unit_cost"] for move in acting.rows("stock_move")] == [0, None]
    acting("adjust_stock", **found, lines=[line])  # as the find before it


def test_an_output_that_was_taken_back_says_no_cost(acting: Acting) -> None:
    acting("create_item", code="CAP", name="Cap", unit="pcs", kind="made")
    acting(
        "create_work_order", item="CAP", quantity=2, start_date="2026-01-05", due_date="2026-01-05", release=True,
        external_number="W1",
    )  # fmt: skip
    found = {"effective_date": "2026-01-10", "reason": "count", "lines": [{"item": "CAP", "quantity": 1}]}
    made = acting("report_output", order="W1", effective_date="2026-01-05", good_quantity=2)
    acting("take_back_output", output=made["number"], effective_date="2026-01-06")
    assert acting.refused("adjust_stock", **found).fact == "CostIsUnknown"
    acting("report_output", order="W1", effective_date="2026-01-07", good_quantity=2)
    acting("adjust_stock", **found)


@pytest.mark.parametrize("source", ["opening", "receipt", "standard"])
def test_what_is_found_costs_what_the_company_knows(acting: Acting, source: str) -> None:
    match source:
        case "opening":
            _open(acting, 5)
        case "standard":
            acting("set_standard_cost", item="TUBE", cost=0, effective_date="2026-01-10")
        case "receipt":
            acting("create_partner", code="SUP", name="Supplier", is_supplier=True)
            acting("create_purchase_order", supplier="SUP", order_date="2026-01-05", confirm=True,
                   lines=[{"item": "TUBE", "quantity": 1, "unit_price": 1}])  # fmt: skip
            acting("receive_goods", order="PO000001", effective_date="2026-01-10")
    found: dict[str, Any] = {"effective_date": "2026-01-10", "reason": "count"}
    found["lines"] = [{"item": "TUBE", "quantity": 3}]
    acting("adjust_stock", **found)
    assert acting.refused("adjust_stock", **found | {"effective_date": "2026-01-09"}).fact == "CostIsUnknown"
    acting("create_company", code="OTHER", name="Other", currency="EUR")
    acting("create_warehouse", code="THERE", name="There", company="OTHER")
    assert acting.refused("adjust_stock", **found, company="OTHER").fact == "CostIsUnknown"
