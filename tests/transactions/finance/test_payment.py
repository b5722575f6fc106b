"""Money in and out: oldest first or chosen, advances and their later use, exchange gain and loss, what is refused."""

from decimal import Decimal
from typing import Any

import pytest

from tests.transactions.trading import Trading


@pytest.fixture
def invoiced(trading: Trading) -> Trading:
    """Three invoices over 100: SI000002 is due first, then SI000001, then SI000003 of March."""
    for day, due in (("2026-01-10", "2026-02-20"), ("2026-01-11", "2026-02-10"), ("2026-03-10", "2026-03-20")):
        trading.sell()
        number = trading.rows("document", document_type="sales_order")[-1]["number"]
        trading("invoice_customer", order=number, invoice_date=day, due_date=due, lines=[{"line": 1, "quantity": 10}])
    return trading


def _paid(trading: Trading) -> dict[str, Decimal]:
    """By invoice number: how much is allocated to it."""
    paid: dict[str, Decimal] = {}
    for row in trading.rows("payment_allocation"):
        number = trading.row("document", id=row["invoice_id"])["number"]
        paid[number] = paid.get(number, Decimal(0)) + Decimal(row["amount"]) / 100
    return paid


def test_money_pays_the_oldest_first_and_the_rest_is_an_advance(invoiced: Trading) -> None:
    pay = {"customer": "CUS", "effective_date": "2026-02-25"}
    assert invoiced("receive_payment", **pay, amount=150)["advance"] == "0"
    assert _paid(invoiced) == {"SI000002": 100, "SI000001": 50}
    answer = invoiced("receive_payment", **pay, amount="80.05")
    assert (answer["number"], answer["advance"]) == ("CP000002", "30.05")  # the invoice of March is not paid yet
    assert _paid(invoiced) == {"SI000002": 100, "SI000001": 100}
    assert (invoiced.balance("bank"), invoiced.balance("receivables")) == (Decimal("230.05"), 100)
    assert invoiced.balance("customer_advances") == Decimal("-30.05")
    used = invoiced("allocate_payment", payment="CP000002", effective_date="2026-03-11")
    assert used["advance"] == "0"
    assert _paid(invoiced)["SI000003"] == Decimal("30.05")
    assert (invoiced.balance("receivables"), invoiced.balance("customer_advances")) == (Decimal("69.95"), 0)
    assert invoiced.balance("bank") == Decimal("230.05")


def test_an_advance_is_used_in_parts_for_chosen_invoices(invoiced: Trading) -> None:
    chosen = [{"invoice": "SI000001", "amount": 10}]
    invoiced("receive_payment", customer="CUS", effective_date="2026-02-25", amount=50, allocations=chosen)
    use: dict[str, Any] = {"payment": "CP000001", "effective_date": "2026-02-26"}
    assert invoiced("allocate_payment", **use, allocations=chosen)["advance"] == "30"
    refusal = invoiced.refused("allocate_payment", **use, allocations=[{"invoice": "SI000001", "amount": 31}])
    assert (refusal.fact, refusal.field) == ("AllocationExceedsOpen", "allocations")
    refusal = invoiced.refused("allocate_payment", **use, allocations=[{"invoice": "SI000003", "amount": 1}])
    assert (refusal.fact, refusal.field) == ("InvoiceIsLater", "allocations.0.invoice")
    assert invoiced.refused("allocate_payment", **use | {"effective_date": "2026-02-24"}).fact == (
        "AllocatedBeforePayment"
    )
    assert invoiced("allocate_payment", **use)["advance"] == "0"
    assert _paid(invoiced) == {"SI000001": 20, "SI000002": 30}
    assert invoiced.refused("allocate_payment", **use).fact == "NothingToAllocate"
    assert invoiced.refused("allocate_payment", **use, allocations=chosen).fact == "AllocationExceedsOpen"
    refusal = invoiced.refused("allocate_payment", payment="CP000009", effective_date="2026-02-26")
    assert (refusal.fact, refusal.field) == ("NotFound", "payment")


def test_more_is_not_allocated_than_is_open_or_was_paid(invoiced: Trading) -> None:
    pay = {"customer": "CUS", "effective_date": "2026-02-25", "amount": 100}
    for allocations, fact, field in (
        ([{"invoice": "SI000001", "amount": "100.01"}], "AllocationExceedsOpen", "allocations.0.amount"),
        ([{"invoice": "SI000001", "amount": 60}] * 2, "AllocationExceedsOpen", "allocations.1.amount"),
        ([{"invoice": f"SI00000{n}", "amount": 60} for n in (1, 2)], "AllocationExceedsOpen", "allocations"),
        ([{"invoice": "SI000003", "amount": 60}], "InvoiceIsLater", "allocations.0.invoice"),
        ([{"invoice": "SI000009", "amount": 60}], "NotFound", "allocations.0.invoice"),
        ([{"invoice": "SI000001", "amount": "0.001"}], "AmountIsTooFine", "allocations.0.amount"),
    ):
        refusal = invoiced.refused("receive_payment", **pay, allocations=allocations)
        assert (refusal.fact, refusal.field) == (fact, field)
    refusal = invoiced.refused("receive_payment", **pay | {"amount": "0.001"})
    assert (refusal.fact, refusal.field) == ("AmountIsTooFine", "amount")
    invoiced("create_partner", code="OTHER", name="Other", is_customer=True)
    chosen = [{"invoice": "SI000001", "amount": 1}]
    for change in ({"customer": "OTHER"}, {"currency": "EUR"}):
        refusal = invoiced.refused("receive_payment", **pay | change, allocations=chosen)
        assert (refusal.fact, refusal.field) == ("CurrencyDiffers", "allocations.0.invoice")


def test_a_supplier_is_paid_for_bills_and_charges_and_gets_advances(trading: Trading) -> None:
    trading.buy({"unit_price": "3.33"})
    receipt = trading("receive_goods", order="PO000001", effective_date="2026-01-06")
    trading("bill_supplier", order="PO000001", bill_date="2026-01-07")
    trading("add_landed_cost", receipts=[receipt["id"]], bill_date="2026-01-08", supplier="SUP", amount=5)
    paid = trading("pay_supplier", supplier="SUP", effective_date="2026-01-09", amount=50)
    assert paid["advance"] == "11.7"
    assert _paid(trading) == {"PB000001": Decimal("33.3"), "LC000001": 5}
    assert (trading.balance("payables"), trading.balance("supplier_advances")) == (0, Decimal("11.7"))
    trading("add_landed_cost", receipts=[receipt["id"]], bill_date="2026-01-10", supplier="SUP", amount=20)
    used = trading("allocate_payment", payment=paid["number"], effective_date="2026-01-10",
                   allocations=[{"invoice": "LC000002", "amount": 10}])  # fmt: skip
    assert used["advance"] == "1.7"
    assert (trading.balance("payables"), trading.balance("supplier_advances")) == (-10, Decimal("1.7"))
    assert trading.balance("bank") == -50


@pytest.mark.parametrize("parts", [["33.33", "66.67"], ["0.01"] * 3 + ["99.97"], ["100"]])
def test_a_foreign_invoice_paid_in_parts_leaves_nothing_and_the_rest_is_exchange_gain(
    shop: Trading, parts: list[str]
) -> None:
    shop.sell(customer="EUC")  # 100 euros, ordered at 1.1
    shop("invoice_customer", order="SO000001", invoice_date="2026-01-20", lines=[{"line": 1, "quantity": 10}])
    assert shop.balance("receivables") == 110
    for part in parts:
        shop("receive_payment", customer="EUC", effective_date="2026-03-05", amount=part)
    assert (shop.balance("receivables"), shop.balance("receivables", document_currency=True)) == (0, 0)
    received = sum((Decimal(part) * Decimal("1.003")).quantize(Decimal("0.01")) for part in parts)
    assert shop.balance("bank") == received
    assert shop.balance("exchange_gain_loss") == 110 - received
    assert shop.balance("exchange_gain_loss", document_currency=True) == 0


def test_a_foreign_advance_leaves_at_the_rate_at_which_it_came(shop: Trading) -> None:
    shop("receive_payment", customer="EUC", effective_date="2026-01-10", amount=100)  # 110 dollars
    for _ in range(2):
        shop.sell({"quantity": "4.5"}, customer="EUC", order_date="2026-02-10")
    for number in ("SO000001", "SO000002"):
        shop("invoice_customer", order=number, invoice_date="2026-02-11", lines=[{"line": 1, "quantity": "4.5"}])
    assert shop.balance("receivables") == Decimal("112.5")
    shop("allocate_payment", payment="CP000001", effective_date="2026-02-12",
         allocations=[{"invoice": "SI000001", "amount": "33.33"}])  # fmt: skip
    assert shop.balance("customer_advances") == Decimal("-73.34")
    shop("allocate_payment", payment="CP000001", effective_date="2026-02-13")
    assert (shop.balance("customer_advances"), shop.balance("customer_advances", document_currency=True)) == (-11, -10)
    assert shop.balance("receivables") == 0
    assert shop.balance("exchange_gain_loss") == Decimal("13.5")
    shop.sell({"quantity": 2}, customer="EUC", order_date="2026-02-10")
    shop("invoice_customer", order="SO000003", invoice_date="2026-02-14", lines=[{"line": 1, "quantity": 2}])
    assert shop("allocate_payment", payment="CP000001", effective_date="2026-02-14")["advance"] == "0"
    assert shop.balance("customer_advances") == 0


def test_money_that_names_its_bill_comes_in_the_currency_of_the_bill(shop: Trading) -> None:
    shop.buy(supplier="SUP", currency="EUR")  # 50 euros from a supplier who has no currency of his own
    shop("receive_goods", order="PO000001", effective_date="2026-01-06")
    shop("bill_supplier", order="PO000001", bill_date="2026-01-07")
    chosen = [{"invoice": "PB000001", "amount": 50}]
    shop("pay_supplier", supplier="SUP", effective_date="2026-02-05", amount=50, allocations=chosen)
    assert shop.balance("payables") == 0
    assert shop.balance("bank") == Decimal("-62.5")
    assert shop.balance("exchange_gain_loss") == Decimal("7.5")
