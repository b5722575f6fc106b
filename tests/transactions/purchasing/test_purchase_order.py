"""From requisition to bill: receipts in parts, bills before and after them, prices stated, requisitions taken up."""

from decimal import Decimal
from typing import Any

import pytest

from tests.transactions.acting import Acting
from tests.transactions.trading import Trading
from transactions import Door
from transactions.kernel.clock import SetClock


def test_a_receipt_moves_goods_and_links_both_ways(trading: Trading) -> None:
    order = trading.buy({}, {"item": "B", "quantity": 3}, confirm=False)
    assert order["number"] is None
    assert trading.refused("receive_goods", order=order["id"], effective_date="2026-01-06").fact == "WrongState"
    assert trading("confirm_purchase_order", order=order["id"])["number"] == "PO000001"
    assert trading.refused("confirm_purchase_order", order="PO000001").fact == "WrongState"
    first = trading(
        "receive_goods", order="PO000001", effective_date="2026-01-06", lines=[{"line": 1, "quantity": 4}],
        external_number="LS-1",
    )  # fmt: skip
    refusal = trading.refused(
        "receive_goods", order="PO000001", effective_date="2026-01-07", lines=[{"line": 1, "quantity": 7}]
    )
    assert (refusal.fact, refusal.rule) == ("QuantityExceedsOpen", "6 of line 1 are open, 7 asked")
    rest = trading("receive_goods", order="PO000001", effective_date="2026-01-08")
    assert [link[2] for link in trading.links("receipt")] == [4, 6, 3]
    assert [link[1] for link in trading.links("receipt")] == first["lines"] + rest["lines"]
    assert trading.stock("A", "MAIN/stock") == 110
    assert trading.balance("inventory") == 0  # only settlement moves inventory value
    assert trading.refused("cancel_purchase_order", order="PO000001").fact == "WrongState"
    trading("close_purchase_order", order="PO000001", effective_date="2026-01-09")
    assert trading.states(order["id"]) == ["draft", "confirmed", "done"]
    assert trading.refused("receive_goods", order="PO000001", effective_date="2026-01-09").fact == "WrongState"
    assert trading.refused("close_purchase_order", order="PO000001", effective_date="2026-01-09").fact == "WrongState"


@pytest.mark.parametrize("last", ["receive_goods", "bill_supplier", "return_to_supplier", "amend_purchase_order"])
def test_an_order_is_done_when_all_is_received_and_billed_or_sent_back(trading: Trading, last: str) -> None:
    order = trading.buy({}, {"item": "HELP", "quantity": 1})
    steps: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "receive_goods": [("bill_supplier", {"bill_date": "2026-01-06"}), ("receive_goods", {})],
        "bill_supplier": [("receive_goods", {}), ("bill_supplier", {"bill_date": "2026-01-06"})],
        "return_to_supplier": [
            ("receive_goods", {"external_number": "LS"}),
            ("bill_supplier", {"bill_date": "2026-01-06",
                               "lines": [{"line": 1, "quantity": 7}, {"line": 2, "quantity": 1}]}),
            ("return_to_supplier", {"lines": [{"line": 1, "quantity": 3}]}),
        ],
        "amend_purchase_order": [
            ("receive_goods", {"lines": [{"line": 1, "quantity": 6}, {"line": 2, "quantity": 1}]}),
            ("bill_supplier", {"bill_date": "2026-01-06"}),
            ("amend_purchase_order", {"lines": [{"line": 1, "quantity": 6}], "reason": "that is all"}),
        ],
    }  # fmt: skip
    for command, data in steps[last]:
        assert trading.states(order["id"]) == ["confirmed"]
        on = {} if "bill_date" in data else {"effective_date": "2026-01-07"}
        named = {"receipt": "LS"} if command == "return_to_supplier" else {"order": "PO000001"}
        trading(command, **named, **on, **data)
    assert trading.states(order["id"]) == ["confirmed", "done"]
    trading("close_purchase_order", order="PO000001", effective_date="2026-01-09")  # it is, by itself
    assert trading.states(order["id"]) == ["confirmed", "done"]


def test_an_order_waits_for_its_inspections(trading: Trading) -> None:
    order = trading.buy()
    trading("receive_goods", order="PO000001", effective_date="2026-01-06", inspect=True)
    trading("bill_supplier", order="PO000001", bill_date="2026-01-06")
    assert trading.states(order["id"]) == ["confirmed"]
    trading("decide_inspection", inspection="QI000001", accepted_quantity=9, rejected_quantity=1, disposition="return",
            effective_date="2026-01-08")  # fmt: skip
    assert trading.states(order["id"]) == ["confirmed", "done"]


def test_before_any_receipt_a_bill_takes_the_whole_order(trading: Trading) -> None:
    order = trading.buy()
    bill = trading("bill_supplier", order="PO000001", bill_date="2026-01-06")
    assert trading.amounts(bill["id"]) == trading.amounts(order["id"])


def test_a_bill_takes_what_was_received_and_not_sent_back_unless_lines_say_more(trading: Trading) -> None:
    trading.buy({"tax_code": "VAT"})
    receipt = trading(
        "receive_goods", order="PO000001", effective_date="2026-01-06", lines=[{"line": 1, "quantity": 6}]
    )
    trading("return_to_supplier", receipt=receipt["number"], effective_date="2026-01-07",
            lines=[{"line": 1, "quantity": 2}])  # fmt: skip
    bill = trading("bill_supplier", order="PO000001", bill_date="2026-01-08", external_number="R 1")
    assert trading.amounts(bill["id"]) == (20, 2, 0, 22)
    assert trading.refused("bill_supplier", order="PO000001", bill_date="2026-01-08").fact == "NothingToBill"
    ahead = trading("bill_supplier", order="PO000001", bill_date="2026-01-08", lines=[{"line": 1, "quantity": 6}])
    assert trading.amounts(ahead["id"]) == (30, 3, 0, 33)
    refusal = trading.refused(
        "bill_supplier", order="PO000001", bill_date="2026-01-08", lines=[{"line": 1, "quantity": "0.5"}]
    )
    assert refusal.fact == "QuantityExceedsOpen"
    assert trading.balance("goods_received_not_billed") == 50
    assert (trading.balance("input_tax"), trading.balance("payables")) == (5, -55)
    trading("close_purchase_order", order="PO000001", effective_date="2026-01-09")
    refusal = trading.refused("bill_supplier", order="PO000001", bill_date="2026-01-09", external_number="R 1",
                              lines=[{"line": 1, "quantity": 1}])  # fmt: skip
    assert refusal.fact == "QuantityExceedsOpen"


def test_a_bill_states_its_own_price_amount_and_tax(shop: Trading) -> None:
    shop.buy({"quantity": 2, "unit": "box", "unit_price": 60, "discount_rate": "0.5"}, {"item": "HELP", "quantity": 1})
    bill = shop(
        "bill_supplier", order="PO000001", bill_date="2026-01-08", tax_amount="1.01", due_date="2026-01-31",
        lines=[
            {"line": 1, "quantity": "0.5", "unit_price": 66},
            {"line": 1, "quantity": "0.5", "net_amount": "17.77", "unit_price": "35.54"},
            {"line": 1, "quantity": 1},
            {"line": 2, "quantity": 1, "unit_price": "5.55"},
        ],
    )  # fmt: skip
    lines = shop.rows("document_line", document_id=bill["id"])
    assert [line["net_amount"] for line in lines] == [1650, 1777, 3000, 555]
    assert [line["entered_quantity"] for line in lines] == [500_000, 500_000, 10**6, 10**6]
    assert sum(line["tax_amount"] for line in lines) == 101
    assert shop.balance("service_expense") == Decimal("5.55")
    assert shop.balance("goods_received_not_billed") == Decimal("64.27")
    assert [amount for *_, amount in shop.links("bill")] == [
        Decimal(amount) for amount in ("16.5", "17.77", "30", "5.55")
    ]


def test_a_free_line_is_billed_for_nothing(shop: Trading) -> None:
    shop.buy({"unit_price": 0})
    shop("receive_goods", order="PO000001", effective_date="2026-01-06")
    assert shop("bill_supplier", order="PO000001", bill_date="2026-01-06")["gross_amount"] == "0"
    assert shop.rows("journal_entry") == []


def test_a_service_is_received_without_a_move_and_cannot_be_sent_back(shop: Trading) -> None:
    shop.buy({"item": "HELP", "quantity": 2}, {})
    moves = len(shop.rows("stock_move"))
    receipt = shop("receive_goods", order="PO000001", effective_date="2026-01-06", inspect=True)
    assert len(receipt["inspections"]) == 1
    assert len(shop.rows("stock_move")) == moves + 1
    refusal = shop.refused(
        "return_to_supplier", receipt=receipt["id"], effective_date="2026-01-06", lines=[{"line": 1, "quantity": 1}]
    )
    assert refusal.fact == "WrongState"


def test_a_requisition_is_taken_up_and_asked_for_again_when_the_order_is_cancelled(trading: Trading) -> None:
    wanted = [
        {"item": "A", "quantity": 30, "needed_date": "2026-02-01"},
        {"item": "B", "quantity": 5, "needed_date": "2026-02-01"},
    ]
    requisition = trading("create_purchase_requisition", lines=wanted)
    number = requisition["number"]
    trading.buy({"quantity": 2, "unit": "box", "requisition": number})
    trading.buy({"item": "B", "quantity": 9, "requisition": number, "requisition_line": 2}, {"quantity": 1})
    assert [link[2] for link in trading.links("requisition")] == [24, 5]
    line = {"item": "B", "quantity": 1, "unit_price": 1, "requisition": number}
    order = {"supplier": "SUP", "order_date": "2026-01-05"}
    for change, fact in (({}, "NotFound"), ({"requisition_line": 2}, "QuantityExceedsOpen"),
                         ({"requisition_line": 7}, "NotFound")):  # fmt: skip
        refusal = trading.refused("create_purchase_order", **order, lines=[line | change])
        assert (refusal.fact, refusal.field) == (fact, "lines.0.requisition_line")
    trading.buy({"quantity": 6, "requisition": number})
    assert trading.states(requisition["id"]) == ["confirmed", "done"]
    trading("cancel_purchase_order", order="PO000001")
    assert [link[2] for link in trading.links("requisition")] == [24, 5, 6, -24]
    assert trading.states(requisition["id"]) == ["confirmed", "done", "confirmed"]
    trading.buy({"quantity": 24, "requisition": number})
    assert trading.states(requisition["id"])[-1] == "done"


def test_a_foreign_order_needs_a_rate_on_the_day(shop: Trading) -> None:
    shop.buy(supplier="EUS")
    assert shop.row("document", document_type="purchase_order")["exchange_rate"] == 1_100_000_000
    refusal = shop.refused(
        "create_purchase_order", supplier="SUP", order_date="2026-01-05", currency="CHF",
        lines=[{"item": "A", "quantity": 1, "unit_price": 1}],
    )  # fmt: skip
    assert (refusal.fact, refusal.field) == ("RateIsMissing", "currency")
    assert shop.refused(
        "create_purchase_order", supplier="EUS", order_date="2025-12-31",
        lines=[{"item": "A", "quantity": 1, "unit_price": 1}],
    ).fact == "RateIsMissing"  # fmt: skip
    assert shop.refused("set_exchange_rate", currency="USD", rate=1, effective_date="2026-01-01").fact == (
        "CurrencyIsTheCompanys"
    )


@pytest.mark.parametrize("rates", [("1.1", "1.25"), ("0.333333333", "7.7")])
def test_a_foreign_bill_is_posted_at_its_own_rate(shop: Trading, rates: tuple[str, str]) -> None:
    shop("set_exchange_rate", currency="EUR", rate=rates[0], effective_date="2026-01-02")
    shop("set_exchange_rate", currency="EUR", rate=rates[1], effective_date="2026-01-20")
    shop.buy({"unit_price": "3.33"}, {"item": "B", "unit_price": "1.11"}, supplier="EUS", tax_amount="1.23")
    shop("receive_goods", order="PO000001", effective_date="2026-01-06")
    shop("bill_supplier", order="PO000001", bill_date="2026-01-21")
    rate = Decimal(rates[1])
    assert shop.balance("payables", document_currency=True) == Decimal("-45.63")
    parts = [(amount * rate).quantize(Decimal("0.01")) for amount in map(Decimal, ("33.3", "11.1", "1.23"))]
    assert -shop.balance("payables") == sum(parts)
    assert [amount for *_, amount in shop.links("bill")] == parts[:2]


def test_a_requisition_is_not_younger_than_its_need(trading: Trading) -> None:
    wanted = [{"item": "A", "quantity": 1, "needed_date": day} for day in ("2026-03-02", "2026-02-02")]
    made = trading("create_purchase_requisition", lines=wanted)
    assert str(trading.row("document", id=made["id"])["effective_date"]) == "2026-02-02"


def test_goods_wait_for_no_inspection_before_one_can_be_decided(sqlite_door: Door, clock: SetClock) -> None:
    trader = Acting(sqlite_door, clock)
    at = {"company": "SHOP"}
    trader("create_company", code="SHOP", name="Shop", currency="USD", stage=2)
    trader("create_warehouse", code="STORE", name="Store", **at)
    trader("create_item", code="A", name="A", unit="pcs", kind="bought")
    trader("create_partner", code="BOTH", name="Both", is_supplier=True, is_customer=True)
    line = {"item": "A", "quantity": 10, "unit_price": 5}
    trader("create_purchase_order", supplier="BOTH", order_date="2026-01-05", lines=[line], confirm=True, **at)
    receipt = {"order": "PO000001", "effective_date": "2026-01-06", **at}
    refusal = trader.refused("receive_goods", **receipt, inspect=True)
    assert (refusal.fact, refusal.field, refusal.value) == ("StageIsOff", "inspect", True)
    assert refusal.rule == "inspections are decided from stage 3 (make) on; until then goods go straight into stock"
    trader("receive_goods", **receipt)
    trader("create_sales_order", customer="BOTH", order_date="2026-01-07", lines=[line], confirm=True, **at)
    trader("deliver_goods", order="SO000001", effective_date="2026-01-08", **at)
    back = {"delivery": "DN000001", "effective_date": "2026-01-09", **at}
    assert trader.refused("return_from_customer", **back, inspect=True).field == "inspect"
    trader("return_from_customer", **back)
    assert trader.stock("A", "STORE/stock") == 10
