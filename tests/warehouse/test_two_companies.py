"""Two companies in one home: the same items' numbers never mix, and each proves itself."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from dashboards.edition import Edition
from dashboards.questions.question import answered
from dbt_project.published import PublishedBuild
from tests.warehouse.raw_company import RawCompany, write_raw
from tests.warehouse.test_costs_on_a_day import Workshop
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
    to_come = other.document_of(other.sale(item, 3, 10, date(2012, 6, 5), other.partner("C")))
    merged: dict[str, list[dict[str, Any]]] = {}
    for company in (one, other):
        for table, found in company.rows.items():
            merged.setdefault(table, []).extend(found)
    path = tmp_path / "work.duckdb"
    write_raw(path, merged)
    models = ("fct_proofs", "path:models/marts/planning", "path:models/marts/master", "fct_item_costs",
              "fct_sales_order_lines", "fct_stock_layers_daily", "fct_stock_on_hand")  # fmt: skip
    warehouse_run.build(path, "2012-06-30", *(f"+{model}" for model in models))
    profits = "select company_id, revenue, actual_cost, profit from marts.fct_order_profit where actual_cost > 0"
    assert rows(path, f"{profits} order by 1") == [
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
    shutil.copy(path, tmp_path / "full.duckdb")
    edition = Edition(PublishedBuild("both", tmp_path, {"as_of": "2012-06-30"}), "full")
    for asked in ({}, {"company": one.company}):  # an order is its own company's, whoever asks
        preview = answered(edition, "margin_preview", {"order": to_come} | asked)
        assert preview.select("revenue", "total_cost", "on_hand_quantity").rows() == [(30, 18, 6)]


def test_each_company_makes_an_item_at_its_own_work_centres(warehouse_run: WarehouseRun, tmp_path: Path) -> None:
    """Half an hour at 60.00 here; there, by a routing of a later day, a quarter of an hour at 20.00."""
    shop = Workshop(tmp_path, warehouse_run)
    shop("create_company", code="X", name="Other", currency="EUR", stage=4)
    shop("create_company", code="Y", name="Trader", currency="EUR", stage=4)
    for code, kind in (("LID", "made"), ("PLATE", "bought")):
        shop("create_item", code=code, name=code, unit="pcs", kind=kind)
    shop("create_bom", item="LID", effective_date="2026-01-01", lines=[{"item": "PLATE", "quantity": 1}])
    for company, rate, minutes, since in (("W", 60, 30, "2026-01-01"), ("X", 20, 15, "2026-02-01")):
        centre = f"BENCH-{company}"
        shop("create_work_center", company=company, code=centre, name=centre, labour_rate=rate, overhead_rate=0)
        shop("create_routing", company=company, item="LID", effective_date=since,
             operations=[{"sequence": 10, "work_center": centre, "run_minutes": minutes}])  # fmt: skip
    shop.build("2026-02-15")
    costs = "select labour_unit_cost from marts.fct_item_costs where item_code = 'LID' order by company_id"
    assert shop.ask(costs) == [(30,), (5,), (0,)]
    shop.run.build(shop.path, "2026-02-15", "+int_planning_operations", "+int_items_worked_at", "+dim_item")
    assert shop.ask("select run_minutes_micro from intermediate.int_planning_operations order by company_id") == [
        (30_000_000,), (15_000_000,),
    ]  # fmt: skip
    assert shop.ask("select work_center_code from intermediate.int_items_worked_at order by company_id") == [
        ("BENCH-W",), ("BENCH-X",),
    ]  # fmt: skip
    assert shop.ask("select has_routing from marts.dim_item where item_code = 'LID' order by company_id") == [
        (True,), (True,), (False,),
    ]  # fmt: skip
