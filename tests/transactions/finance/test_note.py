"""Credit and debit notes: never more than was invoiced, settled against the invoice first, the rest an advance."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.transactions.trading import Trading

ON = {"effective_date": "2026-01-20"}


@pytest.fixture
def invoiced(trading: Trading) -> Trading:
    """SI000001 of 6 January: 10 A at 10 and 3 B at 1.11, 10 % tax, freight 5; in all 118.66."""
    trading.sell({"tax_code": "VAT"}, {"item": "B", "quantity": 3, "unit_price": "1.11", "tax_code": "VAT"}, freight=5)
    trading("invoice_customer", order="SO000001", invoice_date="2026-01-06")
    assert trading.balance("receivables") == Decimal("118.66")
    return trading


def test_goods_are_credited_with_their_tax_and_lower_what_is_owed(invoiced: Trading) -> None:
    refusal = invoiced.refused("credit_customer", invoice="SI000001", effective_date="2026-01-05")
    assert (refusal.fact, refusal.field) == ("NoteBeforeInvoice", "effective_date")
    made = invoiced("credit_customer", invoice="SI000001", **ON, lines=[{"line": 1, "quantity": 4}], reason="bent",
                    external_number="G1")  # fmt: skip
    assert (made["number"], made["gross_amount"], made["advance"]) == ("CN000001", "44", "0")
    assert invoiced.amounts(made["id"]) == (40, 4, 0, 44)
    assert invoiced.balance("receivables") == Decimal("74.66")
    assert (invoiced.balance("sales_returns"), invoiced.balance("output_tax")) == (40, Decimal("-6.33"))
    head, line = invoiced.row("document", id=made["id"]), invoiced.row("document_line", document_id=made["id"])
    assert head["origin_document_id"] == invoiced.row("document", number="SI000001")["id"]
    [link] = invoiced.links("credit_note")
    assert link[1:] == (line["id"], 4, 40)
    order_line = invoiced.rows("document_line")[0]["id"]
    account = invoiced.row("account", role="sales_returns")["id"]
    [posted] = invoiced.rows("journal_line", account_id=account)
    opening = invoiced.row("document", number="SO000001")["id"]
    assert posted["sales_order_line_id"] == invoiced.rows("document_line", document_id=opening)[0]["id"] != order_line
    [allocation] = invoiced.rows("payment_allocation")
    assert (allocation["payment_id"], allocation["amount"]) == (made["id"], 4400)


def test_never_more_is_credited_than_was_invoiced(invoiced: Trading) -> None:
    credit: dict[str, Any] = {"invoice": "SI000001"} | ON
    for line, fact, field in (
        ({"line": 3, "quantity": 1}, "NotFound", "lines.0.line"),
        ({"line": 1}, "QuantityOrAmount", "lines.0.quantity"),
        ({"line": 1, "quantity": 11}, "QuantityExceedsOpen", "lines.0.quantity"),
        ({"line": 1, "amount": "100.01"}, "NoteExceedsInvoice", "lines.0.amount"),
        ({"line": 1, "amount": "0.001"}, "AmountIsTooFine", "lines.0.amount"),
        ({"line": 1, "amount": 0}, "InvalidData", "lines.0.amount"),
    ):
        refusal = invoiced.refused("credit_customer", **credit, lines=[line])
        assert (refusal.fact, refusal.field) == (fact, field)
    refusal = invoiced.refused("credit_customer", **credit, freight="5.01")
    assert (refusal.fact, refusal.field) == ("NoteExceedsInvoice", "freight")
    invoiced("credit_customer", **credit, lines=[{"line": 1, "amount": 10}])  # 1 less for each
    invoiced("credit_customer", **credit, lines=[{"line": 1, "quantity": 3}, {"line": 1, "quantity": 3}])
    assert invoiced.balance("sales_returns") == 10 + 54
    rest = invoiced("credit_customer", **credit)
    assert invoiced.amounts(rest["id"]) == (Decimal("39.33"), Decimal("3.93"), 5, Decimal("48.26"))
    assert [invoiced.balance(role) for role in ("receivables", "output_tax")] == [0, 0]
    assert invoiced.balance("freight_revenue") == 0
    refusal = invoiced.refused("credit_customer", **credit)
    assert (refusal.fact, refusal.field) == ("NoteExceedsInvoice", "invoice")


def test_what_is_credited_of_a_paid_invoice_is_the_customers_advance(invoiced: Trading) -> None:
    invoiced("receive_payment", customer="CUS", effective_date="2026-01-10", amount=100)
    made = invoiced("credit_customer", invoice="SI000001", **ON, lines=[{"line": 1, "quantity": 5}])
    assert (made["gross_amount"], made["advance"]) == ("55", "36.34")
    assert (invoiced.balance("receivables"), invoiced.balance("customer_advances")) == (0, Decimal("-36.34"))
    invoiced.sell()
    invoiced("invoice_customer", order="SO000002", invoice_date="2026-01-21")
    used = invoiced("allocate_payment", payment=made["number"], effective_date="2026-01-22")
    assert used == {"id": made["id"], "number": "CN000001", "advance": "0"}
    assert (invoiced.balance("receivables"), invoiced.balance("customer_advances")) == (Decimal("63.66"), 0)
    assert invoiced.refused("allocate_payment", payment="CN000001", effective_date="2026-01-22").fact == (
        "NothingToAllocate"
    )


def test_a_foreign_invoice_is_credited_at_its_own_rate_to_the_last_cent(trading: Trading) -> None:
    trading.sell({"quantity": 3, "unit_price": "3.33"}, customer="EUC")
    trading("invoice_customer", order="SO000001", invoice_date="2026-01-06")  # 9.99 euros at 1.1
    assert trading.balance("receivables") == Decimal("10.99")
    for day in ("2026-02-01", "2026-02-02", "2026-03-01"):
        trading("credit_customer", invoice="SI000001", effective_date=day, lines=[{"line": 1, "quantity": 1}])
    assert trading.balance("receivables") == trading.balance("receivables", document_currency=True) == 0
    assert trading.balance("sales_returns") == Decimal("10.99")
    assert trading.balance("exchange_gain_loss") == 0
    assert sum(link[3] for link in trading.links("credit_note")) == Decimal("10.99")


# ---------------------------------------------------------------------- debit notes
@pytest.fixture
def billed(trading: Trading) -> Trading:
    """PO000001: 10 A at 5 with 10 % tax, received and billed by PB000001 on 6 January; 4 went back on the 8th."""
    trading.buy({"tax_code": "VAT"})
    trading("receive_goods", order="PO000001", effective_date="2026-01-06")
    trading("bill_supplier", order="PO000001", bill_date="2026-01-06")
    trading("return_to_supplier", receipt="GR000001", effective_date="2026-01-08", lines=[{"line": 1, "quantity": 4}])
    return trading


def test_a_debit_note_is_for_goods_that_went_back_or_for_the_price(billed: Trading) -> None:
    debit: dict[str, Any] = {"bill": "PB000001"} | ON
    refusal = billed.refused("debit_supplier", **debit, lines=[{"line": 1, "quantity": 5}])
    assert (refusal.fact, refusal.field) == ("GoodsWereKept", "lines.0.quantity")
    assert refusal.rule.startswith("4 of line 1 were billed and not kept")
    assert billed.refused("debit_supplier", bill="PB9", **ON).field == "bill"
    refusal = billed.refused("debit_supplier", bill="PB000001", effective_date="2026-01-05")
    assert refusal.fact == "NoteBeforeInvoice"
    goods = billed("debit_supplier", **debit, external_number="D1", reason="bent")
    assert billed.amounts(goods["id"]) == (20, 2, 0, 22)
    assert billed.balance("payables") == -33
    assert (billed.balance("goods_received_not_billed"), billed.balance("input_tax")) == (30, 3)
    allowance = billed("debit_supplier", **debit, lines=[{"line": 1, "amount": 6}])
    assert billed.amounts(allowance["id"]) == (6, Decimal("0.6"), 0, Decimal("6.6"))
    assert [link[2:] for link in billed.links("debit_note")] == [(4, 20), (0, 6)]
    assert billed.row("document", id=goods["id"])["document_type"] == "debit_note"
    assert (goods["number"], allowance["number"]) == ("DB000001", "DB000002")
    refusal = billed.refused("debit_supplier", **debit)
    assert (refusal.fact, refusal.field) == ("NoteExceedsInvoice", "bill")
    refusal = billed.refused("debit_supplier", **debit, lines=[{"line": 1, "amount": "24.01"}])
    assert (refusal.fact, refusal.rule) == ("NoteExceedsInvoice", "24 of line 1 are left")


def test_a_debit_note_states_its_tax_and_of_a_paid_bill_it_is_an_advance(billed: Trading) -> None:
    billed("pay_supplier", supplier="SUP", effective_date="2026-01-10", amount=55)
    made = billed("debit_supplier", bill="PB000001", **ON, lines=[{"line": 1, "quantity": 4, "amount": 18}],
                  tax_amount="1.5")  # fmt: skip
    assert (made["gross_amount"], made["advance"]) == ("19.5", "19.5")
    assert (billed.balance("payables"), billed.balance("supplier_advances")) == (0, Decimal("19.5"))
    assert (billed.balance("goods_received_not_billed"), billed.balance("input_tax")) == (32, Decimal("3.5"))
    billed.buy()
    billed("bill_supplier", order="PO000002", bill_date="2026-01-20")
    billed("allocate_payment", payment=made["number"], effective_date="2026-01-21")
    assert (billed.balance("payables"), billed.balance("supplier_advances")) == (Decimal("-30.5"), 0)


def test_goods_that_were_billed_and_never_came_are_debited(shop: Trading) -> None:
    shop.buy()
    shop("bill_supplier", order="PO000001", bill_date="2026-01-06")
    shop("receive_goods", order="PO000001", effective_date="2026-01-07", lines=[{"line": 1, "quantity": 8}])
    made = shop("debit_supplier", bill="PB000001", **ON)
    assert (made["gross_amount"], shop.balance("goods_received_not_billed")) == ("10", 40)


def test_services_are_debited_to_their_expense(shop: Trading) -> None:
    shop.buy({"item": "HELP", "quantity": 2, "unit_price": 30})
    shop("receive_goods", order="PO000001", effective_date="2026-01-06")
    shop("bill_supplier", order="PO000001", bill_date="2026-01-06")
    shop("debit_supplier", bill="PB000001", **ON, lines=[{"line": 1, "quantity": 1}])
    assert (shop.balance("service_expense"), shop.balance("goods_received_not_billed")) == (30, 0)


def test_a_landed_cost_that_is_debited_takes_its_shares_back_exactly(trading: Trading) -> None:
    trading.buy({"quantity": 1, "unit_price": 10}, {"item": "B", "quantity": 2, "unit_price": 10})
    trading("receive_goods", order="PO000001", effective_date="2026-01-06")
    trading("add_landed_cost", receipts=["GR000001"], supplier="SUP", bill_date="2026-01-07", amount=10,
            external_number="F1")  # fmt: skip
    for amount in ("3.34", "6.66"):
        trading("debit_supplier", bill="F1", **ON, lines=[{"line": 1, "amount": amount}])
    by_line: dict[int, Decimal] = {}
    for from_line, _to, _quantity, share in trading.links("landed_cost"):
        by_line[from_line] = by_line.get(from_line, Decimal(0)) + share
    assert set(by_line.values()) == {0}
    assert (trading.balance("landed_cost_clearing"), trading.balance("payables")) == (0, 0)
