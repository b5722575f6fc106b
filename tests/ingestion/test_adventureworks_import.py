"""Importing AdventureWorks through the one door: what arrives, what a second run adds (nothing), what is refused.

The files are small ones; what of the real files arrives is seen in `test_adventureworks_warehouse`.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ingestion.sources.adventureworks import UnreadableFile, import_adventureworks
from tests.ingestion.adventureworks_export import TABLES, with_line, write_export
from transactions import Door, make_home
from transactions.document.tables import document, document_line, work_order
from transactions.inventory.tables import stock_balance, stock_move, time_entry
from transactions.kernel.database import reading
from transactions.kernel.exact import from_micro
from transactions.kernel.refusal import NotSignedIn
from transactions.kernel.tables import audit_record
from transactions.ledger.tables import account, journal_line
from transactions.master.tables import item


@pytest.fixture
def door(migrated_sqlite_database: str) -> Door:
    """A door into an empty company's database."""
    return make_home(password="a long password", url=migrated_sqlite_database)[0]


def stock(door: Door) -> dict[str, Decimal]:
    """What lies there now, by item code."""
    statement = select(item.c.code, func.sum(stock_balance.c.quantity)).join(item, item.c.id == stock_balance.c.item_id)
    with reading(door.engine) as connection:
        rows = connection.execute(statement.group_by(item.c.code)).all()
    return {row[0]: from_micro(int(row[1])) for row in rows if row[1]}


def facts(door: Door) -> dict[str, int]:
    """How much was recorded: what two imports of the same files must have in common."""
    tables = (document, document_line, stock_move, time_entry, journal_line, work_order, audit_record)
    with reading(door.engine) as connection:
        found = {one.name: connection.scalar(select(func.count()).select_from(one)) or 0 for one in tables}
        found["moved"] = int(connection.scalar(select(func.sum(stock_move.c.quantity))) or 0)
        found["gross"] = int(connection.scalar(select(func.sum(document.c.gross_amount))) or 0)
    return found


def summed(door: Door, document_type: str, column: str) -> Decimal:
    """The sum of an amount over all documents of a type, in company currency."""
    statement = select(func.sum(document.c[column])).where(document.c.document_type == document_type)
    with reading(door.engine) as connection:
        return Decimal(int(connection.scalar(statement) or 0)).scaleb(-4)


def balance(door: Door, role: str) -> Decimal:
    """Debits less credits of the account, in company currency."""
    amount = func.sum(journal_line.c.debit_amount - journal_line.c.credit_amount)
    statement = select(amount).join(account, account.c.id == journal_line.c.account_id).where(account.c.role == role)
    with reading(door.engine) as connection:
        return Decimal(int(connection.scalar(statement) or 0)).scaleb(-4)


def test_the_whole_way_of_a_tiny_company(tmp_path: Path, migrated_database_url: str) -> None:
    door, _ = make_home(password="a long password", url=migrated_database_url)
    report = import_adventureworks(write_export(tmp_path / "files"), door)
    assert report.is_clean, str(report)
    assert stock(door) == {"BK-1": Decimal(9)}
    assert balance(door, "receivables") == balance(door, "payables") == 0
    assert balance(door, "revenue") == Decimal("-1980.1925")
    assert balance(door, "goods_received_not_billed") == Decimal("315")
    assert balance(door, "landed_cost_clearing") == Decimal("13.125")
    assert balance(door, "input_tax") == Decimal("25.2")


def test_an_interrupted_import_goes_on_where_it_was(tmp_path: Path, door: Door, sqlite_database: str) -> None:
    folder = write_export(tmp_path / "files")
    seen: list[tuple[int, int]] = []
    for first in (1, 5, 30, 31, None):
        report = import_adventureworks(folder, door, first=first, progress=lambda *now: seen.append(now))
        assert report.is_clean, str(report)
    assert seen[-1][0] == seen[-1][1]
    at_once, _ = make_home(password="a long password", url=f"sqlite:///{tmp_path / 'other.sqlite'}")
    import_adventureworks(folder, at_once)
    assert facts(door) == facts(at_once)


def test_a_kill_between_transactions_loses_and_doubles_nothing(tmp_path: Path, door: Door) -> None:
    folder = write_export(tmp_path / "files")

    class Killed(BaseException):
        """The process ends here."""

    def kill(_looked_at: int, _of: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        import_adventureworks(folder, door, progress=kill)
    there = facts(door)
    report = import_adventureworks(folder, door)
    assert report.accepted.total() == 0  # one transaction was enough, and it had been committed
    assert facts(door) == there


def test_later_years_add_to_what_is_there(tmp_path: Path, door: Door) -> None:
    """Files that go on longer need more opening stock; only what is missing is added."""
    import_adventureworks(write_export(tmp_path / "first"), door)
    longer = write_export(
        tmp_path / "longer",
        Sales__SalesOrderHeader=[
            *TABLES["Sales.SalesOrderHeader"],
            "50000,2013-05-31,2013-06-12,2013-06-07,5,SO50000,29825,279,60.5775,4.8462,1.5144",
        ],
        Sales__SalesOrderDetail=[*TABLES["Sales.SalesOrderDetail"], "50000,9,3,4,20.1925,0,60.5775"],
    )
    report = import_adventureworks(longer, door)
    assert report.is_clean, str(report)
    assert dict(report.accepted) == {
        "record_opening_stock": 1, "create_sales_order": 1, "deliver_goods": 1, "invoice_customer": 1,
        "receive_payment": 1,
    }  # fmt: skip
    assert stock(door) == {"BK-1": Decimal(9)}
    assert import_adventureworks(longer, door).accepted.total() == 0


def test_a_refused_command_is_reported_with_its_row_and_stops_no_other(tmp_path: Path, door: Door) -> None:
    """The customer is refused (no name may be so long), so its order is; what rests on the order is left out."""
    long_name = with_line("Sales.Store", 2, f"292,{'x' * 201}")
    report = import_adventureworks(write_export(tmp_path / "files", **long_name), door)
    [first, *others] = report.refused
    assert (first.file, first.line, first.command) == ("Sales.Customer.csv.gz", 2, "create_partner")
    assert "at most 200 characters" in first.rule
    assert [(row.file, row.line, row.command) for row in others] == [
        ("Sales.SalesOrderHeader.csv.gz", 2, "create_sales_order")
    ]
    assert dict(report.left_out) == {"deliver_goods": 1, "invoice_customer": 1, "receive_payment": 1}
    assert report.accepted["report_output"] == 2
    assert "refused: Sales.Customer.csv.gz line 2: create_partner" in str(report)

    mended = import_adventureworks(write_export(tmp_path / "files"), door)
    assert mended.is_clean
    assert mended.accepted.total() == 5


def test_a_bad_row_is_reported_and_the_others_arrive(tmp_path: Path, door: Door) -> None:
    bad = with_line("Sales.SalesOrderDetail", 3, "43660,2,1,4,many,0.0000,20.192500")
    report = import_adventureworks(write_export(tmp_path / "files", **bad), door)
    assert not report.is_clean
    assert str(report.bad_rows[0]) == "Sales.SalesOrderDetail.csv.gz line 3: UnitPrice = 'many': must be a number"
    assert report.accepted["create_sales_order"] == 1


def test_an_unreadable_file_stops_the_import_before_anything_is_written(tmp_path: Path, door: Door) -> None:
    folder = write_export(tmp_path / "files")
    before = facts(door)
    (folder / "Sales.SalesOrderDetail.csv.gz").write_bytes(b"\x1f\x8b")
    with pytest.raises(UnreadableFile):
        import_adventureworks(folder, door)
    assert facts(door) == before


def test_an_unknown_actor_imports_nothing(tmp_path: Path, door: Door) -> None:
    with pytest.raises(NotSignedIn):
        import_adventureworks(write_export(tmp_path / "files"), door, actor="nobody")
