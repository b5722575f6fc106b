"""Inspection with each disposition, goods sent back, charges spread over receipts."""

from decimal import Decimal
from typing import Any

import pytest

from tests.transactions.trading import Trading


def _receive(trading: Trading, *, inspect: bool = False, quantity: object = 10) -> dict[str, Any]:
    trading.buy({"quantity": quantity})
    order = trading.rows("document", document_type="purchase_order")[-1]["number"]
    return trading("receive_goods", order=order, effective_date="2026-01-06", inspect=inspect)


def _decide(
    trading: Trading, accepted: object, rejected: object, disposition: str | None = None, **data: Any
) -> dict[str, Any]:
    return trading("decide_inspection", **{"inspection": "QI000001", "effective_date": "2026-01-07"} | data,
                   accepted_quantity=accepted, rejected_quantity=rejected, disposition=disposition)  # fmt: skip


def test_inspected_goods_lie_blocked_until_they_are_accepted(trading: Trading) -> None:
    receipt = _receive(trading, inspect=True)
    assert receipt["inspections"][0]["number"] == "QI000001"
    assert trading.stock("A", "MAIN/stock") == 100
    assert trading.stock("A", "MAIN/inspection") == 10
    refusal = trading.refused("decide_inspection", inspection="QI000001", accepted_quantity=8, rejected_quantity=1)
    assert (refusal.fact, refusal.field) == ("QuantitiesDoNotAddUp", "accepted_quantity")
    refusal = trading.refused("decide_inspection", inspection="QI000001", accepted_quantity=8, rejected_quantity=2)
    assert (refusal.fact, refusal.field) == ("DispositionIsMissing", "disposition")
    refusal = trading.refused("decide_inspection", inspection="QI000001", accepted_quantity=10, rejected_quantity=0,
                              effective_date="2026-01-05")  # fmt: skip
    assert (refusal.fact, refusal.field) == ("DecidedBeforeReceipt", "effective_date")
    _decide(trading, 10, 0, "rework", inspection=receipt["number"])  # nothing is rejected, so nothing is reworked
    assert trading.stock("A", "MAIN/stock") == 110
    assert trading.stock("A", "MAIN/inspection") == 0
    inspection = trading.row("document", number="QI000001")
    assert (inspection["state"], inspection["origin_document_id"]) == ("done", receipt["id"])
    assert trading.links("inspection")[0][0] == receipt["lines"][0]
    assert trading.refused(
        "decide_inspection", inspection="QI000001", accepted_quantity=0, rejected_quantity=0
    ).fact == "WrongState"  # fmt: skip


@pytest.mark.parametrize(
    ("disposition", "stock", "blocked", "moves"),
    [
        ("accept", 110, 0, ["inspection"]),
        ("scrap", 107, 0, ["inspection", "scrap"]),
        ("return", 107, 0, ["inspection", "supplier_return"]),
        ("rework", 107, 3, ["inspection"]),
    ],
)
def test_what_becomes_of_the_rejected(
    shop: Trading, disposition: str, stock: int, blocked: int, moves: list[str]
) -> None:
    _receive(shop, inspect=True)
    answer = _decide(shop, 7, 3, disposition)
    assert (shop.stock("A", "MAIN/stock"), shop.stock("A", "MAIN/inspection")) == (stock, blocked)
    assert [move["move_type"] for move in shop.rows("stock_move")][3:] == moves
    detail = shop.row("inspection")
    assert detail["disposition"] == disposition
    if disposition == "return":
        assert answer["supplier_return"] == "SR000001"
        receipt_move, returned = shop.rows("stock_move", move_type="receipt") + shop.rows(
            "stock_move", move_type="supplier_return"
        )
        assert returned["origin_move_id"] == receipt_move["id"]
    if disposition == "rework":
        assert shop.row("document", number="QI000001")["state"] == "confirmed"
        _decide(shop, 2, 1, "scrap", effective_date="2026-01-09")
        assert (shop.stock("A", "MAIN/stock"), shop.stock("A", "MAIN/inspection")) == (109, 0)
        detail = shop.row("inspection")
        assert (detail["accepted_quantity"], detail["rejected_quantity"]) == (9 * 10**6, 10**6)
    assert shop.row("document", number="QI000001")["state"] == "done"


def test_an_inspection_is_named_by_its_number_or_its_receipts(shop: Trading) -> None:
    shop.buy({}, {"item": "B"})
    receipt = shop("receive_goods", order="PO000001", effective_date="2026-01-06", inspect=True, external_number="LS")
    assert [row["external_number"] for row in shop.rows("document", document_type="inspection")] == ["LS-1", "LS-2"]
    decision = {"accepted_quantity": 10, "rejected_quantity": 0}
    for reference in ("LS", "GR000001", "nothing"):
        assert shop.refused("decide_inspection", inspection=reference, **decision).fact == "NotFound"
    shop("decide_inspection", inspection="LS-2", **decision)
    assert shop("decide_inspection", inspection=receipt["number"], **decision)["number"] == "QI000001"


def test_goods_go_back_from_stock_once_and_not_before_they_came(trading: Trading) -> None:
    receipt = _receive(trading)
    back = {"receipt": receipt["number"], "lines": [{"line": 1, "quantity": 4}]}
    refusal = trading.refused("return_to_supplier", effective_date="2026-01-05", **back)
    assert (refusal.fact, refusal.field) == ("ReturnedBeforeReceipt", "effective_date")
    returned = trading("return_to_supplier", effective_date="2026-01-07", **back, reason="bent")
    assert trading.stock("A", "MAIN/stock") == 106
    assert trading.links("supplier_return") == [(receipt["lines"][0], returned["lines"][0], 4, 0)]
    refusal = trading.refused("return_to_supplier", effective_date="2026-01-07", receipt=receipt["number"],
                              lines=[{"line": 1, "quantity": 7}])  # fmt: skip
    assert (refusal.fact, refusal.rule) == ("QuantityExceedsOpen", "6 of line 1 are open, 7 asked")
    trading("return_to_supplier", effective_date="2026-01-08", receipt=receipt["number"])
    assert trading.stock("A", "MAIN/stock") == 100
    # what went back is neither expected nor billed again
    assert trading.refused("receive_goods", order="PO000001", effective_date="2026-01-09").fact == "WrongState"
    assert trading.refused("bill_supplier", order="PO000001", bill_date="2026-01-09").fact == "NothingToBill"


def test_goods_that_wait_for_their_inspection_are_not_at_hand(shop: Trading) -> None:
    receipt = _receive(shop, inspect=True)
    back = {"receipt": receipt["number"], "effective_date": "2026-01-08"}
    assert shop.refused("return_to_supplier", **back).fact == "QuantityExceedsOpen"
    _decide(shop, 5, 5, "rework")
    refusal = shop.refused("return_to_supplier", **back, lines=[{"line": 1, "quantity": 6}])
    assert refusal.rule == "5 of line 1 are open, 6 asked"
    _decide(shop, 2, 3, "scrap")
    refusal = shop.refused("return_to_supplier", **back, lines=[{"line": 1, "quantity": 8}])
    assert refusal.rule == "7 of line 1 are open, 8 asked"
    shop("return_to_supplier", **back)
    assert shop.stock("A", "MAIN/stock") == 100


def test_a_charge_is_spread_by_value_weight_or_quantity_to_the_last_cent(trading: Trading) -> None:
    trading("create_item", code="L", name="Light", unit="pcs", kind="bought", weight="0.01")
    trading.buy({"quantity": 3, "unit_price": 7}, {"item": "L", "quantity": 6, "unit_price": "0.5"},
                {"item": "HELP", "quantity": 1})  # fmt: skip
    receipt = trading("receive_goods", order="PO000001", effective_date="2026-01-06")["number"]
    charge = {"receipts": [receipt], "bill_date": "2026-01-10", "supplier": "SUP"}
    expected = {"value": ("87.51", "12.5"), "weight": ("96.16", "3.85"), "quantity": ("33.34", "66.67")}
    for basis in expected:
        trading("add_landed_cost", **charge, amount="100.01", basis=basis, tax_amount="1", external_number=basis)
    shares = [amount for *_, amount in trading.links("landed_cost")]
    assert shares == [Decimal(amount) for pair in expected.values() for amount in pair]
    assert trading.balance("landed_cost_clearing") == Decimal("300.03")
    assert (trading.balance("input_tax"), trading.balance("payables")) == (3, Decimal("-303.03"))
    paid = trading("pay_supplier", supplier="SUP", effective_date="2026-02-10", amount="101.01",
                   allocations=[{"invoice": "weight", "amount": "101.01"}])  # fmt: skip
    assert paid["advance"] == "0"


def test_by_value_means_by_what_the_goods_cost_as_known_when_the_charge_is_recorded(trading: Trading) -> None:
    """Billed where it is billed, less what was allowed off the price; else at the order's price and receipt's rate."""
    trading.buy({"quantity": 4, "unit_price": 5}, {"item": "B", "quantity": 2, "unit_price": 10})
    for lines in ([{"line": 1, "quantity": 2}], [{"line": 1, "quantity": 2}, {"line": 2, "quantity": 2}]):
        trading("receive_goods", order="PO000001", effective_date="2026-01-06", lines=lines)
    charge = {"receipts": ["GR000001", "GR000002"], "bill_date": "2026-01-10", "supplier": "SUP"}
    trading("add_landed_cost", **charge, amount=40)  # 10, 10 and 20 as ordered
    trading("bill_supplier", order="PO000001", bill_date="2026-01-11", external_number="R1",
            lines=[{"line": 1, "quantity": 3, "unit_price": 10}])  # fmt: skip
    trading("add_landed_cost", **charge, amount=55)  # 20, 10 + 5 and 20
    trading("debit_supplier", bill="R1", effective_date="2026-01-12", lines=[{"line": 1, "amount": 15}])
    trading("add_landed_cost", **charge, amount=40)  # 10, 5 + 5 and 20
    trading("return_to_supplier", receipt="GR000001", effective_date="2026-01-12")
    trading("add_landed_cost", **charge, amount=30)  # nothing of the first; the bill covers the second: 10 and 20
    assert [amount for *_, amount in trading.links("landed_cost")] == [10, 10, 20, 20, 15, 20, 10, 10, 20, 10, 20]


def test_a_charge_needs_goods_and_their_weight(shop: Trading) -> None:
    shop.buy({"item": "B"})
    receipt = shop("receive_goods", order="PO000001", effective_date="2026-01-06")["number"]
    charge = {"bill_date": "2026-01-10", "supplier": "SUP", "amount": 5}
    refusal = shop.refused("add_landed_cost", **charge, receipts=[receipt], basis="weight")
    assert (refusal.fact, refusal.value) == ("WeightIsMissing", "B")
    assert shop.refused("add_landed_cost", **charge, receipts=[receipt, receipt]).fact == "ReceiptIsNamedTwice"
    refusal = shop.refused("add_landed_cost", **charge | {"amount": "0.001"}, receipts=[receipt])
    assert (refusal.fact, refusal.field) == ("AmountIsTooFine", "amount")
    shop("return_to_supplier", receipt=receipt, effective_date="2026-01-07")
    assert shop.refused("add_landed_cost", **charge, receipts=[receipt]).fact == "NoGoodsReceived"


def test_a_weight_that_is_said_later_weighs_in_later_charges_only(trading: Trading) -> None:
    trading.buy({"quantity": 2}, {"item": "B", "quantity": 3})
    receipt = trading("receive_goods", order="PO000001", effective_date="2026-01-06")["number"]
    charge = {"receipts": [receipt], "bill_date": "2026-01-10", "supplier": "SUP", "amount": 100, "basis": "weight"}
    trading("change_item", item="A", weight=1)
    assert trading.refused("add_landed_cost", **charge).value == "B"
    trading("change_item", item="B", weight="0.1", name="Bee")
    trading("add_landed_cost", **charge)  # 2 × 1 and 3 × 0.1
    trading("change_item", item="A", weight="0.1")
    trading("change_item", item="B", category="Light")
    trading("add_landed_cost", **charge)  # 2 × 0.1 and 3 × 0.1
    assert [str(amount) for *_, amount in trading.links("landed_cost")] == ["86.96", "13.04", "40", "60"]
    assert (trading.row("item", code="B")["name"], trading.row("item", code="B")["extra"]) == ("Bee", {"weight": "0.1"})
    assert trading.refused("change_item", item="A", weight=0).field == "weight"
    record = trading.rows("audit_record", command="change_item")[0]
    assert '"before":{"extra":{"weight":"0.5"}},"after":{"extra":{"weight":"1"}}' in record["changes"]


def test_a_charge_in_euros_is_spread_in_company_currency(shop: Trading) -> None:
    shop.buy({}, {"item": "B", "unit_price": 5})
    receipt = shop("receive_goods", order="PO000001", effective_date="2026-01-06")["number"]
    shop(
        "add_landed_cost", receipts=[receipt], bill_date="2026-02-10", supplier="EUS", amount="0.33", tax_amount="0.07"
    )
    assert [amount for *_, amount in shop.links("landed_cost")] == [Decimal("0.21"), Decimal("0.20")]
    assert shop.balance("landed_cost_clearing") == Decimal("0.41")
    assert shop.balance("payables", document_currency=True) == Decimal("-0.40")
