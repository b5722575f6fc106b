"""An advance used: money that was paid ahead, or is left of a note, pays invoices or bills later.

Nothing moves at the bank.

Customer: debit advances, credit receivables. Supplier: the mirror image. The advance leaves at the rate at which it
came; between that and the invoice's lies exchange gain or loss.
"""

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row, bindparam, func, select

from transactions.document.document import document_named
from transactions.document.tables import payment_allocation
from transactions.finance.allocation import (
    FROM_CUSTOMER,
    TO_SUPPLIER,
    AllocationToBill,
    Direction,
    allocate,
    chosen,
    oldest_first,
)
from transactions.kernel.command import Answer, Command, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import rounded_ratio
from transactions.kernel.refusal import NotFound, Refusal
from transactions.kernel.work import Work
from transactions.ledger.journal import Posting, account_of, post_entry
from transactions.ledger.period import open_period_on
from transactions.ledger.tables import journal_entry, journal_line
from transactions.master.company import Company, company_named


class NothingToAllocate(Refusal):
    """The payment is used up, or there is no open invoice that it could pay."""

    status = 409


class AllocatedBeforePayment(Refusal):
    """Money is allocated on the day it was paid or later."""


class AllocatePayment(Command):
    """Use an advance for invoices or bills; allocations left out: oldest first."""

    payment: Reference = Field(description="the payment, credit note or debit note that left the advance")
    effective_date: Day
    allocations: Annotated[list[AllocationToBill], Field(min_length=1)] | None = None


_allocated = select(func.coalesce(func.sum(payment_allocation.c.amount), 0)).where(
    payment_allocation.c.payment_id == bindparam("payment_id")
)
_kept_as_advance = (  # company currency, debit positive
    select(func.coalesce(func.sum(journal_line.c.debit_amount - journal_line.c.credit_amount), 0))
    .join_from(journal_line, journal_entry, journal_entry.c.id == journal_line.c.entry_id)
    .where(journal_entry.c.document_id == bindparam("payment_id"), journal_line.c.account_id == bindparam("account_id"))
)


@handles(AllocatePayment, permission="finance.payment", stage=2)
def allocate_payment(work: Work, allocation: AllocatePayment) -> Answer:
    """Use an advance for invoices or bills; allocations left out: oldest first."""
    company = company_named(work, allocation.company)
    on = allocation.effective_date
    open_period_on(work, company.id, on)
    direction, payment = _payment_named(work, company, allocation.payment)
    if on < payment.effective_date:
        raise AllocatedBeforePayment(
            f"the money was paid on {payment.effective_date}", field="effective_date", value=on
        )
    left = payment.gross_amount - int(work.rows(_allocated, payment_id=payment.id)[0][0])
    if allocation.allocations is None:
        taken = oldest_first(work, company, direction, payment.partner_id, payment.currency, left, on)
    else:
        taken = chosen(work, company, direction, payment.partner_id, payment.currency, left, on, allocation.allocations)
    if not taken:
        raise NothingToAllocate(
            "nothing is left of the payment, or no invoice is open", field="payment", value=allocation.payment
        )
    used = sum(part for _invoice, part in taken)
    advances = account_of(work, company.id, direction.advance_role)
    kept = int(work.rows(_kept_as_advance, payment_id=payment.id, account_id=advances)[0][0])
    postings = [
        Posting(
            account_id=advances, amount=-rounded_ratio(kept * used, left), document_amount=direction.sign * used,
            partner_id=payment.partner_id,
        ),
        *allocate(work, company, direction, payment.id, on, taken),
    ]  # fmt: skip
    difference = -sum(posting.amount for posting in postings)
    if difference:
        gain_or_loss = account_of(work, company.id, "exchange_gain_loss")
        postings.append(
            Posting(account_id=gain_or_loss, amount=difference, document_amount=0, partner_id=payment.partner_id)
        )
    post_entry(
        work, company, posting="allocate_payment", entry_date=on, lines=postings, document_id=payment.id,
        currency=payment.currency,
    )  # fmt: skip
    return {"id": payment.id, "number": payment.number, "advance": str(company.decimal(left - used))}


def _payment_named(work: Work, company: Company, reference: str | int) -> tuple[Direction, Row[Any]]:
    for direction in (FROM_CUSTOMER, TO_SUPPLIER):
        for document_type in (direction.payment_type, direction.note_type):
            try:
                return direction, document_named(work, company, document_type, reference, "payment")
            except NotFound:
                continue
    raise NotFound(f"there is no payment {reference!r}", field="payment", value=reference)
