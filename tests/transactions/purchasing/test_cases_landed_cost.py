"""Published cases of landed cost give their published shares when they are recorded as commands.

Which cases of the file are played elsewhere stands in `tests/engines/test_cases_inventory_costing.py`.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.transactions.acting import Acting
from transactions import Door
from transactions.kernel.clock import SetClock

CASES_FILE = Path(__file__).parents[4] / "shared" / "cases" / "inventory_costing.yaml"
CASES: dict[str, dict[str, Any]] = (
    {case["id"]: case for case in yaml.safe_load(CASES_FILE.read_text())["cases"]} if CASES_FILE.exists() else {}
)
DAY = "2026-01-05"
Lines = list[dict[str, Any]]

pytestmark = pytest.mark.skipif(not CASES, reason="../shared/cases/inventory_costing.yaml is not beside the repository")


class Buying(Acting):
    """A company in its own currency (CNY), which buys in dollars and pays charges."""

    def received(self, currency: str, rate: Any, lines: Lines) -> int:
        """Goods of one order, received: item, quantity, price, discount rate, weight."""
        self("create_company", code="CASE", name="Case", currency="CNY")
        self("create_warehouse", company="CASE", code="CASEWH", name="Warehouse")
        self("create_partner", code="SELLER", name="Seller", is_supplier=True)
        if rate is not None:
            self("set_exchange_rate", company="CASE", currency=currency, rate=str(rate), effective_date="2026-01-01")
        for line in lines:
            weight = {"weight": str(line["weight"])} if "weight" in line else {}
            self("create_item", code=line["item"], name=line["item"], unit="pcs", kind="bought", **weight)
        ordered = [
            {
                "item": line["item"],
                "quantity": line["quantity"],
                "unit_price": str(line.get("price", 1)),
                "discount_rate": str(line.get("discount_rate", 0)),
            }
            for line in lines
        ]
        order = self(
            "create_purchase_order", company="CASE", supplier="SELLER", order_date=DAY, currency=currency,
            lines=ordered, confirm=True,
        )  # fmt: skip
        receipt = self("receive_goods", company="CASE", order=order["id"], effective_date=DAY, warehouse="CASEWH")
        return int(receipt["id"])

    def charged(self, receipt: int, amount: Any, basis: str, currency: str = "CNY") -> dict[str, Decimal]:
        """A charge on a receipt; its share of every item in company currency."""
        self(
            "add_landed_cost", company="CASE", receipts=[receipt], supplier="SELLER", bill_date=DAY,
            amount=str(amount), basis=basis, currency=currency,
        )  # fmt: skip
        latest = max(row["to_line_id"] for row in self.rows("line_link", link_type="landed_cost"))
        return {
            self.item_of(row["from_line_id"]): Decimal(row["amount"]) / 100
            for row in self.rows("line_link", link_type="landed_cost", to_line_id=latest)
        }

    def item_of(self, line_id: int) -> str:
        return str(self.row("item", id=self.row("document_line", id=line_id)["item_id"])["code"])


@pytest.fixture
def buying(sqlite_door: Door, clock: SetClock) -> Buying:
    return Buying(sqlite_door, clock)


def test_by_weight(buying: Buying) -> None:
    case = CASES["cost-landed-by-weight"]
    received, landed = case["given"]["transactions"]
    lines = [{"item": row["item"], "quantity": row["qty"], "weight": row["weight_each"]} for row in received["lines"]]
    shares = buying.charged(buying.received("CNY", None, lines), landed["amount"], landed["allocation"])
    assert shares == {item: Decimal(share) for item, share in case["expected"]["share"].items()}
    units = {row["item"]: shares[row["item"]] / row["qty"] for row in received["lines"]}
    assert units == {item: Decimal(cost) for item, cost in case["expected"]["unit"].items()}


def test_by_value_with_discount_freight_and_charges(buying: Buying) -> None:
    """The invoice's discount is the lines' discount; its shipping is a charge in its currency."""
    case = CASES["cost-landed-by-value-currency"]
    received, landed = case["given"]["transactions"]
    rate = Decimal(received["invoice_total_local"]) / received["invoice_total_usd"]
    goods = sum(row["qty"] * row["price"] for row in received["lines"])
    discount_rate = Decimal(received["discount_usd"]) / goods
    lines = [
        {"item": row["item"], "quantity": row["qty"], "price": row["price"], "discount_rate": discount_rate}
        for row in received["lines"]
    ]
    receipt = buying.received("USD", rate, lines)
    shipping = buying.charged(receipt, received["shipping_usd"], landed["allocation"], "USD")
    charges = buying.charged(receipt, landed["amount_local"], landed["allocation"])
    assert charges == {item: Decimal(share) for item, share in case["expected"]["charges"].items()}
    for row in received["lines"]:
        item = row["item"]
        price = row["qty"] * row["price"] * (1 - discount_rate) * rate
        total = price + shipping[item] + charges[item]
        assert total == case["expected"]["total"][item]
        assert total / row["qty"] == case["expected"]["unit"][item]


def test_charges_in_two_currencies(buying: Buying) -> None:
    case = CASES["cost-erpnext-landed-currency"]
    received, landed = case["given"]["transactions"]
    local, foreign = (part.split()[0] for part in landed["amount"].split(" + "))
    [price] = received["amounts"]
    receipt = buying.received("CNY", None, [{"item": "GOODS", "quantity": 1, "price": price}])
    buying("set_exchange_rate", company="CASE", currency="USD", rate=str(landed["rate"]), effective_date="2026-01-01")
    shares = [buying.charged(receipt, local, "value"), buying.charged(receipt, foreign, "value", "USD")]
    assert sum(share["GOODS"] for share in shares) == case["expected"]["total"]
    assert [sum(share["GOODS"] for share in shares)] == case["expected"]["share"]
