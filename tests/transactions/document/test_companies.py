"""A document of one company is unknown in another: every reference of every command is looked up in its company."""

from typing import Any

import pytest

from tests.transactions.trading import Trading

ELSEWHERE: list[tuple[str, dict[str, Any], str]] = [
    ("deliver_goods", {"order": "SO000001", "effective_date": "2026-01-10"}, "order"),
    ("invoice_customer", {"order": "SO000001", "invoice_date": "2026-01-10"}, "order"),
    ("cancel_sales_order", {"order": "SO000001"}, "order"),
    ("amend_sales_order", {"order": "SO000001", "lines": [{"line": 1, "quantity": 2}], "reason": "?"}, "order"),
    ("receive_goods", {"order": "PO000001", "effective_date": "2026-01-10"}, "order"),
    ("bill_supplier", {"order": "PO000001", "bill_date": "2026-01-10"}, "order"),
    ("close_purchase_order", {"order": "PO000001", "effective_date": "2026-01-10"}, "order"),
    ("amend_purchase_order", {"order": "PO000001", "lines": [{"line": 1, "quantity": 2}], "reason": "?"}, "order"),
    ("return_to_supplier", {"receipt": "GR000001", "effective_date": "2026-01-10"}, "receipt"),
    ("decide_inspection", {"inspection": "QI000001", "accepted_quantity": 1, "rejected_quantity": 0}, "inspection"),
    (
        "add_landed_cost",
        {"receipts": ["GR000001"], "supplier": "SUP", "amount": 1, "bill_date": "2026-01-10"},
        "receipts.0",
    ),
    (
        "receive_payment",
        {
            "customer": "CUS", "amount": 1, "effective_date": "2026-01-10",
            "allocations": [{"invoice": "SI000001", "amount": 1}],
        },
        "allocations.0.invoice",
    ),
    ("allocate_payment", {"payment": "CP000001", "effective_date": "2026-01-10"}, "payment"),
    (
        "create_sales_order",
        {
            "customer": "CUS", "order_date": "2026-01-10", "warehouse": "MAIN",
            "lines": [{"item": "A", "quantity": 1, "unit_price": 1}],
        },
        "warehouse",
    ),
    (
        "create_sales_order",
        {
            "customer": "CUS", "order_date": "2026-01-10",
            "lines": [{"item": "A", "quantity": 1, "unit_price": 1, "tax_code": "VAT"}],
        },
        "lines.0.tax_code",
    ),
    (
        "create_purchase_order",
        {
            "supplier": "SUP", "order_date": "2026-01-10",
            "lines": [{"item": "A", "quantity": 1, "unit_price": 1, "requisition": "RQ000001"}],
        },
        "lines.0.requisition",
    ),
]  # fmt: skip


@pytest.fixture
def two(shop: Trading) -> Trading:
    """The trading company with a chain of documents, and a second company that has only a warehouse."""
    shop.sell()
    shop.buy()
    shop(
        "receive_goods", order="PO000001", effective_date="2026-01-06", lines=[{"line": 1, "quantity": 2}], inspect=True
    )
    shop("invoice_customer", order="SO000001", invoice_date="2026-01-06", lines=[{"line": 1, "quantity": 1}])
    shop("receive_payment", customer="CUS", effective_date="2026-01-07", amount=30)
    shop("create_purchase_requisition", lines=[{"item": "A", "quantity": 1, "needed_date": "2026-02-01"}])
    shop("create_company", code="TWO", name="Second", currency="EUR")
    shop("create_warehouse", code="ELSE", name="Elsewhere", company="TWO")
    return shop


def test_what_belongs_to_one_company_is_not_found_in_another(two: Trading) -> None:
    for command, data, field in ELSEWHERE:
        refusal = two.refused(command, company="TWO", **data)
        assert (refusal.fact, refusal.field) == ("NotFound", field), command
        for name in ("order", "receipt", "inspection", "payment"):  # by id it is no different
            if name in data:
                by_id = two.row("document", number=data[name])["id"]
                assert two.refused(command, company="TWO", **data | {name: by_id}).fact == "NotFound", command


def test_numbers_accounts_and_stock_are_of_the_company(two: Trading) -> None:
    order = {"customer": "CUS", "order_date": "2026-01-10", "confirm": True, "company": "TWO"}
    made = two("create_sales_order", **order, lines=[{"item": "A", "quantity": 1, "unit_price": 1}])
    assert made["number"] == "SO000001"
    refusal = two.refused("deliver_goods", order="SO000001", effective_date="2026-01-10", company="TWO")
    assert refusal.rule == "0 of A in ELSE, 1 asked"
    lines = [{"line": 1, "quantity": 1}]
    two("invoice_customer", order="SO000001", invoice_date="2026-01-10", company="TWO", lines=lines)
    second = two.row("company", code="TWO")["id"]
    entry = two.row("journal_entry", company_id=second)
    accounts = {line["account_id"] for line in two.rows("journal_line", entry_id=entry["id"])}
    assert {two.row("account", id=account_id)["company_id"] for account_id in accounts} == {second}
    assert entry["number"] == "JE000001"


def test_a_lock_is_of_the_company(two: Trading) -> None:
    two("lock_period", period="2026-01", company="TWO")
    two("deliver_goods", order="SO000001", effective_date="2026-01-10")
