"""A credit note: what a customer need not pay of an invoice, for goods that came back or as a price allowance.

Done at once, posted when it is made: debit sales returns (by order line), freight revenue and output tax; credit
receivables as far as the invoice is open, the rest is the customer's advance.
"""

from typing import Annotated

from pydantic import Field
from sqlalchemy import bindparam, func, select

from transactions.document.document import add_document, add_line, link
from transactions.document.pricing import totals
from transactions.document.tables import document, document_line, line_link
from transactions.finance.allocation import FROM_CUSTOMER
from transactions.finance.invoice_reference import invoice_named
from transactions.finance.note import (
    NoteBeforeInvoice,
    NoteExceedsInvoice,
    NoteLine,
    note_columns,
    settled,
    taken_back,
)
from transactions.kernel.command import Answer, Code, Command, Note, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Amount
from transactions.kernel.work import Work
from transactions.ledger.journal import Posting, account_of, post_entry
from transactions.ledger.period import open_period_on
from transactions.master.company import company_named


class CreditCustomer(Command):
    """Credit a customer for an invoice or part of it; lines left out: all that is not credited, with its freight."""

    invoice: Reference
    effective_date: Day
    lines: Annotated[list[NoteLine], Field(min_length=1)] | None = None
    freight: Amount | None = Field(None, description="of the invoice's freight; left out: none, without lines all")
    external_number: Code | None = None
    reason: Note | None = None


_freight_credited = select(func.coalesce(func.sum(document.c.freight_amount), 0)).where(
    document.c.origin_document_id == bindparam("invoice_id"), document.c.document_type == "credit_note"
)
_order_lines = (
    select(line_link.c.to_line_id, line_link.c.from_line_id)
    .join_from(line_link, document_line, document_line.c.id == line_link.c.to_line_id)
    .where(document_line.c.document_id == bindparam("invoice_id"), line_link.c.link_type == "invoice")
)


@handles(CreditCustomer, permission="finance.credit_note", stage=2)
def credit_customer(work: Work, credit: CreditCustomer) -> Answer:
    """Credit a customer for an invoice or part of it; lines left out: all that is not credited, with its freight."""
    company = company_named(work, credit.company)
    on = credit.effective_date
    open_period_on(work, company.id, on)
    invoice = invoice_named(work, company, ("customer_invoice",), credit.invoice, "invoice")
    if on < invoice.effective_date:
        raise NoteBeforeInvoice(f"the invoice is of {invoice.effective_date}", field="effective_date", value=on)
    freight_left = invoice.freight_amount - int(work.rows(_freight_credited, invoice_id=invoice.id)[0][0])
    if credit.freight is not None:
        freight = company.minor(credit.freight, "freight")
    else:
        freight = freight_left if credit.lines is None else 0
    if freight > freight_left:
        raise NoteExceedsInvoice(
            f"{company.decimal(freight_left)} of its freight are not credited", field="freight", value=credit.freight
        )
    taken = taken_back(work, company, invoice, "credit_note", credit.lines)
    if not taken and not freight:
        raise NoteExceedsInvoice("all of the invoice is credited", field="invoice", value=invoice.number)
    columns = note_columns(taken)
    amounts = totals(columns, freight)
    document_id, number = add_document(
        work, company, "credit_note", effective_date=on, state="done", partner_id=invoice.partner_id,
        origin_document_id=invoice.id, currency=invoice.currency, rate=invoice.exchange_rate,
        salesperson_id=invoice.salesperson_id, external_number=credit.external_number, reason=credit.reason, **amounts,
    )  # fmt: skip
    worth = settled(
        work, company, FROM_CUSTOMER, invoice, document_id, on, [part.net for part in taken], freight,
        amounts["tax_amount"],
    )  # fmt: skip
    order_line_ids = {row.to_line_id: row.from_line_id for row in work.rows(_order_lines, invoice_id=invoice.id)}
    sales_returns = account_of(work, company.id, "sales_returns")
    debits = []
    for line_number, (part, column, net) in enumerate(zip(taken, columns, worth.nets, strict=True), start=1):
        line_id = add_line(work, document_id, line_number, **column)
        link(work, "credit_note", part.line.id, line_id, part.quantity, on, net)
        debits.append(
            Posting(
                account_id=sales_returns, amount=net, document_amount=part.net, partner_id=invoice.partner_id,
                item_id=part.line.item_id, sales_order_line_id=order_line_ids.get(part.line.id),
            )
        )  # fmt: skip
    for role, amount, in_document in (
        ("freight_revenue", worth.freight, freight),
        ("output_tax", worth.tax, amounts["tax_amount"]),
    ):
        if amount or in_document:
            debits.append(
                Posting(
                    account_id=account_of(work, company.id, role), amount=amount, document_amount=in_document,
                    partner_id=invoice.partner_id,
                )
            )  # fmt: skip
    post_entry(
        work, company, posting="credit_note", entry_date=on, lines=[*debits, *worth.partner_side],
        document_id=document_id, currency=invoice.currency,
    )  # fmt: skip
    return {
        "id": document_id, "number": number, "gross_amount": str(company.decimal(amounts["gross_amount"])),
        "advance": str(company.decimal(worth.advance)),
    }  # fmt: skip
