"""What a payment pays: invoices or bills of its partner and currency, oldest first unless chosen.

Each takes its share of what its invoice was posted with on receivables or payables, exactly over all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import AliasChoices, Field
from sqlalchemy import Row, bindparam, func, select

from transactions.document.pricing import share
from transactions.document.tables import document, payment_allocation
from transactions.finance.invoice_reference import invoice_named
from transactions.kernel.command import Line, Reference
from transactions.kernel.exact import PositiveAmount
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.ledger.journal import Posting, account_of
from transactions.ledger.tables import account, journal_entry, journal_line
from transactions.master.company import Company


class AllocationExceedsOpen(Refusal):
    """More is allocated than is open on the invoice, or than the payment has."""

    status = 409


class InvoiceIsLater(Refusal):
    """Money pays invoices of its own day or earlier; until then it is an advance."""


class CurrencyDiffers(Refusal):
    """A payment is allocated to invoices of its own currency and partner only."""


@dataclass(frozen=True)
class Direction:
    """What differs between money in and money out. sign: of the bank posting, debit positive.

    A note is allocated like a payment: it settles what is owed, though nothing moves at the bank.
    """

    payment_type: str
    note_type: str
    invoice_types: tuple[str, ...]
    control_role: str
    advance_role: str
    sign: int


FROM_CUSTOMER = Direction(
    "customer_payment", "credit_note", ("customer_invoice",), "receivables", "customer_advances", 1
)
TO_SUPPLIER = Direction(
    "supplier_payment", "debit_note", ("supplier_bill", "landed_cost"), "payables", "supplier_advances", -1
)


class Allocation(Line):
    invoice: Reference = Field(
        description="number, external number or id of the invoice, or of the order it is alone of"
    )
    amount: PositiveAmount


class AllocationToBill(Allocation):
    """The same, where `bill` says what is paid as well as `invoice` does."""

    invoice: Reference = Field(
        validation_alias=AliasChoices("invoice", "bill"),
        description="or bill: its number, external number or id, or those of an order that has only it",
    )


_open_invoices = (
    select(
        document.c.id, document.c.document_type, document.c.number, document.c.partner_id, document.c.currency,
        document.c.gross_amount, document.c.exchange_rate, document.c.due_date, document.c.effective_date,
        func.coalesce(
            select(func.sum(payment_allocation.c.amount))
            .where(payment_allocation.c.invoice_id == document.c.id)
            .scalar_subquery(),
            0,
        ).label("allocated"),
    )
    .where(document.c.company_id == bindparam("company_id"))
)  # fmt: skip
_of_partner = _open_invoices.where(
    document.c.effective_date <= bindparam("on"),
    document.c.partner_id == bindparam("partner_id"), document.c.currency == bindparam("currency"),
    document.c.document_type.in_(bindparam("types", expanding=True)), document.c.state == "done",
).order_by(document.c.due_date, document.c.id)  # fmt: skip
_of_type = _open_invoices.where(document.c.document_type == bindparam("document_type"))
_by_id = _of_type.where(document.c.id == bindparam("reference"))
_of_any_type = _open_invoices.where(document.c.id == bindparam("reference"))
_control_amount = (  # what the invoice was posted with on the control account, company currency, debit positive
    select(func.sum(journal_line.c.debit_amount - journal_line.c.credit_amount))
    .select_from(
        journal_line.join(journal_entry, journal_entry.c.id == journal_line.c.entry_id).join(
            account, account.c.id == journal_line.c.account_id
        )
    )
    .where(journal_entry.c.document_id == bindparam("document_id"), account.c.role == bindparam("role"))
)


def as_open(work: Work, company: Company, invoice_id: int) -> Row[Any]:
    """The invoice or bill with what is allocated to it, as `allocate` takes it."""
    return work.rows(_of_any_type, company_id=company.id, reference=invoice_id)[0]


def oldest_first(
    work: Work, company: Company, direction: Direction, partner_id: int, currency: str, amount: int, on: date
) -> list[tuple[Row[Any], int]]:
    """(invoice, part) for as much of the amount (minor, document currency) as invoices of that day or earlier take."""
    taken = []
    for invoice in work.rows(
        _of_partner, company_id=company.id, partner_id=partner_id, currency=currency, types=direction.invoice_types,
        on=on,
    ):  # fmt: skip
        part = min(amount, invoice.gross_amount - int(invoice.allocated))
        if part > 0:
            taken.append((invoice, part))
            amount -= part
    return taken


def first_named(work: Work, company: Company, direction: Direction, allocations: Sequence[Allocation]) -> Row[Any]:
    """The first invoice named: money that names invoices and no currency comes in the currency of that."""
    return _invoice_named(work, company, direction, allocations[0].invoice, "allocations.0.invoice")


def chosen(
    work: Work,
    company: Company,
    direction: Direction,
    partner_id: int,
    currency: str,
    amount: int,
    on: date,
    allocations: Sequence[Allocation],
    first: Row[Any] | None = None,
) -> list[tuple[Row[Any], int]]:
    """(invoice, part) as stated: of this partner and currency, within what is open and what there is.

    first: the first invoice, where it was looked up before.
    """
    taken: list[tuple[Row[Any], int]] = []
    for position, allocation in enumerate(allocations):
        field = f"allocations.{position}"
        if position == 0 and first is not None:
            invoice = first
        else:
            invoice = _invoice_named(work, company, direction, allocation.invoice, f"{field}.invoice")
        if invoice.partner_id != partner_id or invoice.currency != currency:
            raise CurrencyDiffers(
                "the invoice is of another partner or currency", field=f"{field}.invoice", value=allocation.invoice
            )
        if invoice.effective_date > on:
            raise InvoiceIsLater(
                f"the invoice is of {invoice.effective_date}", field=f"{field}.invoice", value=allocation.invoice
            )
        part = company.minor(allocation.amount, f"{field}.amount")
        left = invoice.gross_amount - int(invoice.allocated) - sum(p for i, p in taken if i.id == invoice.id)
        if part > left:
            raise AllocationExceedsOpen(
                f"{company.decimal(left)} are open on {invoice.number}",
                field=f"{field}.amount",
                value=allocation.amount,
            )
        taken.append((invoice, part))
    if sum(part for _invoice, part in taken) > amount:
        raise AllocationExceedsOpen(
            "more is allocated than was paid", field="allocations", value=str(company.decimal(amount))
        )
    return taken


def _invoice_named(work: Work, company: Company, direction: Direction, reference: str | int, field: str) -> Row[Any]:
    """The invoice or bill of that reference, or of its order's, with what is allocated to it."""
    if isinstance(reference, int):
        for document_type in direction.invoice_types:
            found = work.first(_by_id, company_id=company.id, document_type=document_type, reference=reference)
            if found is not None:
                return found
    return as_open(work, company, invoice_named(work, company, direction.invoice_types, reference, field).id)


def allocate(
    work: Work, company: Company, direction: Direction, payment_id: int, on: date, taken: Sequence[tuple[Row[Any], int]]
) -> list[Posting]:
    """Record the allocations; each takes its share of what its invoice was posted with, exactly over all of them."""
    control = account_of(work, company.id, direction.control_role)
    postings, done_here = [], dict[int, int]()
    for invoice, part in taken:
        done = int(invoice.allocated) + done_here.get(invoice.id, 0)
        done_here[invoice.id] = done_here.get(invoice.id, 0) + part
        if invoice.currency == company.currency:
            in_company = direction.sign * part
        else:
            posted = work.rows(_control_amount, document_id=invoice.id, role=direction.control_role)[0][0]
            in_company = share(int(posted), done, part, invoice.gross_amount)
        work.insert(
            payment_allocation, payment_id=payment_id, invoice_id=invoice.id, amount=part, effective_date=on,
            recorded_at=work.recorded_at,
        )  # fmt: skip
        postings.append(
            Posting(
                account_id=control, amount=-in_company, document_amount=-direction.sign * part,
                partner_id=invoice.partner_id, due_date=invoice.due_date,
            )
        )  # fmt: skip
    return postings
