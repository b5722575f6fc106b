"""Two companies in one home: the same items' numbers never mix, and each proves itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.warehouse.raw_company import RawCompany, write_raw
from tests.warehouse.warehouse_run import WarehouseRun, rows


def trade(company: RawCompany, item: int, price: str) -> None:
    """Buys 10 of the item, sells 4 at 10.00."""
    supplier, customer = company.partner(f"S{company.company}"), company.partner(f"C{company.company}")
    company.purchase(item, 10, price, date(2012, 6, 1), supplier)
    sale = company.sale(item, 4, 10, date(2012, 6, 2), customer)
    company.deliver(sale, 4, date(2012, 6, 3))
    company.invoice(sale, 4, date(2012, 6, 4))


def test_the_same_item_costs_each_company_its_own(warehouse_run: WarehouseRun, tmp_path: Path) -> None:
    one, other = RawCompany("ONE"), RawCompany("TWO", exponent=0, first_id=100_000)
    item = one.item("A")
    other.add("valuation_method", company_id=other.company, item_id=item, method="moving_average",
              effective_date=date(2000, 1, 1), recorded_at=0)  # fmt: skip
    trade(one, item, "2.5")
    trade(other, item, "6")
    merged: dict[str, list[dict[str, Any]]] = {}
    for company in (one, other):
        for table, found in company.rows.items():
            merged.setdefault(table, []).extend(found)
    path = tmp_path / "work.duckdb"
    write_raw(path, merged)
    warehouse_run.build(path, "2012-06-30", "+fct_proofs", "+path:models/marts/planning", "+fct_stock_on_hand")
    assert rows(path, "select company_id, revenue, actual_cost, profit from marts.fct_order_profit order by 1") == [
        (one.company, Decimal(40), Decimal(10), Decimal(30)),
        (other.company, Decimal(40), Decimal(24), Decimal(16)),
    ]
    assert rows(path, "select company_id, quantity, value_amount from marts.fct_stock_on_hand order by 1") == [
        (one.company, 6, Decimal(15)),
        (other.company, 6, Decimal(36)),
    ]
    assert rows(path, "select scope, bool_and(is_green) from marts.fct_proofs group by 1 order by 1") == [
        ("ONE", True),
        ("TWO", True),
    ]
