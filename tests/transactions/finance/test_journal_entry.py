"""Manual entries: balanced, on accounts that allow them, in an open period."""

from typing import Any

from sqlalchemy import select

from tests.transactions.trading import Trading
from transactions.kernel.database import reading
from transactions.ledger.tables import account


def _entry(*lines: dict[str, Any], on: str = "2026-01-10", **data: Any) -> dict[str, Any]:
    return {"entry_date": on, "lines": list(lines)} | data


def test_a_manual_entry_is_posted_with_its_dimensions(trading: Trading) -> None:
    trading("create_department", code="OFF", name="Office")
    made = trading(
        "post_journal_entry", text="rent",
        **_entry({"account": "6601", "debit": "99.99", "department": "OFF", "partner": "SUP", "text": "January"},
                 {"account": "1002", "credit": "99.99"}),
    )  # fmt: skip
    entry = trading.row("journal_entry", id=made["id"])
    assert (entry["number"], entry["posting"], entry["description"]) == ("JE000001", "manual", "rent")
    debit, credit = trading.rows("journal_line", entry_id=made["id"])
    assert (debit["debit_amount"], credit["credit_amount"], debit["description"]) == (9999, 9999, "January")
    assert debit["department_id"] == trading.row("department")["id"]
    assert debit["partner_id"] == trading.row("partner", code="SUP")["id"]


def test_accounts_that_documents_keep_refuse_manual_entries(shop: Trading) -> None:
    with reading(shop.door.engine) as connection:
        kept = connection.execute(select(account.c.code, account.c.role).where(~account.c.is_manual)).all()
    assert {row.role for row in kept} >= {
        "inventory", "work_in_progress", "goods_received_not_billed", "receivables", "payables",
    }  # fmt: skip
    for row in kept:
        refusal = shop.refused(
            "post_journal_entry", **_entry({"account": "1002", "debit": 1}, {"account": row.code, "credit": 1})
        )
        assert (refusal.fact, refusal.field) == ("AccountRefusesManualEntries", "lines.1.account")


def test_an_entry_that_does_not_balance_is_refused(shop: Trading) -> None:
    bank, other = {"account": "1002"}, {"account": "6601"}
    for lines, fact, field in (
        ([bank | {"debit": 1}, other | {"credit": "1.01"}], "EntryIsUnbalanced", "lines"),
        ([bank | {"debit": 1, "credit": 1}, other | {"credit": 1}], "EntryIsUnbalanced", "lines.0.debit"),
        ([bank | {"debit": 1}, other], "EntryIsUnbalanced", "lines.1.debit"),
        ([bank | {"debit": "0.001"}, other | {"credit": "0.001"}], "AmountIsTooFine", "lines.0.debit"),
        ([bank | {"debit": 1}, {"account": "9999", "credit": 1}], "NotFound", "lines.1.account"),
        ([bank | {"debit": 1}], "InvalidData", "lines"),
        ([bank | {"debit": -1}, other | {"credit": -1}], "InvalidData", "lines.0.debit"),
    ):
        refusal = shop.refused("post_journal_entry", **_entry(*lines))
        assert (refusal.fact, refusal.field) == (fact, field)
