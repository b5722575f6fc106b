"""Subcontracting: what a subcontractor bills for operations of work orders, posted when it is recorded.

A supplier bill whose lines name work orders. Debit subcontract clearing and input tax; credit payables. Each line is a
cost of its work order, also one that comes after the order was closed; settlement moves the clearing on to it.
"""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row, bindparam, func, select

from transactions.document.document import (
    QuantityExceedsOpen,
    add_document,
    add_line,
    document_named,
    link,
    rate_on,
    require_state,
)
from transactions.document.pricing import totals
from transactions.document.tables import line_link, subcontract_cost, work_order_operation
from transactions.kernel.command import Answer, Code, Command, CurrencyCode, Line, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Amount, Quantity, UnitPrice, converted, micro, priced, split
from transactions.kernel.refusal import NotFound, Refusal
from transactions.kernel.work import Work
from transactions.ledger.journal import Posting, account_of, post_entry
from transactions.ledger.period import open_period_on
from transactions.master.company import Company, company_named
from transactions.master.lookup import named, supplier_named
from transactions.master.tables import partner
from transactions.production.work_order import plan_of


class OperationIsUnclear(Refusal):
    """An order with several subcontracted operations is billed by naming one."""


class SubcontractorIsUnknown(Refusal):
    """A bill is somebody's: stated, or the operation's subcontractor."""


class SubcontractPriceIsMissing(Refusal):
    """A line has a price or an amount: stated, or the operation's, which is in company currency."""


class SubcontractLine(Line):
    """quantity: of the order's item, in its base unit; unit_price and net_amount in the currency of the bill."""

    work_order: Reference
    sequence: Annotated[int, Field(gt=0)] | None = Field(None, description="left out: the subcontracted operation")
    quantity: Quantity | None = Field(None, description="left out: what is planned and not billed yet")
    unit_price: UnitPrice | None = Field(None, description="left out: the operation's")
    net_amount: Amount | None = Field(None, description="left out: quantity × unit price")


class BillSubcontract(Command):
    """Record a subcontractor's bill for operations of work orders."""

    bill_date: Day
    lines: Annotated[list[SubcontractLine], Field(min_length=1)]
    supplier: Reference | None = Field(None, description="left out: the subcontractor of the first line's operation")
    currency: CurrencyCode | None = None
    tax_amount: Amount | None = None
    due_date: Day | None = None
    external_number: Code | None = None


_subcontracted = (
    select(work_order_operation)
    .where(work_order_operation.c.document_id == bindparam("document_id"))
    .order_by(work_order_operation.c.sequence)
)
_billed = (
    select(func.coalesce(func.sum(line_link.c.quantity), 0))
    .join_from(line_link, subcontract_cost, subcontract_cost.c.document_line_id == line_link.c.to_line_id)
    .where(
        line_link.c.from_line_id == bindparam("line_id"),
        line_link.c.link_type == "subcontract",
        func.coalesce(subcontract_cost.c.sequence, 0) == bindparam("sequence"),
    )
)


@handles(BillSubcontract, permission="finance.bill", stage=3)
def bill_subcontract(work: Work, bill: BillSubcontract) -> Answer:
    """Record a subcontractor's bill for operations of work orders."""
    company = company_named(work, bill.company)
    open_period_on(work, company.id, bill.bill_date, "bill_date")
    orders, operations = [], []
    for position, line in enumerate(bill.lines):
        order = document_named(work, company, "work_order", line.work_order, f"lines.{position}.work_order")
        require_state(order, "released", "done", field=f"lines.{position}.work_order")
        orders.append(order)
        operations.append(_operation_of(work, order, line, f"lines.{position}.sequence"))
    supplier = _subcontractor(work, bill, operations[0])
    currency = bill.currency or supplier.currency or company.currency
    rate = rate_on(work, company, currency, bill.bill_date)
    columns: list[dict[str, Any]] = []
    plans = []
    billed_here: dict[tuple[int, int], int] = {}
    for position, (line, order, operation) in enumerate(zip(bill.lines, orders, operations, strict=True)):
        field = f"lines.{position}"
        plan = plan_of(work, order.id)
        plans.append(plan)
        sequence = operation.sequence if operation is not None else 0
        if line.quantity is not None:
            quantity = micro(line.quantity)
        else:
            done = int(work.rows(_billed, line_id=plan.line_id, sequence=sequence)[0][0])
            quantity = plan.planned_quantity - done - billed_here.get((order.id, sequence), 0)
            if quantity <= 0:
                raise QuantityExceedsOpen("all that is planned is billed", field=f"{field}.quantity", value=None)
        billed_here[order.id, sequence] = billed_here.get((order.id, sequence), 0) + quantity
        price, net = _amount(company, line, operation, quantity, currency, field)
        columns.append(
            {
                "description": order.number if operation is None else f"{order.number} / {operation.sequence}",
                "quantity": quantity, "unit_price": price, "net_amount": net, "tax_amount": 0, "gross_amount": net,
            }
        )  # fmt: skip
    tax = company.minor(bill.tax_amount, "tax_amount") if bill.tax_amount is not None else 0
    for column, part in zip(columns, split(tax, [column["net_amount"] for column in columns]), strict=True):
        column |= {"tax_amount": part, "gross_amount": column["net_amount"] + part}
    amounts = totals(columns)
    due_date = bill.due_date or bill.bill_date + timedelta(days=supplier.payment_term_days)
    document_id, number = add_document(
        work, company, "supplier_bill", effective_date=bill.bill_date, state="done", partner_id=supplier.id,
        origin_document_id=orders[0].id, external_number=bill.external_number, currency=currency, rate=rate,
        due_date=due_date, **amounts,
    )  # fmt: skip
    clearing = account_of(work, company.id, "subcontract_clearing")
    postings, line_ids = [], []
    for line_number, (column, plan, order, operation) in enumerate(
        zip(columns, plans, orders, operations, strict=True), start=1
    ):
        line_id = add_line(work, document_id, line_number, **column)
        line_ids.append(line_id)
        in_company = converted(column["net_amount"], rate)
        link(work, "subcontract", plan.line_id, line_id, column["quantity"], bill.bill_date, in_company)
        work.insert(
            subcontract_cost, company_id=company.id, document_id=document_id, document_line_id=line_id,
            work_order_id=order.id, partner_id=supplier.id, sequence=operation.sequence if operation else None,
            amount=in_company, effective_date=bill.bill_date, recorded_at=work.recorded_at,
        )  # fmt: skip
        postings.append(
            Posting(
                account_id=clearing, amount=in_company, document_amount=column["net_amount"], partner_id=supplier.id,
                item_id=plan.item_id,
            )
        )  # fmt: skip
    postings.append(
        Posting(
            account_id=account_of(work, company.id, "input_tax"), amount=converted(tax, rate), document_amount=tax,
            partner_id=supplier.id,
        )
    )  # fmt: skip
    payable = Posting(
        account_id=account_of(work, company.id, "payables"), amount=-sum(posting.amount for posting in postings),
        document_amount=-amounts["gross_amount"], partner_id=supplier.id, due_date=due_date,
    )  # fmt: skip
    post_entry(
        work, company, posting="supplier_bill", entry_date=bill.bill_date, lines=[*postings, payable],
        document_id=document_id, currency=currency, date_field="bill_date",
    )  # fmt: skip
    return {
        "id": document_id, "number": number, "lines": line_ids,
        "gross_amount": str(company.decimal(amounts["gross_amount"])),
    }  # fmt: skip


def _operation_of(work: Work, order: Row[Any], line: SubcontractLine, field: str) -> Row[Any] | None:
    """The operation stated, else the order's only subcontracted one, else none."""
    known = work.rows(_subcontracted, document_id=order.id)
    if line.sequence is not None:
        found = next((operation for operation in known if operation.sequence == line.sequence), None)
        if found is None:
            raise NotFound("the order has no such operation", field=field, value=line.sequence)
        return found
    outside = [operation for operation in known if operation.subcontractor_id is not None]
    if len(outside) > 1:
        raise OperationIsUnclear(
            f"{order.number} has {len(outside)} subcontracted operations; name one by its sequence", field=field,
            value=None,
        )  # fmt: skip
    return outside[0] if outside else None


def _subcontractor(work: Work, bill: BillSubcontract, operation: Row[Any] | None) -> Row[Any]:
    if bill.supplier is not None:
        return supplier_named(work, bill.supplier)
    if operation is None or operation.subcontractor_id is None:
        raise SubcontractorIsUnknown("no subcontractor stands at the operation; name one", field="supplier", value=None)
    return named(work, partner, operation.subcontractor_id, "supplier")


def _amount(
    company: Company, line: SubcontractLine, operation: Row[Any] | None, quantity: int, currency: str, field: str
) -> tuple[int, int]:
    """(micro unit price, minor net amount) of a line, in the currency of the bill."""
    price = None
    if line.unit_price is not None:
        price = micro(line.unit_price)
    elif operation is not None and currency == company.currency:
        price = operation.subcontract_price
    if line.net_amount is not None:
        return price or 0, company.minor(line.net_amount, f"{field}.net_amount")
    if price is None:
        raise SubcontractPriceIsMissing("say unit_price or net_amount", field=f"{field}.unit_price", value=None)
    return price, priced(quantity, price, company.amount_exponent)
