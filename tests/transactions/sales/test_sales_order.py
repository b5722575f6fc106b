"""From order to invoice: states, partial quantities, links both ways, shares that add up, what is refused."""

from datetime import date
from decimal import Decimal

import pytest

from tests.transactions.trading import Trading


def test_a_draft_has_no_number_and_a_confirmed_order_is_done_when_delivered_and_invoiced(trading: Trading) -> None:
    made = trading.sell(confirm=False)
    assert made["number"] is None
    assert trading.refused("deliver_goods", order=made["id"], effective_date="2026-01-06").fact == "WrongState"
    assert trading("confirm_sales_order", order=made["id"])["number"] == "SO000001"
    assert trading.refused("confirm_sales_order", order="SO000001").fact == "WrongState"
    delivery = trading("deliver_goods", order="SO000001", effective_date="2026-01-06")
    assert trading.row("document", id=made["id"])["state"] == "confirmed"
    invoice = trading("invoice_customer", order="SO000001", invoice_date="2026-01-07")
    assert trading.states(made["id"]) == ["draft", "confirmed", "done"]
    assert trading.states(delivery["id"]) == trading.states(invoice["id"]) == ["done"]
    assert trading.rows("document_event", document_id=made["id"])[-1]["effective_date"] == date(2026, 1, 7)
    assert trading.stock("A", "MAIN/stock") == 90
    [(order_line, delivery_line, quantity, _amount)] = trading.links("delivery")
    assert ([order_line], [delivery_line], quantity) == (made["lines"], delivery["lines"], 10)
    [(order_line, _invoice_line, quantity, amount)] = trading.links("invoice")
    assert (order_line, quantity, amount) == (made["lines"][0], 10, 100)
    assert trading.row("document", id=invoice["id"])["due_date"] == date(2026, 2, 6)
    for command, data in (
        ("deliver_goods", {"effective_date": "2026-01-08"}),
        ("invoice_customer", {"invoice_date": "2026-01-08"}),
        ("cancel_sales_order", {}),
    ):
        assert trading.refused(command, order="SO000001", **data).fact == "WrongState"


def test_an_order_is_delivered_in_parts_and_not_beyond_what_is_open(trading: Trading) -> None:
    trading.sell({}, {"item": "B", "quantity": 4})
    trading("deliver_goods", order="SO000001", effective_date="2026-01-06", lines=[{"line": 1, "quantity": 7}])
    refusal = trading.refused(
        "deliver_goods", order="SO000001", effective_date="2026-01-07",
        lines=[{"line": 1, "quantity": 2}, {"line": 1, "quantity": 2}],
    )  # fmt: skip
    assert (refusal.fact, refusal.field) == ("QuantityExceedsOpen", "lines.1.quantity")
    assert refusal.rule == "1 of line 1 are open, 2 asked"
    refusal = trading.refused(
        "deliver_goods", order="SO000001", effective_date="2026-01-07", lines=[{"line": 3, "quantity": 1}]
    )
    assert (refusal.fact, refusal.field) == ("NotFound", "lines.0.line")
    rest = trading("deliver_goods", order="SO000001", effective_date="2026-01-08")
    assert [line["quantity"] for line in trading.rows("document_line", document_id=rest["id"])] == [
        3 * 10**6,
        4 * 10**6,
    ]
    refusal = trading.refused("deliver_goods", order="SO000001", effective_date="2026-01-09")
    assert (refusal.fact, refusal.field) == ("QuantityExceedsOpen", "lines")


def test_what_is_not_in_stock_is_not_delivered(shop: Trading) -> None:
    shop.sell({"quantity": 101})
    refusal = shop.refused("deliver_goods", order="SO000001", effective_date="2026-01-06")
    assert refusal.fact == "StockWouldGoNegative"
    assert refusal.rule == "100 of A in MAIN, 101 asked"


def test_a_service_is_delivered_without_a_move(shop: Trading) -> None:
    shop.sell({"item": "HELP", "quantity": "1.5"})
    moves = len(shop.rows("stock_move"))
    shop("deliver_goods", order="SO000001", effective_date="2026-01-06")
    assert len(shop.rows("stock_move")) == moves
    shop("invoice_customer", order="SO000001", invoice_date="2026-01-06")
    assert shop.row("document", document_type="sales_order")["state"] == "done"


@pytest.mark.parametrize("parts", [[3, 3, 4], [1] * 10, ["0.000001", "9.999999"], [10]])
def test_the_shares_of_invoices_add_up_to_the_order(shop: Trading, parts: list[object]) -> None:
    made = shop.sell(
        {"unit_price": "3.333333", "discount_rate": "0.07", "tax_code": "VAT"}, tax_amount="3.11", freight="7.77"
    )
    order = shop.amounts(made["id"])
    assert order == (Decimal("31.00"), Decimal("3.11"), Decimal("7.77"), Decimal("41.88"))
    invoices = [
        shop("invoice_customer", order="SO000001", invoice_date="2026-01-07", lines=[{"line": 1, "quantity": part}])
        for part in parts
    ]
    amounts = [shop.amounts(invoice["id"]) for invoice in invoices]
    assert tuple(sum(column) for column in zip(*amounts, strict=True)) == order
    assert [freight for _net, _tax, freight, _gross in amounts] == [Decimal("7.77")] + [0] * (len(parts) - 1)
    assert shop.balance("receivables") == Decimal("41.88")
    assert (shop.balance("revenue"), shop.balance("freight_revenue")) == (Decimal(-31), Decimal("-7.77"))
    assert shop.balance("output_tax") == Decimal("-3.11")
    assert sum(amount for *_, amount in shop.links("invoice")) == 31
    refusal = shop.refused("invoice_customer", order="SO000001", invoice_date="2026-01-07")
    assert refusal.fact == "NothingToInvoice"


def test_tax_is_rounded_once_for_each_tax_code(shop: Trading) -> None:
    made = shop.sell(*[{"quantity": 1, "unit_price": "0.33", "tax_code": "VAT"}] * 3, {"quantity": 1, "unit_price": 1})
    assert shop.amounts(made["id"]) == (Decimal("1.99"), Decimal("0.10"), 0, Decimal("2.09"))
    lines = shop.rows("document_line", document_id=made["id"])
    assert [line["tax_amount"] for line in lines] == [4, 3, 3, 0]


def test_before_any_delivery_an_invoice_takes_the_whole_order(shop: Trading) -> None:
    made = shop.sell()
    invoice = shop("invoice_customer", order="SO000001", invoice_date="2026-01-05")
    assert shop.amounts(invoice["id"]) == shop.amounts(made["id"])


def test_an_invoice_takes_what_was_delivered_unless_lines_say_more(shop: Trading) -> None:
    shop.sell()
    shop("deliver_goods", order="SO000001", effective_date="2026-01-06", lines=[{"line": 1, "quantity": 4}])
    first = shop("invoice_customer", order="SO000001", invoice_date="2026-01-07")
    assert first["gross_amount"] == "40"
    ahead = shop(
        "invoice_customer", order="SO000001", invoice_date="2026-01-08", lines=[{"line": 1, "quantity": 6}],
        due_date="2026-03-01", external_number="R-2",
    )  # fmt: skip
    assert ahead["gross_amount"] == "60"
    refusal = shop.refused(
        "invoice_customer", order="SO000001", invoice_date="2026-01-08", lines=[{"line": 1, "quantity": 1}]
    )
    assert refusal.fact == "QuantityExceedsOpen"
    shop("deliver_goods", order="SO000001", effective_date="2026-01-09")
    assert shop.row("document", document_type="sales_order")["state"] == "done"


def test_free_goods_and_a_discount_of_everything_are_invoiced_for_nothing(shop: Trading) -> None:
    shop.sell({"unit_price": 0}, {"item": "B", "discount_rate": 1, "tax_code": "VAT"})
    shop("deliver_goods", order="SO000001", effective_date="2026-01-06")
    invoice = shop("invoice_customer", order="SO000001", invoice_date="2026-01-06")
    assert invoice["gross_amount"] == "0"
    assert shop.rows("journal_entry") == []
    assert shop.row("document", document_type="sales_order")["state"] == "done"
    payment = shop("receive_payment", customer="CUS", effective_date="2026-01-07", amount=1)
    assert payment["advance"] == "1"


def test_an_alternative_unit_is_exact_in_base_units(shop: Trading) -> None:
    made = shop.sell({"quantity": "2.5", "unit": "box", "unit_price": 24})
    line = shop.row("document_line", document_id=made["id"])
    assert (line["quantity"], line["entered_quantity"], line["net_amount"]) == (30 * 10**6, 2_500_000, 6000)
    delivery = shop(
        "deliver_goods", order="SO000001", effective_date="2026-01-06", lines=[{"line": 1, "quantity": "0.25"}]
    )
    assert shop.row("document_line", document_id=delivery["id"])["quantity"] == 3 * 10**6
    first = shop("invoice_customer", order="SO000001", invoice_date="2026-01-06")
    assert first["gross_amount"] == "6"
    rest = shop(
        "invoice_customer", order="SO000001", invoice_date="2026-01-06", lines=[{"line": 1, "quantity": "2.25"}]
    )
    lines = [shop.row("document_line", document_id=invoice["id"]) for invoice in (first, rest)]
    assert [(line["entered_quantity"], line["net_amount"]) for line in lines] == [(250_000, 600), (2_250_000, 5400)]
    refusal = shop.refused(
        "create_sales_order", customer="CUS", order_date="2026-01-05",
        lines=[{"item": "A", "quantity": 1, "unit": "third", "unit_price": 1}],
    )  # fmt: skip
    assert (refusal.fact, refusal.field) == ("QuantityIsTooFine", "lines.0.quantity")
    assert (
        shop.refused(
            "create_sales_order", customer="CUS", order_date="2026-01-05",
            lines=[{"item": "A", "quantity": 1, "unit": "pallet", "unit_price": 1}],
        ).field
        == "lines.0.unit"
    )  # fmt: skip


def test_amounts_are_not_finer_than_the_currency_and_not_larger_than_the_ledgers(trading: Trading) -> None:
    order = {"customer": "CUS", "order_date": "2026-01-05"}
    line = {"item": "A", "quantity": 1, "unit_price": 1}
    refusal = trading.refused("create_sales_order", **order, freight="0.001", lines=[line])
    assert (refusal.fact, refusal.field) == ("AmountIsTooFine", "freight")
    refusal = trading.refused("create_sales_order", **order, lines=[line | {"net_amount": "0.001"}])
    assert refusal.field == "lines.0.net_amount"
    refusal = trading.refused("create_sales_order", **order, lines=[line | {"quantity": 10**12, "unit_price": 10**12}])
    assert refusal.fact == "NumberIsTooLarge"
    trading.sell()


def test_an_order_is_cancelled_before_anything_happened_and_keeps_its_number(trading: Trading) -> None:
    draft, order = trading.sell(confirm=False), trading.sell()
    assert trading("cancel_sales_order", order=draft["id"])["number"] is None
    assert trading("cancel_sales_order", order="SO000001", effective_date="2026-02-01")["number"] == "SO000001"
    assert trading.states(order["id"]) == ["confirmed", "cancelled"]
    for command, data in (
        ("deliver_goods", {"effective_date": "2026-02-01"}),
        ("invoice_customer", {"invoice_date": "2026-02-01"}),
        ("amend_sales_order", {"lines": [{"line": 1, "quantity": 1}], "reason": "?"}),
        ("cancel_sales_order", {}),
    ):
        assert trading.refused(command, order="SO000001", **data).fact == "WrongState"
    trading.sell()
    trading("invoice_customer", order="SO000002", invoice_date="2026-02-01", lines=[{"line": 1, "quantity": 1}])
    assert trading.refused("cancel_sales_order", order="SO000002").fact == "WrongState"


def test_our_own_number_comes_before_an_external_one(shop: Trading) -> None:
    shop.sell(external_number="SO000002")
    second = shop.sell({"item": "B"})
    delivery = shop("deliver_goods", order="SO000002", effective_date="2026-01-06")
    assert shop.row("document", id=delivery["id"])["origin_document_id"] == second["id"]


def test_blocked_partners_get_no_new_order_but_their_money_is_taken(shop: Trading) -> None:
    shop.sell()
    shop("change_partner", partner="CUS", is_blocked=True)
    order = {"customer": "CUS", "order_date": "2026-01-05", "lines": [{"item": "A", "quantity": 1, "unit_price": 1}]}
    assert shop.refused("create_sales_order", **order).fact == "IsBlocked"
    shop("invoice_customer", order="SO000001", invoice_date="2026-01-07", lines=[{"line": 1, "quantity": 1}])
    assert shop("receive_payment", customer="CUS", effective_date="2026-01-08", amount=10)["advance"] == "0"
