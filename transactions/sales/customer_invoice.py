"""A customer invoice: what a customer owes for an order, posted when it is made.

Debit receivables; credit revenue per line, freight revenue with the order's first invoice, output tax.
"""

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import bindparam, select

from transactions.document.document import (
    add_document,
    add_line,
    chosen_lines,
    document_named,
    followed_lines,
    followed_quantities,
    foresee_document,
    link,
    rate_on,
    require_state,
)
from transactions.document.pricing import LineQuantity, asked, share, totals
from transactions.document.tables import document
from transactions.kernel.command import Answer, Code, Command, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import converted, micro
from transactions.kernel.refusal import WrongState
from transactions.kernel.work import Work
from transactions.ledger.journal import Posting, account_of, post_entry
from transactions.master.company import company_named
from transactions.master.lookup import named
from transactions.master.tables import partner
from transactions.sales.sales_order import close_when_fulfilled


class InvoiceCustomer(Command):
    """Invoice a sales order; lines left out: what was delivered, kept and not invoiced; before any delivery, all."""

    order: Reference
    invoice_date: Day
    lines: Annotated[list[LineQuantity], Field(min_length=1)] | None = None
    external_number: Code | None = None
    due_date: Day | None = None


_earlier_invoice = select(document.c.id).where(
    document.c.origin_document_id == bindparam("order_id"),
    document.c.document_type == "customer_invoice",
    document.c.state != "cancelled",
).limit(1)  # fmt: skip


@handles(InvoiceCustomer, permission="finance.invoice", stage=2)
def invoice_customer(work: Work, invoice: InvoiceCustomer) -> Answer:
    """Invoice a sales order; lines left out: what was delivered, kept and not invoiced; before any delivery, all."""
    company = company_named(work, invoice.company)
    draws = ("customer_invoice", "journal_entry")
    foresee_document(work, company, "sales_order", invoice.order, ("delivery", "invoice"), *draws)
    order = document_named(work, company, "sales_order", invoice.order, "order")
    require_state(order, "confirmed", field="order")
    lines, (delivered, invoiced) = followed_lines(work, order.id, "delivery", "invoice")
    open_by_line = {line.id: line.quantity - invoiced.get(line.id, 0) for line in lines}
    if invoice.lines is None:
        returned = followed_quantities(work, order.id, "delivery", "customer_return")
        kept = {line.id: delivered.get(line.id, 0) - returned.get(line.id, 0) for line in lines}
        due = {
            line.id: min(open_by_line[line.id], kept[line.id] - invoiced.get(line.id, 0))
            if delivered
            else open_by_line[line.id]
            for line in lines
        }
        if not any(quantity > 0 for quantity in due.values()):
            raise NothingToInvoice(
                "nothing is left to invoice; name the lines to invoice ahead of their delivery",
                field="order", value=order.number,
            )  # fmt: skip
        taken = chosen_lines(lines, due, None)
    else:
        taken = chosen_lines(lines, open_by_line, asked(invoice.lines))
    freight = order.freight_amount
    if freight and work.first(_earlier_invoice, order_id=order.id):
        freight = 0
    columns = []
    for position, (line, quantity, _field) in enumerate(taken):
        done = invoiced.get(line.id, 0)
        own = invoice.lines[position] if invoice.lines is not None else None
        entered = micro(own.quantity) if own else share(line.entered_quantity, done, quantity, line.quantity)
        net = share(line.net_amount, done, quantity, line.quantity)
        tax = share(line.tax_amount, done, quantity, line.quantity)
        columns.append(
            {
                "item_id": line.item_id, "description": line.description, "quantity": quantity,
                "entered_quantity": entered, "entered_unit_id": line.entered_unit_id,
                "unit_numerator": line.unit_numerator, "unit_denominator": line.unit_denominator,
                "unit_price": line.unit_price, "discount_rate": line.discount_rate, "tax_code_id": line.tax_code_id,
                "net_amount": net, "tax_amount": tax, "gross_amount": net + tax,
            }
        )  # fmt: skip
        invoiced[line.id] = done + quantity
    customer = named(work, partner, order.partner_id, "order")
    due_date = invoice.due_date or invoice.invoice_date + timedelta(days=customer.payment_term_days)
    amounts = totals(columns, freight)
    document_id, number = add_document(
        work, company, "customer_invoice", effective_date=invoice.invoice_date, state="done",
        partner_id=order.partner_id, origin_document_id=order.id, external_number=invoice.external_number,
        currency=order.currency, due_date=due_date, salesperson_id=order.salesperson_id, **amounts,
    )  # fmt: skip
    rate = rate_on(work, company, order.currency, invoice.invoice_date)
    revenue = account_of(work, company.id, "revenue")
    credits = []
    for line_number, ((line, quantity, _field), column) in enumerate(zip(taken, columns, strict=True), start=1):
        line_id = add_line(work, document_id, line_number, **column)
        in_company = converted(column["net_amount"], rate)
        link(work, "invoice", line.id, line_id, quantity, invoice.invoice_date, in_company)
        credits.append(
            Posting(
                account_id=revenue, amount=-in_company, document_amount=-column["net_amount"],
                partner_id=order.partner_id, item_id=line.item_id, sales_order_line_id=line.id,
            )
        )  # fmt: skip
    for role, amount in (("freight_revenue", freight), ("output_tax", amounts["tax_amount"])):
        if amount:
            account_id = account_of(work, company.id, role)
            credits.append(
                Posting(
                    account_id=account_id, amount=-converted(amount, rate), document_amount=-amount,
                    partner_id=order.partner_id,
                )
            )  # fmt: skip
    receivable = Posting(
        account_id=account_of(work, company.id, "receivables"), amount=-sum(credit.amount for credit in credits),
        document_amount=amounts["gross_amount"], partner_id=order.partner_id, due_date=due_date,
    )  # fmt: skip
    post_entry(
        work, company, posting="customer_invoice", entry_date=invoice.invoice_date, lines=[receivable, *credits],
        document_id=document_id, currency=order.currency, date_field="invoice_date",
    )  # fmt: skip
    close_when_fulfilled(work, order, lines, delivered, invoiced, invoice.invoice_date)
    return {"id": document_id, "number": number, "gross_amount": str(company.decimal(amounts["gross_amount"]))}


class NothingToInvoice(WrongState):
    """Nothing delivered is left to invoice."""
