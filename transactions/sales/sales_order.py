"""A sales order: what a customer wants, when, at what price. draft → confirmed → done, or cancelled."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row

from transactions.document.document import (
    add_document,
    add_line,
    change_state,
    document_named,
    followed_lines,
    followed_quantities,
    foresee_document,
    linked_quantities,
    require_state,
)
from transactions.document.pricing import PricedLine, priced_columns, totals
from transactions.inventory.reservation import reservations_kept_to_open
from transactions.kernel.command import Answer, Code, Command, CurrencyCode, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Amount
from transactions.kernel.refusal import WrongState
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import company_named, today
from transactions.master.lookup import customer_named, named, warehouse_named
from transactions.master.tables import employee


class SalesOrderLine(PricedLine):
    requested_date: Day | None = None
    promised_date: Day | None = None


class CreateSalesOrder(Command):
    """Record what a customer orders."""

    customer: Reference
    order_date: Day
    lines: Annotated[list[SalesOrderLine], Field(min_length=1)]
    external_number: Code | None = None
    currency: CurrencyCode | None = None
    freight: Amount | None = None
    warehouse: Reference | None = None
    salesperson: Reference | None = None
    tax_amount: Amount | None = None
    confirm: bool = False


@handles(CreateSalesOrder, permission="sales.order", stage=1)
def create_sales_order(work: Work, order: CreateSalesOrder) -> Answer:
    """Record what a customer orders, as a draft or confirmed at once."""
    company = company_named(work, order.company)
    open_period_on(work, company.id, order.order_date, "order_date")
    customer = customer_named(work, order.customer)
    warehouse = warehouse_named(work, company.id, order.warehouse)
    salesperson = order.salesperson and named(work, employee, order.salesperson, "salesperson", company.id)
    columns = priced_columns(work, company, order.lines, order.tax_amount)
    freight = company.minor(order.freight, "freight") if order.freight is not None else 0
    document_id, number = add_document(
        work, company, "sales_order", effective_date=order.order_date, state="confirmed" if order.confirm else "draft",
        partner_id=customer.id, currency=order.currency or customer.currency, warehouse_id=warehouse.id,
        external_number=order.external_number, salesperson_id=salesperson.id if salesperson else None,
        **totals(columns, freight),
    )  # fmt: skip
    line_ids = [
        add_line(
            work, document_id, line_number, warehouse_id=warehouse.id, requested_date=line.requested_date,
            promised_date=line.promised_date, first_promised_date=line.promised_date, **column,
        )
        for line_number, (line, column) in enumerate(zip(order.lines, columns, strict=True), start=1)
    ]  # fmt: skip
    return {"id": document_id, "number": number, "lines": line_ids}


class ConfirmSalesOrder(Command):
    """Accept a customer's order: it gets its number and is planned and promised from now on."""

    order: Reference


@handles(ConfirmSalesOrder, permission="sales.order", stage=1)
def confirm_sales_order(work: Work, confirmation: ConfirmSalesOrder) -> Answer:
    """Accept a customer's order: it gets its number and is planned and promised from now on."""
    company = company_named(work, confirmation.company)
    foresee_document(work, company, "sales_order", confirmation.order, (), "sales_order")
    head = document_named(work, company, "sales_order", confirmation.order, "order")
    require_state(head, "draft", field="order")
    open_period_on(work, company.id, head.effective_date, "order")
    number = change_state(work, head, "confirmed", head.effective_date)
    return {"id": head.id, "number": number}


class CancelSalesOrder(Command):
    """Cancel an order of which nothing was delivered or invoiced; it keeps its number."""

    order: Reference
    effective_date: Day | None = None


@handles(CancelSalesOrder, permission="sales.order", stage=1)
def cancel_sales_order(work: Work, cancellation: CancelSalesOrder) -> Answer:
    """Cancel an order of which nothing was delivered or invoiced; it keeps its number."""
    company = company_named(work, cancellation.company)
    head = document_named(work, company, "sales_order", cancellation.order, "order")
    require_state(head, "draft", "confirmed", field="order")
    if linked_quantities(work, head.id, "delivery") or linked_quantities(work, head.id, "invoice"):
        raise WrongState("part of the order was delivered or invoiced", field="order", value=cancellation.order)
    on = cancellation.effective_date or today(work, company)
    open_period_on(work, company.id, on)
    reservations_kept_to_open(work, company, head.id, {}, "cancellation", on)
    number = change_state(work, head, "cancelled", on)
    return {"id": head.id, "number": number}


def close_if_fulfilled(work: Work, order_id: int, company_code: str, on: date) -> None:
    """The order is done on the day on which its last line is both delivered and invoiced in full.

    Goods that came back before they were invoiced need no invoice.
    """
    company = company_named(work, company_code)
    head = document_named(work, company, "sales_order", order_id, "order")
    lines, (delivered, invoiced) = followed_lines(work, order_id, "delivery", "invoice")
    returned = followed_quantities(work, order_id, "delivery", "customer_return")
    close_when_fulfilled(work, head, lines, delivered, invoiced, on, returned)


def close_when_fulfilled(
    work: Work,
    head: Row[Any],
    lines: Sequence[Row[Any]],
    delivered: Mapping[int, int],
    invoiced: Mapping[int, int],
    on: date,
    returned: Mapping[int, int] | None = None,
) -> None:
    """Like `close_if_fulfilled`, by what is known. delivered, invoiced, returned: by line id, micro base units.

    returned left out: looked up where it may matter, which it cannot before anything is invoiced.
    """
    if head.state != "confirmed" or any(delivered.get(line.id, 0) < line.quantity for line in lines):
        return
    lacking = {line.id: line.quantity - invoiced.get(line.id, 0) for line in lines}
    if any(quantity > 0 for quantity in lacking.values()):
        if returned is None:
            returned = followed_quantities(work, head.id, "delivery", "customer_return") if invoiced else {}
        if any(quantity > returned.get(line_id, 0) for line_id, quantity in lacking.items()):
            return
    change_state(work, head, "done", on)
