"""Payments in and out: money at the bank, allocated to invoices or bills, oldest first unless chosen.

What is not allocated is an advance.

Customer: debit bank; credit receivables (advances). Supplier: the mirror image. Between the rate of the invoice and
the rate of the payment lies exchange gain or loss.
"""

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row

from transactions.document.document import add_document, rate_on
from transactions.finance.allocation import (
    FROM_CUSTOMER,
    TO_SUPPLIER,
    Allocation,
    AllocationToBill,
    Direction,
    allocate,
    chosen,
    first_named,
    oldest_first,
)
from transactions.kernel.command import Answer, Code, Command, CurrencyCode, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import PositiveAmount, converted
from transactions.kernel.numbering import series_questions
from transactions.kernel.work import Work
from transactions.ledger.journal import Posting, account_of, post_entry
from transactions.ledger.period import open_period_on
from transactions.master.company import company_named
from transactions.master.lookup import customer_named, supplier_named


class ReceivePayment(Command):
    """Record money from a customer; allocations left out: oldest invoices first."""

    customer: Reference
    effective_date: Day
    amount: PositiveAmount
    currency: CurrencyCode | None = None
    allocations: Annotated[list[Allocation], Field(min_length=1)] | None = None
    external_number: Code | None = None


class PaySupplier(Command):
    """Record money to a supplier; allocations left out: oldest bills first."""

    supplier: Reference
    effective_date: Day
    amount: PositiveAmount
    currency: CurrencyCode | None = None
    allocations: Annotated[list[AllocationToBill], Field(min_length=1)] | None = None
    external_number: Code | None = None


@handles(ReceivePayment, permission="finance.payment", stage=2)
def receive_payment(work: Work, payment: ReceivePayment) -> Answer:
    """Record money from a customer; allocations left out: oldest invoices first."""
    return _pay(work, FROM_CUSTOMER, customer_named(work, payment.customer, blocked_too=True), payment)


@handles(PaySupplier, permission="finance.payment", stage=2)
def pay_supplier(work: Work, payment: PaySupplier) -> Answer:
    """Record money to a supplier; allocations left out: oldest bills first."""
    return _pay(work, TO_SUPPLIER, supplier_named(work, payment.supplier, blocked_too=True), payment)


def _pay(work: Work, direction: Direction, partner: Row[Any], payment: ReceivePayment | PaySupplier) -> Answer:
    company = company_named(work, payment.company)
    on = payment.effective_date
    open_period_on(work, company.id, on)
    work.foresee(*series_questions(company.id, direction.payment_type, "journal_entry"))
    first, currency = None, payment.currency
    if currency is None and payment.allocations is not None:
        first = first_named(work, company, direction, payment.allocations)
        currency = str(first.currency)
    currency = currency or partner.currency or company.currency
    rate = rate_on(work, company, currency, on)
    amount = company.minor(payment.amount, "amount")
    if payment.allocations is None:
        taken = oldest_first(work, company, direction, partner.id, currency, amount, on)
    else:
        taken = chosen(work, company, direction, partner.id, currency, amount, on, payment.allocations, first)
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
    postings += allocate(work, company, direction, document_id, on, taken)
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
