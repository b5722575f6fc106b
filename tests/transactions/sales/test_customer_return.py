"""Customer returns: what was delivered comes back once, and is neither delivered again nor invoiced."""

from __future__ import annotations

import pytest

from tests.transactions.trading import Trading

ON = {"effective_date": "2026-01-08"}


@pytest.fixture
def delivered(trading: Trading) -> Trading:
    """Of SO000001 (A 10, HELP 1) 6 A and the help were delivered by DN000001 on 6 January."""
    trading.sell({}, {"item": "HELP", "quantity": 1})
    trading("deliver_goods", order="SO000001", effective_date="2026-01-06",
            lines=[{"line": 1, "quantity": 6}, {"line": 2, "quantity": 1}])  # fmt: skip
    return trading


def test_goods_come_back_once_to_the_cost_at_which_they_went(delivered: Trading) -> None:
    back = {"delivery": "DN000001", "lines": [{"line": 1, "quantity": 4}]}
    refusal = delivered.refused("return_from_customer", **back, effective_date="2026-01-05")
    assert (refusal.fact, refusal.field) == ("ReturnedBeforeDelivery", "effective_date")
    made = delivered("return_from_customer", **back, **ON, external_number="RMA-1", reason="too many")
    assert made["number"] == "CR000001"
    head = delivered.row("document", id=made["id"])
    assert head["origin_document_id"] == delivered.row("document", number="DN000001")["id"]
    assert (head["state"], head["reason"]) == ("done", "too many")
    [move] = delivered.rows("stock_move", move_type="customer_return")
    [origin] = delivered.rows("stock_move", move_type="delivery")
    assert (move["origin_move_id"], move["quantity"]) == (origin["id"], 4 * 10**6)
    assert move["from_location_id"] == delivered.row("location", code="CUSTOMER")["id"]
    assert delivered.stock("A", "MAIN/stock") == 98
    [link] = delivered.links("customer_return")
    assert link == (origin["document_line_id"], made["lines"][0], 4, 0)
    refusal = delivered.refused("return_from_customer", **back, **ON)
    assert (refusal.fact, refusal.field) == ("QuantityExceedsOpen", "lines.0.quantity")
    assert refusal.rule == "2 of line 1 are open, 4 asked"
    delivered("return_from_customer", delivery="DN000001", **ON)  # the rest, but for the service
    assert delivered.stock("A", "MAIN/stock") == 100
    assert delivered.refused("return_from_customer", delivery="DN000001", **ON).fact == "QuantityExceedsOpen"


def test_a_service_does_not_come_back(delivered: Trading) -> None:
    refusal = delivered.refused("return_from_customer", delivery="DN000001", **ON, lines=[{"line": 2, "quantity": 1}])
    assert (refusal.fact, refusal.field) == ("WrongState", "lines.0.quantity")


def test_returned_goods_are_not_delivered_again_nor_invoiced(delivered: Trading) -> None:
    delivered("return_from_customer", delivery="DN000001", **ON, lines=[{"line": 1, "quantity": 2}])
    invoice = delivered("invoice_customer", order="SO000001", invoice_date="2026-01-09")
    assert delivered.amounts(invoice["id"])[0] == 4 * 10 + 10
    delivered("deliver_goods", order="SO000001", effective_date="2026-01-10")
    refusal = delivered.refused("deliver_goods", order="SO000001", effective_date="2026-01-10")
    assert refusal.fact == "QuantityExceedsOpen"
    delivered("invoice_customer", order="SO000001", invoice_date="2026-01-11")
    assert delivered.row("document", number="SO000001")["state"] == "done"  # 10 delivered, 8 invoiced, 2 came back
    delivered(
        "return_from_customer", delivery="DN000002", **ON | {"effective_date": "2026-01-12"}
    )  # it may all the same


def test_an_order_whose_rest_came_back_is_done(delivered: Trading) -> None:
    delivered("deliver_goods", order="SO000001", effective_date="2026-01-07")
    delivered("invoice_customer", order="SO000001", invoice_date="2026-01-07",
              lines=[{"line": 1, "quantity": 7}, {"line": 2, "quantity": 1}])  # fmt: skip
    order = delivered.row("document", number="SO000001")
    assert order["state"] == "confirmed"
    delivered("return_from_customer", delivery="DN000001", **ON, lines=[{"line": 1, "quantity": 3}])
    assert delivered.states(order["id"]) == ["confirmed", "done"]


def test_what_came_back_may_be_inspected_and_go_elsewhere(delivered: Trading) -> None:
    delivered("create_warehouse", code="EAST", name="East")
    made = delivered("return_from_customer", delivery="DN000001", **ON, inspect=True, warehouse="EAST")
    assert delivered.stock("A", "EAST/inspection") == 6
    [inspection] = made["inspections"]
    decision = {"inspection": inspection["number"], "accepted_quantity": 4, "rejected_quantity": 2}
    refusal = delivered.refused("decide_inspection", **decision, disposition="return")
    assert (refusal.fact, refusal.field) == ("NotFromSupplier", "disposition")
    delivered("decide_inspection", **decision, disposition="scrap")
    assert (delivered.stock("A", "EAST/stock"), delivered.stock("A", "EAST/inspection")) == (4, 0)
    origin = delivered.row("document", id=inspection["id"])["origin_document_id"]
    assert origin == made["id"]


def test_lots_come_back_as_they_went(trading: Trading) -> None:
    trading("create_item", code="MILK", name="Milk", unit="l", kind="bought", tracked_by="lot")
    opened = [{"item": "MILK", "quantity": 5, "unit_cost": 1, "lot": lot} for lot in ("L1", "L2")]
    trading("record_opening_stock", effective_date="2026-01-01", lines=opened)
    trading.sell({"item": "MILK", "quantity": 8})
    trading("deliver_goods", order="SO000001", effective_date="2026-01-06")  # 5 of L1, 3 of L2
    back = {"delivery": "DN000001"} | ON
    refusal = trading.refused("return_from_customer", **back, lines=[{"line": 1, "quantity": 4, "lot": "L2"}])
    assert (refusal.fact, refusal.rule) == ("QuantityExceedsOpen", "3 of the lot can come back, 4 asked")
    refusal = trading.refused("return_from_customer", **back, lines=[{"line": 1, "quantity": 4, "lot": "L9"}])
    assert (refusal.fact, refusal.field) == ("NotFound", "lines.0.lot")
    trading("return_from_customer", **back,
            lines=[{"line": 1, "quantity": 2, "lot": "L1"}, {"line": 1, "quantity": 4}])  # fmt: skip
    lots = {row["id"]: row["code"] for row in trading.rows("lot")}
    moves = trading.rows("stock_move", move_type="customer_return")
    assert [(lots[move["lot_id"]], move["quantity"] // 10**6) for move in moves] == [("L1", 2), ("L2", 3), ("L1", 1)]
