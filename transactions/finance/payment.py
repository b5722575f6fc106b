"""Payments in and out: money at the bank, allocated to invoices or bills, oldest first unless chosen.

What is not allocated is an advance.

Customer: debit bank; credit receivables (advances). Supplier: the mirror image. Between the rate of the invoice and
the rate of the payment lies exchange gain or loss.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row, bindparam, func, select

from transactions.document.document import add_document, document_named, rate_on
from transactions.document.pricing import share
from transactions.document.tables import document, payment_allocation
from transactions.kernel.command import Answer, Code, Command, CurrencyCode, Line, Reference, handles
from transactions.kernel.exact import PositiveAmount, converted
from transactions.kernel.refusal import NotFound, Refusal
from transactions.kernel.work import Work
from transactions.ledger.journal import Posting, account_of, post_entry
from transactions.ledger.period import open_period_on
from transactions.ledger.tables import account, journal_entry, journal_line
from transactions.master.company import Company, company_named
from transactions.master.lookup import customer_named, supplier_named


class AllocationExceedsOpen(Refusal):
    """More is allocated than is open on the invoice, or than the payment has."""

    status = 409


class CurrencyDiffers(Refusal):
    """A payment is allocated to invoices of its own currency and partner only."""


@dataclass(frozen=True)
class Direction:
    """What differs between money in and money out. sign: of the bank posting, debit positive."""

    payment_type: str
    invoice_types: tuple[str, ...]
    control_role: str
    advance_role: str
    sign: int


FROM_CUSTOMER = Direction("customer_payment", ("customer_invoice",), "receivables", "customer_advances", 1)
TO_SUPPLIER = Direction("supplier_payment", ("supplier_bill", "landed_cost"), "payables", "supplier_advances", -1)


class Allocation(Line):
    invoice: Reference = Field(description="number, external number or id of the invoice or bill")
    amount: PositiveAmount


class ReceivePayment(Command):
    """Record money from a customer; allocations left out: oldest invoices first."""

    customer: Reference
    effective_date: date
    amount: PositiveAmount
    currency: CurrencyCode | None = None
    allocations: Annotated[list[Allocation], Field(min_length=1)] | None = None
    external_number: Code | None = None


class PaySupplier(Command):
    """Record money to a supplier; allocations left out: oldest bills first."""

    supplier: Reference
    effective_date: date
    amount: PositiveAmount
    currency: CurrencyCode | None = None
    allocations: Annotated[list[Allocation], Field(min_length=1)] | None = None
    external_number: Code | None = None


@handles(ReceivePayment, permission="finance.payment", stage=2)
def receive_payment(work: Work, payment: ReceivePayment) -> Answer:
    """Record money from a customer; allocations left out: oldest invoices first."""
    return _pay(work, FROM_CUSTOMER, customer_named(work, payment.customer), payment)


@handles(PaySupplier, permission="finance.payment", stage=2)
def pay_supplier(work: Work, payment: PaySupplier) -> Answer:
    """Record money to a supplier; allocations left out: oldest bills first."""
    return _pay(work, TO_SUPPLIER, supplier_named(work, payment.supplier), payment)


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
    document.c.partner_id == bindparam("partner_id"), document.c.currency == bindparam("currency"),
    document.c.document_type.in_(bindparam("types", expanding=True)), document.c.state == "done",
).order_by(document.c.due_date, document.c.id)  # fmt: skip
_of_id = _open_invoices.where(document.c.id == bindparam("document_id"))
_control_amount = (  # what the invoice was posted with on the control account, company currency, debit positive
    select(func.sum(journal_line.c.debit_amount - journal_line.c.credit_amount))
    .select_from(
        journal_line.join(journal_entry, journal_entry.c.id == journal_line.c.entry_id).join(
            account, account.c.id == journal_line.c.account_id
        )
    )
    .where(journal_entry.c.document_id == bindparam("document_id"), account.c.role == bindparam("role"))
)


def _pay(work: Work, direction: Direction, partner: Row[Any], payment: ReceivePayment | PaySupplier) -> Answer:
    company = company_named(work, payment.company)
    on = payment.effective_date
    open_period_on(work, company.id, on)
    currency = payment.currency or partner.currency or company.currency
    rate = rate_on(work, company, currency, on)
    amount = company.minor(payment.amount, "amount")
    if payment.allocations is None:
        taken = _oldest_first(work, company, direction, partner.id, currency, amount)
    else:
        taken = _chosen(work, company, direction, partner.id, currency, amount, payment.allocations)
    document_id, number = add_document(
        work, company, direction.payment_type, effective_date=on, state="done", partner_id=partner.id,
        currency=currency, external_number=payment.external_number, net_amount=amount, gross_amount=amount,
    )  # fmt: skip
    postings = [
        Posting(
            account_id=account_of(work, company.id, "bank"), amount=direction.sign * converted(amount, rate),
            document_amount=direction.sign * amount, partner_id=partner.id,
        )
    ]  # fmt: skip
    postings += _allocate(work, company, direction, document_id, on, taken)
    advance = amount - sum(part for _invoice, part in taken)
    if advance:
        postings.append(
            Posting(
                account_id=account_of(work, company.id, direction.advance_role),
                amount=-direction.sign * converted(advance, rate), document_amount=-direction.sign * advance,
                partner_id=partner.id,
            )
        )  # fmt: skip
    difference = -sum(posting.amount for posting in postings)
    if difference:
        gain_or_loss = account_of(work, company.id, "exchange_gain_loss")
        postings.append(Posting(account_id=gain_or_loss, amount=difference, document_amount=0, partner_id=partner.id))
    post_entry(
        work, company, posting=direction.payment_type, entry_date=on, lines=postings, document_id=document_id,
        currency=currency,
    )  # fmt: skip
    return {"id": document_id, "number": number, "advance": str(company.decimal(advance))}


def _oldest_first(
    work: Work, company: Company, direction: Direction, partner_id: int, currency: str, amount: int
) -> list[tuple[Row[Any], int]]:
    taken = []
    for invoice in work.rows(
        _of_partner, company_id=company.id, partner_id=partner_id, currency=currency, types=direction.invoice_types
    ):
        part = min(amount, invoice.gross_amount - int(invoice.allocated))
        if part > 0:
            taken.append((invoice, part))
            amount -= part
    return taken


def _chosen(
    work: Work,
    company: Company,
    direction: Direction,
    partner_id: int,
    currency: str,
    amount: int,
    allocations: Sequence[Allocation],
) -> list[tuple[Row[Any], int]]:
    taken: list[tuple[Row[Any], int]] = []
    for position, allocation in enumerate(allocations):
        field = f"allocations.{position}"
        head = _invoice_named(work, company, direction, allocation.invoice, f"{field}.invoice")
        if head.partner_id != partner_id or head.currency != currency:
            raise CurrencyDiffers(
                "the invoice is of another partner or currency", field=f"{field}.invoice", value=allocation.invoice
            )
        invoice = work.rows(_of_id, company_id=company.id, document_id=head.id)[0]
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
    for document_type in direction.invoice_types:
        try:
            return document_named(work, company, document_type, reference, field)
        except NotFound:
            continue
    noun = direction.invoice_types[0].replace("_", " ")
    raise NotFound(f"there is no {noun} {reference!r}", field=field, value=reference)


def _allocate(
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
