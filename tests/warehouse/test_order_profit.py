"""Order profit from raw rows to the mart: the worked example of the costing page, before and after the late bill."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.warehouse.raw_company import RawCompany, micro
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


def test_what_is_only_ordered_is_estimated_at_the_price_of_the_order(
    warehouse_run: WarehouseRun, tmp_path: Path
) -> None:
    company = RawCompany()
    supplier, customer = company.partner("S"), company.partner("C")
    items = {code: company.item(code) for code in ("ORDERED", "OFFERED", "STANDARD", "RECEIVED")}
    for item in items.values():
        company.add("standard_cost", company_id=company.company, item_id=item, unit_cost=micro(9),
                    effective_date=date(2012, 1, 1), recorded_at=1)  # fmt: skip
    for code in ("ORDERED", "OFFERED", "RECEIVED"):
        company.add("supplier_price", supplier_id=supplier, item_id=items[code],
                    unit_price=micro(8), minimum_quantity=0, lead_time_days=1, effective_date=date(2012, 2, 1),
                    recorded_at=2)  # fmt: skip
    for code, price in (("ORDERED", 7), ("RECEIVED", 7)):
        order = company.document("purchase_order", date(2012, 6, 1), "confirmed", partner_id=supplier)
        company.line(order, items[code], 10, price, promised_date=date(2012, 6, 20))
    draft = company.document("purchase_order", date(2012, 6, 2), "draft", partner_id=supplier)
    company.line(draft, items["ORDERED"], 10, 1)
    company.purchase(items["RECEIVED"], 1, 6, date(2012, 6, 3), supplier)
    for item in items.values():
        company.sale(item, 1, 20, date(2012, 6, 4), customer)
    path = tmp_path / "work.duckdb"
    company.write(path)
    warehouse_run.build(path, "2012-06-30", "+fct_order_profit")
    assert rows(path, "select item_code, estimated_cost from marts.fct_order_profit order by 1") == [
        ("OFFERED", 8), ("ORDERED", 7), ("RECEIVED", 6), ("STANDARD", 9),
    ]  # fmt: skip


def test_a_work_order_differs_from_standard_when_it_is_closed(warehouse_run: WarehouseRun, tmp_path: Path) -> None:
    company = RawCompany()
    a, b = company.item("A"), company.item("B", "made")
    bom = company.bom(b, [(a, 2)])
    company.opening(a, 100, 5, date(2012, 5, 1))
    orders = [company.work_order(b, 4, date(2012, 6, 1), [(a, 8)], bom) for _ in range(2)]
    for order in orders:
        company.issue(order, a, 9, date(2012, 6, 2))
        company.time(order, 60, 6, date(2012, 6, 2))
        company.output(order, b, 4, date(2012, 6, 3))
    company.close(orders[0], date(2012, 6, 4))
    path = tmp_path / "work.duckdb"
    company.write(path)
    warehouse_run.build(path, "2012-06-30", "+fct_work_orders")
    causes = ("material_usage", "material_price", "labour_rate", "labour_efficiency")
    variances = ", ".join(["total_variance", *(f"{cause}_variance" for cause in causes)])
    assert rows(path, f"select is_closed, {variances} from marts.fct_work_orders order by work_order_id") == [
        (True, 11, 5, 0, 6, 0),
        (False, 0, 0, 0, 0, 0),
    ]


def test_what_comes_back_of_a_delivery_for_two_orders_comes_back_for_both(
    warehouse_run: WarehouseRun, tmp_path: Path
) -> None:
    """Of 6 and 4 delivered on one line 5 come back: 3 and 2."""
    company = RawCompany()
    item, supplier, customer = company.item("A"), company.partner("S"), company.partner("C")
    company.purchase(item, 10, 5, date(2012, 6, 1), supplier)
    first, second = (company.sale(item, quantity, 20, date(2012, 6, 2), customer) for quantity in (6, 4))
    delivered = company.deliver(first, 10, date(2012, 6, 3))
    line = company.rows["stock_move"][-1]["document_line_id"]
    next(row for row in company.rows["line_link"] if row["to_line_id"] == line)["quantity"] = micro(6)
    company.link("delivery", second, line, 4, date(2012, 6, 3))
    back = company.document("customer_return", date(2012, 6, 5), partner_id=customer)
    back_line = company.line(back, item, 5)
    company.link("customer_return", line, back_line, 5, date(2012, 6, 5))
    company.move("customer_return", back_line, item, 5, date(2012, 6, 5), "customer", "stock:MAIN",
                 origin_move_id=delivered)  # fmt: skip
    path = tmp_path / "work.duckdb"
    company.write(path)
    warehouse_run.build(path, "2012-06-30", "+fct_order_profit")
    assert rows(
        path,
        "select delivered_quantity, expected_revenue, actual_cost, profit from marts.fct_order_profit "
        "order by sales_order_line_id",
    ) == [(3, 60, 15, 45), (2, 40, 10, 30)]
