"""A supplier bill: what a supplier asks for goods or services of an order, posted when it is recorded.

Debit goods received not billed (services: expense) and input tax; credit payables. The bill's price is the latest
known price of what was received on the same order line, whenever the bill comes.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from transactions.document.document import (
    add_document,
    add_line,
    chosen_lines,
    document_named,
    followed_lines,
    followed_quantities,
    link,
    rate_on,
    require_state,
)
from transactions.document.order_cost import shared_by_order
from transactions.document.pricing import LineQuantity, asked, share, totals
from transactions.kernel.command import Answer, Code, Command, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Amount, UnitPrice, converted, micro, priced, split
from transactions.kernel.refusal import Refusal, WrongState
from transactions.kernel.work import Work
from transactions.ledger.journal import Posting, account_of, post_entry
from transactions.master.company import company_named
from transactions.master.lookup import named
from transactions.master.tables import item, partner
from transactions.purchasing.purchase_order import close_when_complete


class BillLine(LineQuantity):
    unit_price: UnitPrice | None = Field(None, description="per unit of the order line; left out: the order's price")
    net_amount: Amount | None = None
    sales_order: Reference | None = Field(None, description="of a service: the order it was for, such as its freight")


class BillSupplier(Command):
    """Record a supplier's bill; lines left out: what came, stayed and is not billed; before any receipt, all."""

    order: Reference
    bill_date: Day
    lines: Annotated[list[BillLine], Field(min_length=1)] | None = None
    external_number: Code | None = None
    tax_amount: Amount | None = None
    due_date: Day | None = None


class GoodsAreNoCostOfAnOrder(Refusal):
    """Goods cost an order what they cost when they are delivered."""


class NothingToBill(WrongState):
    """Nothing received is left to bill."""


@handles(BillSupplier, permission="finance.bill", stage=2)
def bill_supplier(work: Work, bill: BillSupplier) -> Answer:
    """Record a supplier's bill; lines left out: what came, stayed and is not billed; before any receipt, all."""
    company = company_named(work, bill.company)
    order = document_named(work, company, "purchase_order", bill.order, "order")
    require_state(order, "confirmed", "done", field="order")
    lines, (received, billed) = followed_lines(work, order.id, "receipt", "bill")
    if bill.lines is None:
        returned = followed_quantities(work, order.id, "receipt", "supplier_return")
        come = {line.id: received.get(line.id, 0) - returned.get(line.id, 0) for line in lines}
        due = {line.id: (come[line.id] if received else line.quantity) - billed.get(line.id, 0) for line in lines}
        if not any(quantity > 0 for quantity in due.values()):
            raise NothingToBill(
                "nothing is left to bill; name the lines to bill ahead of their receipt",
                field="order", value=order.number,
            )  # fmt: skip
        taken = chosen_lines(lines, due, None)
    else:
        open_by_line = {line.id: line.quantity - billed.get(line.id, 0) for line in lines}
        taken = chosen_lines(lines, open_by_line, asked(bill.lines))
    columns = []
    for position, (line, quantity, _field) in enumerate(taken):
        done = billed.get(line.id, 0)
        own = bill.lines[position] if bill.lines is not None else None
        entered = micro(own.quantity) if own else share(line.entered_quantity, done, quantity, line.quantity)
        price = line.unit_price if own is None or own.unit_price is None else micro(own.unit_price)
        if own is not None and own.net_amount is not None:
            net = company.minor(own.net_amount, f"lines.{position}.net_amount")
        elif own is not None and own.unit_price is not None:
            net = priced(entered, price, company.amount_exponent, line.discount_rate)
        else:
            net = share(line.net_amount, done, quantity, line.quantity)
        tax = share(line.tax_amount, done, quantity, line.quantity) if bill.tax_amount is None else 0
        columns.append(
            {
                "item_id": line.item_id, "description": line.description, "quantity": quantity,
                "entered_quantity": entered, "entered_unit_id": line.entered_unit_id,
                "unit_numerator": line.unit_numerator, "unit_denominator": line.unit_denominator, "unit_price": price,
                "discount_rate": line.discount_rate, "tax_code_id": line.tax_code_id, "net_amount": net,
                "tax_amount": tax,
            }
        )  # fmt: skip
        billed[line.id] = done + quantity
    if bill.tax_amount is not None:
        stated = company.minor(bill.tax_amount, "tax_amount")
        for column, tax in zip(columns, split(stated, [column["net_amount"] for column in columns]), strict=True):
            column["tax_amount"] = tax
    for column in columns:
        column["gross_amount"] = column["net_amount"] + column["tax_amount"]
    amounts = totals(columns)
    supplier = named(work, partner, order.partner_id, "order")
    due_date = bill.due_date or bill.bill_date + timedelta(days=supplier.payment_term_days)
    document_id, number = add_document(
        work, company, "supplier_bill", effective_date=bill.bill_date, state="done", partner_id=order.partner_id,
        origin_document_id=order.id, external_number=bill.external_number, currency=order.currency,
        due_date=due_date, **amounts,
    )  # fmt: skip
    rate = rate_on(work, company, order.currency, bill.bill_date)
    debits = []
    for line_number, ((line, quantity, field), column) in enumerate(zip(taken, columns, strict=True), start=1):
        line_id = add_line(work, document_id, line_number, **column)
        in_company = converted(column["net_amount"], rate)
        link(work, "bill", line.id, line_id, quantity, bill.bill_date, in_company)
        service = named(work, item, line.item_id, field).kind == "service"
        role = "service_expense" if service else "goods_received_not_billed"
        debit = Posting(
            account_id=account_of(work, company.id, role), amount=in_company, document_amount=column["net_amount"],
            partner_id=order.partner_id, item_id=line.item_id,
        )  # fmt: skip
        for_order = bill.lines[line_number - 1].sales_order if bill.lines is not None else None
        if for_order is None:
            debits.append(debit)
            continue
        place = f"lines.{line_number - 1}.sales_order"
        if not service:
            raise GoodsAreNoCostOfAnOrder(
                "only a service is a cost of an order; goods cost it when they are delivered", field=place,
                value=for_order,
            )  # fmt: skip
        parts = shared_by_order(work, company, for_order, place, in_company, column["net_amount"])
        for order_line_id, amount, document_amount in parts:
            debits.append(
                replace(debit, amount=amount, document_amount=document_amount, sales_order_line_id=order_line_id)
            )
    if amounts["tax_amount"]:
        debits.append(
            Posting(
                account_id=account_of(work, company.id, "input_tax"), amount=converted(amounts["tax_amount"], rate),
                document_amount=amounts["tax_amount"], partner_id=order.partner_id,
            )
        )  # fmt: skip
    payable = Posting(
        account_id=account_of(work, company.id, "payables"), amount=-sum(debit.amount for debit in debits),
        document_amount=-amounts["gross_amount"], partner_id=order.partner_id, due_date=due_date,
    )  # fmt: skip
    post_entry(
        work, company, posting="supplier_bill", entry_date=bill.bill_date, lines=[*debits, payable],
        document_id=document_id, currency=order.currency, date_field="bill_date",
    )  # fmt: skip
    close_when_complete(work, order, lines, received, billed, bill.bill_date)
    return {"id": document_id, "number": number, "gross_amount": str(company.decimal(amounts["gross_amount"]))}
