"""Invoices and bills by the reference of their order, as files of commands name them; `bill` beside `invoice`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.transactions.trading import Trading


@pytest.fixture
def traded(trading: Trading) -> Trading:
    """Ten sold and bought, delivered and received, invoiced and billed once: 100 and 50."""
    trading.sell(external_number="S-1")
    trading("deliver_goods", order="S-1", effective_date="2026-01-06")
    trading("invoice_customer", order="S-1", invoice_date="2026-01-10")
    trading.buy(external_number="P-1")
    trading("receive_goods", order="P-1", effective_date="2026-01-06")
    trading("bill_supplier", order="P-1", bill_date="2026-01-10")
    return trading


def pay(trading: Trading, reference: str | int, amount: int, name: str = "invoice") -> dict[str, Any]:
    return trading("receive_payment", customer="CUS", effective_date="2026-02-01", amount=amount,
                   allocations=[{name: reference, "amount": amount}])  # fmt: skip


def pay_bill(trading: Trading, reference: str | int, amount: int, name: str = "bill") -> dict[str, Any]:
    return trading("pay_supplier", supplier="SUP", effective_date="2026-02-01", amount=amount,
                   allocations=[{name: reference, "amount": amount}])  # fmt: skip


def test_an_order_names_its_only_invoice_or_bill(traded: Trading) -> None:
    order = traded.row("document", document_type="sales_order")
    for reference in ("S-1", order["number"], order["id"], "SI000001"):
        assert pay(traded, reference, 10)["advance"] == "0"
    for reference, name in (("P-1", "bill"), ("PO000001", "bill"), ("PB000001", "bill"), ("P-1", "invoice")):
        assert pay_bill(traded, reference, 10, name)["advance"] == "0"
    assert (traded.balance("receivables"), traded.balance("payables")) == (Decimal(60), Decimal(-10))
    traded("pay_supplier", supplier="SUP", effective_date="2026-02-01", amount=20, allocations=[
        {"bill": "P-1", "amount": 4}])  # fmt: skip
    traded("allocate_payment", payment="SP000005", effective_date="2026-02-01",
           allocations=[{"bill": "P-1", "amount": 6}])  # fmt: skip
    assert traded.balance("payables") == 0


def test_notes_take_the_order_too(traded: Trading) -> None:
    allowance = {"effective_date": "2026-02-01", "reason": "scratched", "lines": [{"line": 1, "amount": 10}]}
    traded("credit_customer", invoice="S-1", **allowance)
    traded("debit_supplier", bill="P-1", **allowance)
    assert (traded.balance("receivables"), traded.balance("payables")) == (Decimal(90), Decimal(-40))


def test_an_order_of_several_invoices_names_none_and_says_which_there_are(trading: Trading) -> None:
    trading.sell(external_number="S-1")
    one = {"invoice": "S-1", "amount": 10}
    data = {"customer": "CUS", "effective_date": "2026-02-01", "amount": 10, "allocations": [one]}
    refusal = trading.refused("receive_payment", **data)
    assert (refusal.fact, refusal.field, refusal.value) == ("NotFound", "allocations.0.invoice", "S-1")
    assert refusal.rule == "the sales order has no customer invoice yet"
    for _ in range(2):
        trading("invoice_customer", order="S-1", invoice_date="2026-01-10", lines=[{"line": 1, "quantity": 5}])
    refusal = trading.refused("receive_payment", **data)
    assert (refusal.fact, refusal.field, refusal.value) == ("OrderHasSeveral", "allocations.0.invoice", "S-1")
    assert refusal.rule == (
        "the sales order has more than one customer invoice: SI000001, SI000002; name one by its number"
    )
    assert pay(trading, "SI000002", 10)["advance"] == "0"
    assert trading.refused("receive_payment", **data | {"allocations": [one | {"invoice": "S-9"}]}).rule == (
        "there is no customer invoice 'S-9'"
    )


def test_an_invoice_of_that_number_goes_before_an_order_of_it(traded: Trading) -> None:
    traded.sell(external_number="S-2")
    traded("invoice_customer", order="S-2", invoice_date="2026-01-10", external_number="S-1")
    pay(traded, "S-1", 10)
    paid = traded.row("payment_allocation")["invoice_id"]
    assert traded.row("document", id=paid)["number"] == "SI000002"


def test_money_of_customers_pays_invoices_and_one_name_is_enough(traded: Trading) -> None:
    data = {"customer": "CUS", "effective_date": "2026-02-01", "amount": 10}
    refusal = traded.refused("receive_payment", **data, allocations=[{"bill": "S-1", "amount": 10}])
    assert refusal.fact == "InvalidData"
    both = [{"bill": "P-1", "invoice": "P-1", "amount": 10}]
    data = {"supplier": "SUP", "effective_date": "2026-02-01", "amount": 10}
    assert traded.refused("pay_supplier", **data, allocations=both).field == "allocations.0.bill"
    assert traded.refused("pay_supplier", **data, allocations=[{"amount": 10}]).fact == "InvalidData"
