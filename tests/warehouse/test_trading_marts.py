"""A trading company from its first command to the marts: foreign orders, part payments, lateness, receipts, alerts.

Every figure below was worked out by hand from the commands. The build is made once; the tests read it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.replication import replicate
from orchestration.edition import published_models, write_editions
from tests.warehouse.warehouse_run import WarehouseRun, rows
from transactions import make_home

AS_OF = "2026-03-20"
LINES_OF_FOREIGN_ORDER: list[dict[str, Any]] = [
    {"item": "A", "quantity": 3, "unit_price": "33.33", "requested_date": "2026-02-09", "promised_date": "2026-02-09"},
    {"item": "A", "quantity": 3, "unit_price": "0.99", "requested_date": "2026-02-09", "promised_date": "2026-02-09"},
]
COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("create_company", {"code": "ACME", "name": "Acme", "currency": "USD"}),
    ("create_warehouse", {"code": "MAIN", "name": "Main warehouse"}),
    ("create_holiday", {"holiday_date": "2026-02-10", "name": "Day of the founder"}),
    ("set_exchange_rate", {"currency": "EUR", "rate": "1.10", "effective_date": "2026-01-01"}),
    ("set_exchange_rate", {"currency": "EUR", "rate": "1.20", "effective_date": "2026-02-15"}),
    ("set_exchange_rate", {"currency": "EUR", "rate": "1.00", "effective_date": "2026-03-01"}),
    ("create_partner", {"code": "CUS", "name": "Customer", "is_customer": True, "currency": "EUR"}),
    ("create_partner", {"code": "HOME", "name": "Customer at home", "is_customer": True, "payment_term_days": 30}),
    ("create_partner", {"code": "SUP", "name": "Supplier", "is_customer": False, "is_supplier": True}),
    ("create_item", {"code": "A", "name": "Part A", "unit": "pcs", "kind": "bought", "safety_stock": 200}),
    ("create_item", {"code": "B", "name": "Product B", "unit": "pcs", "kind": "made"}),
    ("create_bom", {"item": "B", "effective_date": "2026-01-01", "lines": [{"item": "A", "quantity": 2}]}),
    ("create_employee", {"code": "E1", "name": "Worker", "hourly_rate": "30.00", "effective_date": "2026-01-01"}),
    (
        "record_opening_stock",
        {
            "effective_date": "2026-01-05",
            "warehouse": "MAIN",
            "lines": [{"item": "A", "quantity": 100, "unit_cost": "2.00"}],
        },
    ),
    (
        "create_sales_order",
        {
            "customer": "CUS",
            "order_date": "2026-02-02",
            "external_number": "SO-1",
            "freight": "10.00",
            "tax_amount": "20.00",
            "confirm": True,
            "lines": LINES_OF_FOREIGN_ORDER,
        },
    ),
    ("deliver_goods", {"order": "SO-1", "effective_date": "2026-02-06", "lines": [{"line": 2, "quantity": 3}]}),
    ("deliver_goods", {"order": "SO-1", "effective_date": "2026-02-11", "lines": [{"line": 1, "quantity": 3}]}),
    (
        "invoice_customer",
        {"order": "SO-1", "invoice_date": "2026-02-16", "external_number": "SI-1", "due_date": "2026-03-18"},
    ),
    ("receive_payment", {"customer": "CUS", "effective_date": "2026-02-20", "amount": "65.01"}),
    ("receive_payment", {"customer": "CUS", "effective_date": "2026-03-05", "amount": "60.00"}),
    (
        "create_sales_order",
        {
            "customer": "HOME",
            "order_date": "2026-03-02",
            "external_number": "SO-2",
            "confirm": True,
            "lines": [{"item": "A", "quantity": 4, "unit_price": "5.00", "promised_date": "2026-03-10"}],
        },
    ),
    ("deliver_goods", {"order": "SO-2", "effective_date": "2026-03-09", "lines": [{"line": 1, "quantity": 1}]}),
    (
        "create_sales_order",
        {
            "customer": "HOME",
            "order_date": "2026-03-03",
            "external_number": "SO-3",
            "lines": [{"item": "A", "quantity": 1, "unit_price": "5.00", "promised_date": "2026-03-04"}],
        },
    ),
    (
        "create_sales_order",
        {
            "customer": "HOME",
            "order_date": "2026-03-03",
            "external_number": "SO-4",
            "confirm": True,
            "lines": [{"item": "A", "quantity": 1, "unit_price": "5.00", "promised_date": "2026-03-04"}],
        },
    ),
    ("cancel_sales_order", {"order": "SO-4", "effective_date": "2026-03-06"}),
    (
        "create_purchase_order",
        {
            "supplier": "SUP",
            "order_date": "2026-02-02",
            "external_number": "PO-1",
            "confirm": True,
            "lines": [
                {"item": "A", "quantity": 10, "unit_price": "2.00", "expected_date": "2026-02-09"},
                {"item": "A", "quantity": 5, "unit_price": "3.00", "expected_date": "2026-02-09"},
            ],
        },
    ),
    ("receive_goods", {"order": "PO-1", "effective_date": "2026-02-11", "inspect": True, "external_number": "GR-1"}),
    (
        "decide_inspection",
        {
            "inspection": "GR-1-1",
            "accepted_quantity": 8,
            "rejected_quantity": 2,
            "disposition": "return",
            "effective_date": "2026-02-12",
        },
    ),
    (
        "decide_inspection",
        {"inspection": "GR-1-2", "accepted_quantity": 5, "rejected_quantity": 0, "effective_date": "2026-02-12"},
    ),
    (
        "bill_supplier",
        {
            "order": "PO-1",
            "bill_date": "2026-02-20",
            "lines": [{"line": 1, "quantity": 8, "unit_price": "2.50"}, {"line": 2, "quantity": 5}],
        },
    ),
    (
        "create_work_order",
        {
            "item": "B",
            "quantity": 1,
            "start_date": "2026-03-02",
            "due_date": "2026-03-06",
            "external_number": "WO-1",
            "release": True,
        },
    ),
    ("book_time", {"order": "WO-1", "effective_date": "2026-03-03", "minutes": 20, "employee": "E1"}),
    ("book_time", {"order": "WO-1", "effective_date": "2026-03-03", "minutes": 30, "employee": "E1"}),
    # after the day of the build: it has not happened yet
    ("receive_payment", {"customer": "CUS", "effective_date": "2026-03-21", "amount": "5.01"}),
]


@pytest.fixture(scope="module")
def build(warehouse_run: WarehouseRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trading")
    door, _password = make_home(password="a long password", url=f"sqlite:///{folder / 'bihuan.sqlite'}")
    for number, (command, data) in enumerate(COMMANDS):
        door.execute(command, data, "administrator", f"trading-{number}")
    path = folder / "work.duckdb"
    replicate(door.engine, path, full=True)
    warehouse_run.build(path, AS_OF, "path:models")
    return path


def test_all_tests_of_the_models_hold(warehouse_run: WarehouseRun, build: Path) -> None:
    statuses = warehouse_run.test(build, AS_OF, "path:models", "path:tests")
    assert {name: status for name, status in statuses.items() if status not in ("pass", "success")} == {}
    assert {"days_late_counts_working_days", "payments_spread_by_open_amount"} <= set(statuses)


def test_lines_of_a_foreign_order_add_up(build: Path) -> None:
    lines = rows(
        build,
        "select net_amount, gross_amount, net_amount_document_currency, invoiced_net_amount, invoiced_gross_amount "
        "from marts.fct_sales_order_lines where external_number = 'SO-1' order by line_number",
    )
    # 102.96 EUR at 1.10 = 113.26; with tax 20 → 22.00 and freight 10 → 11.00; invoiced at 1.20, line by line
    assert [line[0] for line in lines] == [Decimal("109.99"), Decimal("3.27")]
    assert sum(line[1] for line in lines) == Decimal("146.26")
    assert [line[2] for line in lines] == [Decimal("99.99"), Decimal("2.97")]
    assert [line[3] for line in lines] == [Decimal("119.99"), Decimal("3.56")]
    assert sum(line[4] for line in lines) == Decimal("159.55")


def test_part_payments_spread_to_lines_and_tie_to_the_ledger(build: Path) -> None:
    query = "select sum(paid_amount) from marts.fct_sales_order_lines where external_number = 'SO-1'"
    assert rows(build, query) == [(Decimal("150.01"),)]  # 159.55 × 125.01 ÷ 132.96
    query = (
        "select open_amount, open_amount_document_currency, days_overdue, age_bucket, external_number "
        "from marts.fct_receivables"
    )
    assert rows(build, query) == [(Decimal("9.54"), Decimal("7.95"), 2, "1-30", "SI-1")]
    assert rows(
        build,
        "select sum(debit_amount - credit_amount) from marts.fct_journal_lines where account_role = 'receivables'",
    ) == [(Decimal("9.54"),)]


def test_lateness_skips_weekends_and_holidays(build: Path) -> None:
    query = (
        "select external_number, line_number, days_late, is_open, status from marts.fct_sales_order_lines "
        "order by external_number, line_number"
    )
    assert rows(build, query) == [
        ("SO-1", 1, 1, False, "invoiced"),  # Monday → Wednesday with a holiday between
        ("SO-1", 2, -1, False, "invoiced"),  # the Friday before
        ("SO-2", 1, 8, True, "partly_delivered"),
        ("SO-3", 1, None, False, "draft"),
        ("SO-4", 1, None, False, "cancelled"),
    ]


def test_purchase_lines_know_rejected_goods_and_dearer_bills(build: Path) -> None:
    query = (
        "select received_quantity, accepted_quantity, returned_quantity, billed_quantity, unit_price, "
        "price_difference_amount, days_late, status from marts.fct_purchase_order_lines order by line_number"
    )
    assert rows(build, query) == [
        (10, 8, 2, 8, Decimal("2"), Decimal("4.00"), 1, "billed"),
        (5, 5, 0, 5, Decimal("3"), Decimal("0"), 1, "billed"),
    ]
    query = (
        "select period_code, on_time_rate, accepted_rate, price_difference_amount, lead_time_days_p50 "
        "from marts.fct_supplier_performance"
    )
    assert rows(build, query) == [("2026-02", Decimal("0"), Decimal("0.866667"), Decimal("4.00"), 9)]


def test_hours_of_a_day_are_one_row(build: Path) -> None:
    query = "select employee_code, work_order_id is not null, minutes, cost_amount from marts.fct_labour_hours"
    assert rows(build, query) == [("E1", True, Decimal("50"), Decimal("25.00"))]


def test_alerts_say_since_when(build: Path) -> None:
    query = "select rule, severity, subject, first_seen, amount from marts.fct_alerts order by rule, first_seen"
    found = rows(build, query)
    assert ("below_safety_stock", "warning", "A", date(2026, 1, 5), None) in found
    assert ("late_order_line", "critical", "A", date(2026, 3, 11), Decimal("15.00")) in found
    assert ("overdue_receivable", "warning", "CUS", date(2026, 3, 19), Decimal("9.54")) in found
    # the second line of SO-1 sells parts of 2.00 for 0.99
    assert [row[:3] for row in found if row[0] == "loss_making_line"] == [("loss_making_line", "warning", "A")]
    assert {row[0] for row in found} == {
        "below_safety_stock",
        "late_order_line",
        "loss_making_line",
        "overdue_receivable",
    }


def test_statements_run_from_document_to_document(build: Path) -> None:
    query = (
        "select document_type, delivered_amount, invoiced_amount, paid_amount, running_balance "
        "from reports.rpt_customer_statement where partner_code = 'CUS' order by document_date, document_id"
    )
    statement = rows(build, query)
    assert [row[0] for row in statement] == [
        "delivery",
        "delivery",
        "customer_invoice",
        "customer_payment",
        "customer_payment",
    ]
    assert sum(row[1] for row in statement) == Decimal("146.26")
    # payments count at the rate of their invoice: what is left is what is open
    assert [row[4] for row in statement[2:]] == [Decimal("159.55"), Decimal("81.54"), Decimal("9.54")]


def test_statements_of_the_ledger_agree(build: Path) -> None:
    [(profit,)] = rows(build, "select sum(profit_amount) from reports.rpt_profit_and_loss")
    assert rows(
        build,
        "select balance_amount from reports.rpt_balance_sheet "
        "where account_code = 'result' and period_code = '2026-03'",
    ) == [(profit,)]
    assert (
        rows(
            build, "select period_code, sum(closing) from reports.rpt_trial_balance group by 1 having sum(closing) <> 0"
        )
        == []
    )
    assert rows(build, "select count(*) from marts.fct_proofs where difference <> 0") == [(0,)]


def test_losses_are_not_told_without_the_right_to_cost(
    warehouse_run: WarehouseRun, build: Path, tmp_path: Path
) -> None:
    work_file = tmp_path / "work.duckdb"
    work_file.write_bytes(build.read_bytes())
    models = published_models(warehouse_run.dbt.manifest())
    write_editions(work_file, models, {"is_green": True, "proofs_failed": 0}, {})
    losses = "select count(*) from marts.fct_alerts where rule = 'loss_making_line'"
    assert rows(tmp_path / "nocost.duckdb", losses) == [(0,)]
    assert rows(tmp_path / "cost.duckdb", losses) == [(1,)]
    assert rows(tmp_path / "nocost.duckdb", "select count(*) from marts.fct_alerts where rule = 'late_order_line'") == [
        (1,)
    ]
