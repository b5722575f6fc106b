"""Each proof turns red when its two sides part, and names the document; without a fault all hold.

Faults are planted in the rows that replication brought, or in what the engines left, of the build of a small company.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.warehouse.raw_company import RawCompany
from tests.warehouse.warehouse_run import WarehouseRun, change, rows

AS_OF = "2012-06-30"
RED = "select check_name, first_document_number from marts.fct_proofs where not is_green order by check_name"
LEDGER = ("fct_journal_lines", "rpt_trial_balance", "1+fct_proofs")


@pytest.fixture(scope="module")
def company() -> RawCompany:
    """Two purchases, one of them billed late, one with landed cost; a work order closed, one in work; a sale."""
    made = RawCompany()
    a, b = made.item("A", method="moving_average"), made.item("B", "made")
    supplier, customer = made.partner("S"), made.partner("C")
    made.opening(a, 5, 4, date(2012, 5, 31), date(2012, 1, 15))
    first, _ = made.purchase(a, 10, 5, date(2012, 6, 1), supplier)
    made.purchase(a, 10, 6, date(2012, 6, 2), supplier)
    closed = made.work_order(b, 5, date(2012, 6, 3), [(a, 12)], number="W1")
    made.issue(closed, a, 12, date(2012, 6, 3))
    made.time(closed, 30, 40, date(2012, 6, 4), overhead=10)
    made.output(closed, b, 5, date(2012, 6, 5))
    made.close(closed, date(2012, 6, 5))
    working = made.work_order(b, 5, date(2012, 6, 8), [(a, 12)], number="W2")
    made.issue(working, a, 6, date(2012, 6, 9))
    sale = made.sale(b, 3, 40, date(2012, 6, 6), customer)
    made.deliver(sale, 3, date(2012, 6, 7))
    invoice = made.invoice(sale, 3, date(2012, 6, 8))
    made.head(invoice)["number"] = "INVOICE-1"
    bill = made.bill(first, 10, "5.50", date(2012, 6, 10))
    made.head(bill)["number"] = "BILL-1"
    return made


@pytest.fixture(scope="module")
def sound_build(company: RawCompany, warehouse_run: WarehouseRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "work.duckdb"
    company.write(path)
    warehouse_run.build(path, AS_OF, "+fct_proofs")
    return path


def journal_entry(company: RawCompany, number: str, lines: list[tuple[str, int, int]], **fields: int) -> list[str]:
    """SQL that plants a posted manual entry, which no command would let through."""
    period = next(row["id"] for row in company.rows["fiscal_period"] if row["code"] == "2012-06")
    entry = company.next_id + 1000
    head = (
        "insert into raw.journal_entry (id, company_id, number, posting, entry_date, period_id, is_posted, user_id, "
        f"recorded_at) values ({entry}, {company.company}, '{number}', 'manual', date '2012-06-20', {period}, true, "
        f"{company.user}, 0)"
    )
    statements = [head]
    names = ", ".join(["", *fields])
    values = ", ".join(["", *map(str, fields.values())])
    for at, (role, debit, credit) in enumerate(lines, 1):
        statements.append(
            "insert into raw.journal_line (id, entry_id, line_number, account_id, debit_amount, credit_amount, "
            f"currency, document_debit_amount, document_credit_amount{names}) values ({entry + at}, {entry}, {at}, "
            f"{company.accounts[role]}, {debit}, {credit}, 'CNY', {debit}, {credit}{values})"
        )
    return statements


def red(
    run: WarehouseRun, build: Path, folder: Path, statements: list[str], rebuild: tuple[str, ...]
) -> dict[str, str]:
    """The checks that are red after planting, with the document each names."""
    path = folder / "work.duckdb"
    shutil.copy(build, path)
    change(path, *statements)
    run.build(path, AS_OF, *rebuild)
    return {str(check): str(document) for check, document in rows(path, RED)}


def test_all_proofs_hold_without_a_fault(sound_build: Path) -> None:
    assert rows(sound_build, RED) == []
    compared = rows(sound_build, "select check_name, key_count from marts.fct_proofs where key_count = 0")
    assert {check for check, _ in compared} == {
        "landed_cost_clearing", "subcontract_clearing", "cost_variances", "commands"
    }  # fmt: skip


def test_a_balance_that_is_not_its_moves(warehouse_run: WarehouseRun, sound_build: Path, tmp_path: Path) -> None:
    statement = (
        "update raw.stock_balance set quantity = quantity + 1 where id = (select min(id) from raw.stock_balance "
        "where location_id in (select id from raw.location where kind = 'stock'))"
    )
    found = red(warehouse_run, sound_build, tmp_path, [statement], ("1+fct_proofs",))
    assert found.keys() == {"stock_balances"}
    assert found["stock_balances"].startswith("opening_stock")


@pytest.mark.parametrize(
    ("role", "check"),
    [
        ("inventory", "stock_value"),
        ("work_in_progress", "work_in_progress"),
        ("goods_received_not_billed", "goods_received_not_billed"),
        ("landed_cost_clearing", "landed_cost_clearing"),
        ("cost_of_sales", "order_cost"),
        ("receivables", "receivables"),
        ("payables", "payables"),
    ],
)
def test_an_entry_by_hand_in_a_tied_account(
    role: str, check: str, company: RawCompany, warehouse_run: WarehouseRun, sound_build: Path, tmp_path: Path
) -> None:
    planted = journal_entry(company, "BY-HAND", [(role, 700, 0), ("capital", 0, 700)])
    assert red(warehouse_run, sound_build, tmp_path, planted, LEDGER) == {check: "BY-HAND"}


def test_cost_that_is_due_though_it_was_settled(warehouse_run: WarehouseRun, sound_build: Path, tmp_path: Path) -> None:
    planted = ["update marts.fct_settlement_due set debit = 2 * debit, credit = 2 * credit where event = 'delivery'"]
    assert red(warehouse_run, sound_build, tmp_path, planted, ("1+fct_proofs",)).keys() == {
        "cost_settlement",
        "repeated_rows",
    }


def test_faults_that_cancel_out_are_found(
    company: RawCompany, warehouse_run: WarehouseRun, sound_build: Path, tmp_path: Path
) -> None:
    a, b = (row["id"] for row in company.rows["item"])
    planted = journal_entry(company, "OFF-A", [("inventory", 700, 0), ("capital", 0, 700)], item_id=a)
    company.next_id += 10
    planted += journal_entry(company, "OFF-B", [("inventory", 0, 700), ("capital", 700, 0)], item_id=b)
    assert red(warehouse_run, sound_build, tmp_path, planted, LEDGER) == {"stock_value": "OFF-A"}
    found = rows(tmp_path / "work.duckdb", "select difference from marts.fct_proofs where check_name = 'stock_value'")
    assert found == [(14,)]


def test_an_unbalanced_entry(warehouse_run: WarehouseRun, sound_build: Path, tmp_path: Path) -> None:
    statement = (
        "update raw.journal_line set debit_amount = debit_amount + 1 where account_id = "
        "(select id from raw.account where role = 'receivables')"
    )
    found = red(warehouse_run, sound_build, tmp_path, [statement], LEDGER)
    assert found == {"journal_entries": "INVOICE-1", "trial_balance": "INVOICE-1", "receivables": "INVOICE-1"}


@pytest.mark.parametrize(("document", "check"), [("INVOICE-1", "receivables"), ("BILL-1", "payables")])
def test_a_document_that_was_posted_otherwise(
    document: str, check: str, warehouse_run: WarehouseRun, sound_build: Path, tmp_path: Path
) -> None:
    statement = (
        "update raw.document_line set net_amount = net_amount + 5, gross_amount = gross_amount + 5 "
        f"where document_id = (select id from raw.document where number = '{document}')"
    )
    rebuild = (
        "int_document_lines_converted",
        "int_invoices_paid",
        "fct_invoices",
        "fct_receivables",
        "fct_payables",
        "1+fct_proofs",
    )
    found = red(warehouse_run, sound_build, tmp_path, [statement], rebuild)
    assert found == {check: document, "document_amounts": document}


def test_a_bill_link_that_is_not_the_bill(warehouse_run: WarehouseRun, sound_build: Path, tmp_path: Path) -> None:
    statement = "update raw.line_link set amount = amount + 5 where link_type = 'bill'"
    found = red(warehouse_run, sound_build, tmp_path, [statement], ("+fct_proofs",))
    assert found.keys() == {"goods_received_not_billed"}


def test_value_that_appears_in_a_layer(warehouse_run: WarehouseRun, sound_build: Path, tmp_path: Path) -> None:
    statement = (
        "update engine.costing_layers set value_amount = value_amount + 1, material_amount = material_amount + 1"
    )
    found = red(
        warehouse_run, sound_build, tmp_path, [statement], ("int_cost_layers_aged", "fct_stock_ageing", "1+fct_proofs")
    )
    assert found.keys() == {"stock_value", "value_conservation", "company_value", "costing_entries"}
    assert found["value_conservation"].startswith("opening_stock")


def test_quantity_that_vanishes_from_a_layer(warehouse_run: WarehouseRun, sound_build: Path, tmp_path: Path) -> None:
    statement = "update engine.costing_layers set quantity = quantity - 1000000"
    found = red(
        warehouse_run, sound_build, tmp_path, [statement], ("int_cost_layers_aged", "fct_stock_ageing", "1+fct_proofs")
    )
    assert found.keys() == {"stock_quantity", "stock_layers", "costing_entries"}


def test_a_slice_that_is_not_its_move(warehouse_run: WarehouseRun, sound_build: Path, tmp_path: Path) -> None:
    statement = "update engine.costing_slices set value_amount = value_amount + 1"
    found = red(warehouse_run, sound_build, tmp_path, [statement], ("fct_cost_slices", "1+fct_proofs"))
    assert found.keys() == {"cost_slices", "costing_entries"}
    assert found["cost_slices"].startswith("material_issue")


def test_cost_that_vanishes_in_a_work_order(warehouse_run: WarehouseRun, sound_build: Path, tmp_path: Path) -> None:
    statement = "update engine.costing_work_orders set wip_amount = wip_amount - 1 where not is_closed"
    found = red(warehouse_run, sound_build, tmp_path, [statement], ("fct_work_orders", "1+fct_proofs"))
    assert found == {
        "work_in_progress": "W1", "work_order_cost": "W2", "company_value": "W2", "costing_entries": "W2"
    }  # fmt: skip
