"""A manual journal entry. Accounts that documents or settlement keep (inventory, receivables, …) refuse it."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from transactions.document.order_cost import shared_by_order
from transactions.kernel.command import Answer, Code, Command, Line, Note, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Amount
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.ledger.journal import EntryIsUnbalanced, Posting, account_coded, post_entry
from transactions.master.company import company_named
from transactions.master.lookup import named
from transactions.master.tables import department, partner


class AccountRefusesManualEntries(Refusal):
    """The account is kept by documents and settlement only."""

    status = 409


class NoExpense(Refusal):
    """Only an expense can be the cost of an order."""


class JournalEntryLine(Line):
    account: Code
    debit: Amount = Decimal(0)
    credit: Amount = Decimal(0)
    partner: Reference | None = None
    department: Reference | None = None
    text: Note | None = None
    sales_order: Reference | None = Field(None, description="the order that the expense was for, such as commission")


class PostJournalEntry(Command):
    """Post a manual journal entry."""

    entry_date: Day
    lines: Annotated[list[JournalEntryLine], Field(min_length=2)]
    text: Note | None = None


@handles(PostJournalEntry, permission="finance.journal_entry", stage=2)
def post_journal_entry(work: Work, entry: PostJournalEntry) -> Answer:
    """Post a manual journal entry."""
    company = company_named(work, entry.company)
    postings = []
    for position, line in enumerate(entry.lines):
        field = f"lines.{position}"
        account = account_coded(work, company.id, line.account, f"{field}.account")
        if not account.is_manual:
            raise AccountRefusesManualEntries(
                f"{account.code} {account.name} is kept by documents and settlement", field=f"{field}.account",
                value=line.account,
            )  # fmt: skip
        if (line.debit > 0) == (line.credit > 0):
            raise EntryIsUnbalanced(
                "a line has either a debit or a credit", field=f"{field}.debit", value=str(line.debit)
            )
        amount = company.minor(line.debit, f"{field}.debit") - company.minor(line.credit, f"{field}.credit")
        posting = Posting(
            account_id=account.id, amount=amount, description=line.text,
            partner_id=named(work, partner, line.partner, f"{field}.partner").id if line.partner else None,
            department_id=(
                named(work, department, line.department, f"{field}.department", company.id).id
                if line.department else None
            ),
        )  # fmt: skip
        if line.sales_order is None:
            postings.append(posting)
            continue
        if account.account_type != "expense":
            raise NoExpense(
                "only an expense is a cost of an order", field=f"{field}.sales_order", value=line.sales_order
            )
        for line_id, part in shared_by_order(work, company, line.sales_order, f"{field}.sales_order", amount):
            postings.append(replace(posting, amount=part, sales_order_line_id=line_id))
    posted = post_entry(
        work, company, posting="manual", entry_date=entry.entry_date, lines=postings, description=entry.text,
        date_field="entry_date",
    )  # fmt: skip
    assert posted is not None
    return {"id": posted[0], "number": posted[1]}
