"""Lots and serials: told apart from their entry on, picked first expired first out, never two of one serial."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.transactions.trading import Trading

MILK = {"item": "MILK"}


@pytest.fixture
def dairy(trading: Trading) -> Trading:
    """MILK is tracked by lot, BIKE by serial; of MILK lie L1 (expires 10 March), L2 (1 March), L3 (never), 10 each."""
    trading("create_item", code="MILK", name="Milk", unit="l", kind="bought", tracked_by="lot")
    trading("create_item", code="BIKE", name="Bike", unit="pcs", kind="bought", tracked_by="serial",
            valuation_method="specific")  # fmt: skip
    trading("create_warehouse", code="EAST", name="East")
    trading(
        "record_opening_stock", effective_date="2026-01-01",
        lines=[
            MILK | {"quantity": 10, "unit_cost": 1, "lot": "L1", "expiry_date": "2026-03-10"},
            MILK | {"quantity": 10, "unit_cost": 2, "lot": "L2", "expiry_date": "2026-03-01"},
            MILK | {"quantity": 10, "unit_cost": 3, "lot": "L3"},
        ],
    )  # fmt: skip
    return trading


def _lots(of: Trading, move_type: str) -> list[tuple[str, Decimal]]:
    """(lot, quantity) of every move of the type."""
    codes = {row["id"]: row["code"] for row in of.rows("lot")}
    return [
        (codes[move["lot_id"]], Decimal(move["quantity"]) / 10**6)
        for move in of.rows("stock_move", move_type=move_type)
    ]


def _lying(of: Trading, item: str, place: str) -> dict[str, Decimal]:
    codes = {row["id"]: row["code"] for row in of.rows("lot")}
    item_id, location_id = of.row("item", code=item)["id"], of.row("location", code=place)["id"]
    rows = of.rows("stock_balance", item_id=item_id, location_id=location_id)
    return {codes[row["lot_id"]]: Decimal(row["quantity"]) / 10**6 for row in rows if row["quantity"]}


def _sold(of: Trading, quantity: int, item: str = "MILK") -> str:
    return str(of.sell({"item": item, "quantity": quantity})["number"])


def test_what_leaves_without_its_lot_is_what_expires_first_then_the_oldest(dairy: Trading) -> None:
    dairy("deliver_goods", order=_sold(dairy, 25), effective_date="2026-01-10")
    assert _lots(dairy, "delivery") == [("L2", 10), ("L1", 10), ("L3", 5)]
    assert _lying(dairy, "MILK", "MAIN/stock") == {"L3": 5}
    line = dairy.rows("document_line")[-1]
    assert (line["quantity"], line["lot_id"]) == (25 * 10**6, None)  # one line, three moves


def test_expired_lots_are_passed_over_unless_they_are_named(dairy: Trading) -> None:
    order = _sold(dairy, 25)
    dairy("deliver_goods", order=order, effective_date="2026-03-05", lines=[{"line": 1, "quantity": 12}])
    assert _lots(dairy, "delivery") == [("L1", 10), ("L3", 2)]
    refusal = dairy.refused("deliver_goods", order=order, effective_date="2026-03-05")
    assert (refusal.fact, refusal.field, refusal.value) == ("StockWouldGoNegative", "lines", "13")
    assert refusal.rule == "8 of MILK lie there in lots that are not expired, 13 asked"
    named = [{"line": 1, "quantity": 5, "lot": "L2"}, {"line": 1, "quantity": 8, "lot": "L3"}]
    dairy("deliver_goods", order=order, effective_date="2026-03-05", lines=named)
    assert _lying(dairy, "MILK", "MAIN/stock") == {"L2": 5}


def test_a_lot_is_not_taken_before_it_came_nor_twice(dairy: Trading) -> None:
    order = _sold(dairy, 20)
    dairy.buy({"item": "MILK", "quantity": 5})
    dairy("receive_goods", order="PO000001", effective_date="2026-02-01",
          lines=[{"line": 1, "quantity": 5, "lot": "L0", "expiry_date": "2026-02-20"}])  # fmt: skip
    dairy("deliver_goods", order=order, effective_date="2026-01-20", lines=[{"line": 1, "quantity": 3}])
    assert _lots(dairy, "delivery") == [("L2", 3)]  # L0 expires first, but it came later
    two = [{"line": 1, "quantity": 6}, {"line": 1, "quantity": 6}]
    dairy("deliver_goods", order=order, effective_date="2026-02-02", lines=two)
    assert _lots(dairy, "delivery")[1:] == [("L0", 5), ("L2", 1), ("L2", 6)]


def test_a_receipt_of_several_lots_repeats_the_line(dairy: Trading) -> None:
    dairy.buy({"item": "MILK", "quantity": 9}, {"item": "BIKE", "quantity": 2})
    receipt = dairy(
        "receive_goods", order="PO000001", effective_date="2026-01-10",
        lines=[
            {"line": 1, "quantity": 4, "lot": "L4", "expiry_date": "2026-04-01"},
            {"line": 1, "quantity": 5, "lot": "L1"},
            {"line": 2, "quantity": 1, "lot": "S1"}, {"line": 2, "quantity": 1, "lot": "S2"},
        ],
    )  # fmt: skip
    assert _lying(dairy, "MILK", "MAIN/stock") == {"L1": 15, "L2": 10, "L3": 10, "L4": 4}
    assert _lying(dairy, "BIKE", "MAIN/stock") == {"S1": 1, "S2": 1}
    assert [row["expiry_date"] is None for row in dairy.rows("lot")] == [False, False, True, False, True, True]
    assert all(row["recorded_at"] > 0 for row in dairy.rows("lot"))
    back = {"receipt": receipt["number"], "effective_date": "2026-01-11"}
    refusal = dairy.refused("return_to_supplier", **back, lines=[{"line": 2, "quantity": 1, "lot": "L4"}])
    assert (refusal.fact, refusal.field) == ("NotFound", "lines.0.lot")
    dairy("return_to_supplier", **back, lines=[{"line": 2, "quantity": 1, "lot": "L1"}, {"line": 3, "quantity": 1}])
    assert _lots(dairy, "supplier_return") == [("L1", 1), ("S1", 1)]


def test_an_inspection_is_of_one_lot(dairy: Trading) -> None:
    dairy.buy({"item": "MILK", "quantity": 8})
    lines = [{"line": 1, "quantity": 4, "lot": "L4"}, {"line": 1, "quantity": 4, "lot": "L5"}]
    made = dairy("receive_goods", order="PO000001", effective_date="2026-01-10", lines=lines, inspect=True)
    first, second = (inspection["number"] for inspection in made["inspections"])
    dairy("decide_inspection", inspection=first, accepted_quantity=3, rejected_quantity=1, disposition="scrap")
    dairy("decide_inspection", inspection=second, accepted_quantity=0, rejected_quantity=4, disposition="return")
    assert _lying(dairy, "MILK", "MAIN/inspection") == {}
    assert _lying(dairy, "MILK", "MAIN/stock")["L4"] == 3
    assert _lots(dairy, "supplier_return") == [("L5", 4)]


@pytest.mark.parametrize(
    ("command", "data", "fact", "field"),
    [
        ("adjust_stock", MILK | {"quantity": 1}, "LotIsMissing", "lines.0.lot"),
        ("adjust_stock", MILK | {"quantity": -1}, "LotIsMissing", "lines.0.lot"),
        ("adjust_stock", MILK | {"quantity": -1, "lot": "L9"}, "NotFound", "lines.0.lot"),
        ("adjust_stock", MILK | {"quantity": -11, "lot": "L1"}, "StockWouldGoNegative", "lines.0.quantity"),
        ("adjust_stock", {"item": "A", "quantity": 1, "lot": "L1"}, "ItemIsNotTracked", "lines.0.lot"),
        ("adjust_stock", {"item": "A", "quantity": 1, "expiry_date": "2026-05-01"}, "ItemIsNotTracked",
         "lines.0.expiry_date"),
        ("adjust_stock", MILK | {"quantity": 1, "lot": "L1", "expiry_date": "2026-05-01"}, "LotHasAnotherExpiry",
         "lines.0.expiry_date"),
        ("adjust_stock", {"item": "BIKE", "quantity": 2, "lot": "S1"}, "SerialIsOne", "lines.0.quantity"),
        ("scrap_stock", MILK | {"quantity": 1}, "LotIsMissing", "lines.0.lot"),
        ("record_opening_stock", MILK | {"quantity": 1, "unit_cost": 1}, "LotIsMissing", "lines.0.lot"),
    ],
)  # fmt: skip
def test_a_wrong_lot_is_refused(dairy: Trading, command: str, data: dict[str, Any], fact: str, field: str) -> None:
    said = {} if command == "record_opening_stock" else {"reason": "count"}
    refusal = dairy.refused(command, effective_date="2026-01-10", lines=[data], **said)
    assert (refusal.fact, refusal.field) == (fact, field)


def test_a_serial_lies_at_one_place(dairy: Trading) -> None:
    found = {"effective_date": "2026-01-10", "reason": "found"}
    bike = {"item": "BIKE", "quantity": 1, "lot": "S1"}
    here = bike | {"unit_cost": 90}
    assert dairy.refused("adjust_stock", **found, lines=[here, here]).fact == "SerialIsInStock"
    dairy("adjust_stock", **found, lines=[here])
    refusal = dairy.refused("adjust_stock", **found, warehouse="EAST", lines=[here])
    assert (refusal.fact, refusal.field, refusal.value) == ("SerialIsInStock", "lines.0.quantity", "S1")
    carry = {"from_warehouse": "MAIN", "to_warehouse": "EAST", "effective_date": "2026-01-11"}
    assert dairy.refused("transfer_stock", **carry, lines=[{"item": "BIKE", "quantity": 1}]).fact == "LotIsMissing"
    dairy("transfer_stock", **carry, lines=[bike])
    assert _lying(dairy, "BIKE", "EAST/stock") == {"S1": 1}
    dairy("deliver_goods", order=_sold(dairy, 1, "BIKE"), effective_date="2026-01-12", warehouse="EAST")
    dairy("adjust_stock", **found, lines=[bike])  # it was sold, came back and was found


def test_specific_valuation_needs_lots_and_tracking_is_settled_by_the_first_move(shop: Trading) -> None:
    made = {"name": "Clock", "unit": "pcs", "kind": "bought"}
    refusal = shop.refused("create_item", code="C", **made, valuation_method="specific", tracked_by="none")
    assert (refusal.fact, refusal.field) == ("SpecificNeedsTracking", "valuation_method")
    shop("create_item", code="C", **made)
    method = {"item": "C", "method": "specific", "effective_date": "2026-01-01"}
    assert shop.refused("set_valuation_method", **method).field == "method"
    shop("change_item", item="C", tracked_by="serial")
    shop("set_valuation_method", **method)
    assert shop.refused("change_item", item="C", tracked_by="none").fact == "SpecificNeedsTracking"
    refusal = shop.refused("change_item", item="A", tracked_by="lot")
    assert (refusal.fact, refusal.field) == ("TrackingIsSettled", "tracked_by")


def test_scrapped_goods_are_gone_and_somebody_says_why(dairy: Trading) -> None:
    lines = [{"item": "A", "quantity": 2}, MILK | {"quantity": 3, "lot": "L2", "reason": "sour"}]
    refusal = dairy.refused("scrap_stock", effective_date="2026-01-10", lines=lines)
    assert (refusal.fact, refusal.field) == ("ReasonIsMissing", "lines.0.reason")
    made = dairy("scrap_stock", effective_date="2026-01-10", lines=lines, reason="dropped", external_number="X1")
    assert made["number"] == "SC000001"
    assert (dairy.stock("A", "MAIN/stock"), _lying(dairy, "MILK", "MAIN/stock")["L2"]) == (98, 7)
    assert [row["description"] for row in dairy.rows("document_line", document_id=made["id"])] == ["dropped", "sour"]
    loss = dairy.row("location", code="LOSS")["id"]
    assert {move["to_location_id"] for move in dairy.rows("stock_move", move_type="scrap")} == {loss}
    help_ = [{"item": "HELP", "quantity": 1}]
    refusal = dairy.refused("scrap_stock", effective_date="2026-01-10", lines=help_, reason="dropped")
    assert (refusal.fact, refusal.field) == ("ServiceIsNotStocked", "lines.0.item")
    refusal = dairy.refused(
        "scrap_stock", effective_date="2026-01-10", lines=[{"item": "A", "quantity": 99}], reason="-"
    )
    assert (refusal.fact, refusal.field) == ("StockWouldGoNegative", "lines.0.quantity")


def test_a_planned_transfer_carries_what_expires_first(dairy: Trading) -> None:
    planned = dairy(
        "decide_suggestion", suggestion_id="S1", build_id="b", decision="approve", kind="move", item="MILK",
        quantity=14, from_warehouse="MAIN", warehouse="EAST", due_date="2026-01-20", release_date="2026-01-18",
        effective_date="2026-01-10",
    )  # fmt: skip
    carry: dict[str, Any] = {"transfer": planned["number"], "effective_date": "2026-01-19"}
    dairy("carry_out_transfer", **carry, lines=[{"line": 1, "quantity": 2, "lot": "L3"}])
    dairy("carry_out_transfer", **carry)
    assert _lying(dairy, "MILK", "EAST/stock") == {"L3": 2, "L2": 10, "L1": 2}
