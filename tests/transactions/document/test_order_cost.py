"""What is paid for an order besides its goods names the order's lines, shared by their net amounts."""

from typing import Any

import pytest

from tests.transactions.trading import Trading

LINES = [{"item": "A", "quantity": 1, "unit_price": "10"}, {"item": "A", "quantity": 2, "unit_price": "10"}]


@pytest.fixture
def order(trading: Trading) -> dict[str, Any]:
    """A confirmed order of two lines, 10.00 and 20.00."""
    return trading("create_sales_order", customer="CUS", order_date="2026-01-05", confirm=True, lines=LINES)


def borne(trading: Trading, order: dict[str, Any]) -> list[int]:
    """Per line of the order what its journal lines bear, debit less credit."""
    borne_by_line = []
    for line in trading.rows("document_line", document_id=order["id"]):
        found = trading.rows("journal_line", sales_order_line_id=line["id"])
        borne_by_line.append(sum(row["debit_amount"] - row["credit_amount"] for row in found))
    return borne_by_line


def commission(order: dict[str, Any], account: str = "6601") -> list[dict[str, Any]]:
    return [
        {"account": account, "debit": "1.00", "sales_order": order["number"]},
        {"account": "1002", "credit": "1.00"},
    ]


def freight(trading: Trading, item: str = "FREIGHT") -> str:
    trading("create_item", code="FREIGHT", name="Freight", unit="trip", kind="service")
    lines = [{"item": item, "quantity": 1, "unit_price": "7"}]
    return str(
        trading("create_purchase_order", supplier="SUP", order_date="2026-01-06", confirm=True, lines=lines)["number"]
    )


def test_commission_is_shared_by_net_amount(trading: Trading, order: dict[str, Any]) -> None:
    trading("post_journal_entry", entry_date="2026-01-10", lines=commission(order))
    assert borne(trading, order) == [33, 67]


def test_a_bill_of_freight_and_what_is_debited_of_it(trading: Trading, order: dict[str, Any]) -> None:
    for_order = [{"line": 1, "quantity": 1, "sales_order": order["number"]}]
    bill = trading("bill_supplier", order=freight(trading), bill_date="2026-01-10", lines=for_order)
    assert borne(trading, order) == [233, 467]
    trading("debit_supplier", bill=bill["number"], effective_date="2026-01-11", lines=[{"line": 1, "amount": "3"}])
    assert borne(trading, order) == [133, 267]


def test_only_expenses_of_confirmed_orders_are_costs_of_an_order(trading: Trading, order: dict[str, Any]) -> None:
    refused = trading.refused("post_journal_entry", entry_date="2026-01-10", lines=commission(order, "1002"))
    assert (refused.fact, refused.field) == ("NoExpense", "lines.0.sales_order")
    for_order = [{"line": 1, "quantity": 1, "sales_order": order["number"]}]
    goods = freight(trading, "A")
    refused = trading.refused("bill_supplier", order=goods, bill_date="2026-01-10", lines=for_order)
    assert (refused.fact, refused.field) == ("GoodsAreNoCostOfAnOrder", "lines.0.sales_order")
    draft = trading("create_sales_order", customer="CUS", order_date="2026-01-05", external_number="D", lines=LINES)
    refused = trading.refused(
        "post_journal_entry", entry_date="2026-01-10", lines=commission({"number": "D"} | {"id": draft["id"]})
    )
    assert (refused.fact, refused.field) == ("WrongState", "lines.0.sales_order")
    assert borne(trading, order) == [0, 0]
