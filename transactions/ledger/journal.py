"""Journal entries: every posting balances in company currency, or nothing of its command is kept.

Signs: an amount posted to the debit is positive, to the credit negative; a line of zero is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, bindparam, select

from transactions.kernel.numbering import next_number
from transactions.kernel.refusal import NotFound, Refusal
from transactions.ledger.period import open_period_on
from transactions.ledger.tables import account, journal_entry, journal_line
from transactions.master.company import Company

if TYPE_CHECKING:
    from transactions.kernel.work import Work


class EntryIsUnbalanced(Refusal):
    """Debits and credits of an entry differ."""


@dataclass(frozen=True, kw_only=True)
class Posting:
    """One side of an entry. amount: minor units of company currency, debit positive, credit negative."""

    account_id: int
    amount: int
    document_amount: int | None = None  # in the document's currency; None: the same
    partner_id: int | None = None
    item_id: int | None = None
    sales_order_line_id: int | None = None
    department_id: int | None = None
    due_date: date | None = None
    description: str | None = None
    settled_event: str | None = None
    settled_period: str | None = None


_by_role = select(account.c.id).where(
    account.c.company_id == bindparam("company_id"), account.c.role == bindparam("role")
)
_by_code = select(account).where(account.c.company_id == bindparam("company_id"), account.c.code == bindparam("code"))


def account_of(work: "Work", company_id: int, role: str) -> int:
    """Id of the company's account of that role."""
    key = ("account", company_id, role)
    known = work.masters.get(key)
    if known is None:
        rows = work.rows(_by_role, company_id=company_id, role=role)
        if not rows:
            raise NotFound(f"the chart of accounts has no account for {role}", field="account", value=role)
        known = work.masters[key] = rows[0].id
    assert isinstance(known, int)
    return known


def account_coded(work: "Work", company_id: int, code: str, field: str = "account") -> Row[Any]:
    key = ("account code", company_id, code)
    known = work.masters.get(key)
    if known is None:
        known = work.first(_by_code, company_id=company_id, code=code)
        if known is None:
            raise NotFound(f"there is no account {code!r}", field=field, value=code)
        work.masters[key] = known
    return known


def post_entry(
    work: "Work",
    company: Company,
    *,
    posting: str,
    entry_date: date,
    lines: Sequence[Posting],
    document_id: int | None = None,
    currency: str | None = None,
    description: str | None = None,
    date_field: str = "effective_date",
) -> tuple[int, str] | None:
    """Post one balanced entry in an open period; returns its id and number, None if every line is zero.

    posting: the name of the rule, such as customer_invoice. currency: of the document amounts, by default the
    company's; then they must balance as well.
    """
    kept = [line for line in lines if line.amount or line.document_amount]
    if not kept:
        return None
    period = open_period_on(work, company.id, entry_date, date_field)
    for total, money in (
        (sum(line.amount for line in kept), company.currency),
        (sum(line.amount if line.document_amount is None else line.document_amount for line in kept), currency),
    ):
        if total:
            raise EntryIsUnbalanced(
                f"debits and credits are equal; they differ by {company.decimal(total)} {money or company.currency}",
                field="lines", value=company.decimal(total),
            )  # fmt: skip
    number = next_number(work, company.id, "journal_entry", entry_date)
    entry_id = work.insert(
        journal_entry, company_id=company.id, number=number, posting=posting, entry_date=entry_date,
        period_id=period.id, document_id=document_id, description=description, is_posted=False, user_id=work.user_id,
        recorded_at=work.recorded_at,
    )  # fmt: skip
    for line_number, line in enumerate(kept, start=1):
        in_document = line.amount if line.document_amount is None else line.document_amount
        work.insert(
            journal_line, entry_id=entry_id, line_number=line_number, account_id=line.account_id,
            debit_amount=max(line.amount, 0), credit_amount=max(-line.amount, 0), currency=currency or company.currency,
            document_debit_amount=max(in_document, 0), document_credit_amount=max(-in_document, 0),
            partner_id=line.partner_id, item_id=line.item_id, sales_order_line_id=line.sales_order_line_id,
            department_id=line.department_id, document_id=document_id, due_date=line.due_date,
            description=line.description, settled_event=line.settled_event, settled_period=line.settled_period,
        )  # fmt: skip
    work.update(journal_entry, entry_id, audited=False, is_posted=True)  # here the database checks the balance
    return entry_id, number
