"""Order profit from raw rows to the mart: the worked example of the costing page, before and after the late bill."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.warehouse.raw_company import RawCompany
from tests.warehouse.warehouse_run import WarehouseRun, rows


def worked_example() -> tuple[RawCompany, int]:
    """Buy 10 @ 5 and 10 @ 6 of A, make 5 of B from 12 of A and 30 minutes at 40/h, deliver 3 of B at 40.

    Returns the company and the first purchase order line.
    """
    company = RawCompany()
    a, b = company.item("A"), company.item("B", "made")
    supplier, customer = company.partner("S"), company.partner("C")
    bom = company.bom(b, [(a, "2.4")])
    first, _ = company.purchase(a, 10, 5, date(2012, 6, 1), supplier)
    company.purchase(a, 10, 6, date(2012, 6, 2), supplier)
    order = company.work_order(b, 5, date(2012, 6, 3), [(a, 12)], bom)
    company.issue(order, a, 12, date(2012, 6, 3))
    company.time(order, 30, 40, date(2012, 6, 4))
    company.output(order, b, 5, date(2012, 6, 5))
    company.close(order, date(2012, 6, 5))
    sale = company.sale(b, 3, 40, date(2012, 6, 6), customer)
    company.deliver(sale, 3, date(2012, 6, 7))
    company.invoice(sale, 3, date(2012, 6, 8))
    return company, first


PROFIT = "select revenue, material_cost, labour_cost, total_cost, profit, cost_status from marts.fct_order_profit"
ON_HAND = "select item_code, quantity, value_amount from marts.fct_stock_on_hand order by item_code"


def test_profit_follows_the_late_bill(warehouse_run: WarehouseRun, tmp_path: Path) -> None:
    company, first = worked_example()
    path = tmp_path / "work.duckdb"
    company.write(path)
    warehouse_run.build(path, "2012-06-30", "+fct_order_profit", "+fct_stock_on_hand")
    assert rows(path, PROFIT) == [
        (Decimal("120"), Decimal("37.20"), Decimal("12"), Decimal("49.20"), Decimal("70.80"), "actual")
    ]

    company.bill(first, 10, "5.50", date(2012, 6, 10))
    company.write(path)
    warehouse_run.build(path, "2012-06-30", "+fct_order_profit", "+fct_stock_on_hand")
    assert rows(path, PROFIT) == [
        (Decimal("120"), Decimal("40.20"), Decimal("12"), Decimal("52.20"), Decimal("67.80"), "actual")
    ]
    assert rows(path, ON_HAND) == [("A", 8, Decimal("48.00")), ("B", 2, Decimal("34.80"))]

    # As of the day before the bill the warehouse says what was known then.
    warehouse_run.build(path, "2012-06-09", "+fct_order_profit")
    assert rows(path, "select profit from marts.fct_order_profit") == [(Decimal("70.80"),)]


def test_what_is_not_delivered_stands_at_the_rolled_up_cost(warehouse_run: WarehouseRun, tmp_path: Path) -> None:
    company, _ = worked_example()
    b = next(row["id"] for row in company.rows["item"] if row["code"] == "B")
    customer = next(row["id"] for row in company.rows["partner"] if row["code"] == "C")
    sale = company.sale(b, 4, 40, date(2012, 6, 11), customer)
    company.deliver(sale, 1, date(2012, 6, 12))
    path = tmp_path / "work.duckdb"
    company.write(path)
    warehouse_run.build(path, "2012-06-30", "+fct_order_profit")
    # 1 delivered at 16.40; 3 more at 2.4 of A at the last price of 6.00; nothing invoiced yet.
    assert rows(
        path,
        "select actual_revenue, expected_revenue, actual_cost, estimated_cost, profit, cost_status "
        f"from marts.fct_order_profit where sales_order_line_id = {sale}",
    ) == [(Decimal(0), Decimal(160), Decimal("16.40"), Decimal("43.20"), Decimal("100.40"), "mixed")]
