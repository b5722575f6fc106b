"""Settlement: what valued moves say less what was settled: nothing is posted twice, late facts are posted once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.warehouse.raw_company import RawCompany, micro
from tests.warehouse.test_order_profit import worked_example
from tests.warehouse.warehouse_run import WarehouseRun, rows

DUE = "select event, account_name, item, debit - credit from marts.fct_settlement_due order by all"
BALANCES = (
    "select account_name, sum(debit - credit) from marts.fct_settlement_due group by all "
    "having sum(debit - credit) <> 0 order by all"
)
RED = "select check_name, difference from marts.fct_proofs where not is_green"


def settle(company: RawCompany, path: Path, on: date) -> None:
    """Posts the due rows of a build, as the command does."""
    found = rows(
        path, "select account_name, event, item, sales_order_line_id, debit, credit from marts.fct_settlement_due"
    )
    items = {row["code"]: row["id"] for row in company.rows["item"]}
    lines = [(str(role), int(debit * 100), int(credit * 100)) for role, _, _, _, debit, credit in found]
    company.journal(on, lines, "settlement")
    for line, (_, event, item, order_line, _, _) in zip(
        company.rows["journal_line"][-len(found) :], found, strict=True
    ):
        line.update(settled_event=event, settled_period="2012-06", sales_order_line_id=order_line, item_id=items[item])


def test_settled_once_and_corrected_by_the_difference(warehouse_run: WarehouseRun, tmp_path: Path) -> None:
    company, first = worked_example()
    path = tmp_path / "work.duckdb"
    company.write(path)
    warehouse_run.build(path, "2012-06-30", "+fct_settlement_due")
    assert rows(path, BALANCES) == [
        ("cost_of_sales", Decimal("49.20")),
        ("goods_received_not_billed", Decimal("-110.00")),
        ("inventory", Decimal("80.80")),
        ("labour_absorbed", Decimal("-20.00")),
    ]
    settle(company, path, date(2012, 6, 30))
    company.bill(first, 10, "5.50", date(2012, 6, 10))
    company.write(path)
    warehouse_run.build(path, "2012-06-30", "+fct_settlement_due", "+fct_proofs")
    assert rows(path, DUE) == [
        ("delivery", "cost_of_sales", "B", Decimal("3.00")),
        ("delivery", "inventory", "B", Decimal("-3.00")),
        ("goods_receipt", "goods_received_not_billed", "A", Decimal("-5.00")),
        ("goods_receipt", "inventory", "A", Decimal("5.00")),
        ("material_issue", "inventory", "A", Decimal("-5.00")),
        ("material_issue", "work_in_progress", "A", Decimal("5.00")),
        ("output", "inventory", "B", Decimal("5.00")),
        ("output", "work_in_progress", "B", Decimal("-5.00")),
    ]
    assert rows(path, RED) == []


def test_standard_returns_and_scrap_tie(warehouse_run: WarehouseRun, tmp_path: Path) -> None:
    """An item at standard that is bought dearer, revalued, returned to the supplier, counted and scrapped."""
    company = RawCompany()
    a, b = company.item("A", method="standard"), company.item("B", "made", method="standard")
    supplier, customer = company.partner("S"), company.partner("C")
    for item, cost, day in ((a, "5", 1), (b, "15", 1), (a, "6", 15)):
        company.add("standard_cost", company_id=company.company, item_id=item, unit_cost=micro(cost),
                    effective_date=date(2012, 6, day), recorded_at=day)  # fmt: skip
    order_line, receipt = company.purchase(a, 20, "5.25", date(2012, 6, 2), supplier)
    order = company.work_order(b, 4, date(2012, 6, 3), [(a, 8)])
    company.issue(order, a, 8, date(2012, 6, 3))
    company.time(order, 60, 12, date(2012, 6, 4))
    company.output(order, b, 4, date(2012, 6, 5))
    company.close(order, date(2012, 6, 5))
    sale = company.sale(b, 2, 40, date(2012, 6, 6), customer)
    company.deliver(sale, 2, date(2012, 6, 7))
    back = company.document(
        "supplier_return", date(2012, 6, 16), partner_id=supplier, origin_document_id=company.document_of(receipt)
    )
    back_line = company.line(back, a, 2)
    company.link("supplier_return", receipt, back_line, 2, date(2012, 6, 16))
    received = next(row["id"] for row in company.rows["stock_move"] if row["document_line_id"] == receipt)
    company.move(
        "supplier_return", back_line, a, 2, date(2012, 6, 16), "stock:MAIN", "supplier", origin_move_id=received
    )
    count = company.document("adjustment", date(2012, 6, 20))
    company.move("adjustment", company.line(count, a, 1), a, 1, date(2012, 6, 20), "loss", "stock:MAIN")
    scrapped = company.document("scrap", date(2012, 6, 20))
    company.move("scrap", company.line(scrapped, a, 3), a, 3, date(2012, 6, 20), "stock:MAIN", "loss")
    failed = company.work_order(b, 1, date(2012, 6, 21), [(a, 1)])
    company.issue(failed, a, 1, date(2012, 6, 21))
    company.close(failed, date(2012, 6, 22))
    company.bill(order_line, 18, "5.50", date(2012, 6, 25))
    path = tmp_path / "work.duckdb"
    company.write(path)
    warehouse_run.build(path, "2012-06-30", "+fct_settlement_due", "+fct_proofs", "+fct_stock_on_hand")
    assert rows(path, RED) == []
    assert rows(path, "select item_code, quantity, value_amount from marts.fct_stock_on_hand order by 1") == [
        ("A", 7, Decimal("42.00")),
        ("B", 2, Decimal("30.00")),
    ]
    assert dict(rows(path, BALANCES)) == {
        "inventory": Decimal("72.00"),
        "cost_of_sales": Decimal("30.00"),
        "labour_absorbed": Decimal("-12.00"),
        # 18 billed at 5.50; the 2 returned went out as they came in, at 5.25.
        "goods_received_not_billed": Decimal("-99.00"),
        # 20 came for 109.50 instead of 100.00; 2 went back at 5.25 worth 6.00 by then.
        "purchase_price_difference": Decimal("11.00"),
        # 8 × 5.00 + 12.00 made 4 × 15.00.
        "production_variance": Decimal("-8.00"),
        # 12 of A revalued by 1.00 (gain), one found.
        "inventory_gain_loss": Decimal("-18.00"),
        "scrap_loss": Decimal("24.00"),
    }
