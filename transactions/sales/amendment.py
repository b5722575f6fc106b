"""A sales order amended: the customer wants more or less of a line, another price, another day."""

from typing import Annotated

from pydantic import Field, StringConstraints

from transactions.document.amendment import LineAmendment, amend_order
from transactions.document.document import document_named, lines_of, linked_quantities, require_state
from transactions.inventory.reservation import reservations_kept_to_open
from transactions.kernel.command import Answer, Command, Line, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Quantity, UnitPrice
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import company_named, today
from transactions.sales.sales_order import close_if_fulfilled

Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class SalesOrderLineAmendment(Line):
    line: Annotated[int, Field(ge=1)]
    quantity: Quantity | None = Field(None, description="in the line's own unit")
    unit_price: UnitPrice | None = None
    requested_date: Day | None = None
    promised_date: Day | None = Field(None, description="the first promised date is kept beside it")


class AmendSalesOrder(Command):
    """Change lines of an order, with the reason; never below what is delivered or invoiced."""

    order: Reference
    lines: Annotated[list[SalesOrderLineAmendment], Field(min_length=1)]
    reason: Reason
    effective_date: Day | None = Field(None, description="left out: today")


@handles(AmendSalesOrder, permission="sales.order", stage=1)
def amend_sales_order(work: Work, amendment: AmendSalesOrder) -> Answer:
    """Change lines of an order, with the reason; never below what is delivered or invoiced."""
    company = company_named(work, amendment.company)
    on = amendment.effective_date or today(work, company)
    open_period_on(work, company.id, on)
    head = document_named(work, company, "sales_order", amendment.order, "order")
    require_state(head, "draft", "confirmed", field="order")
    delivered = linked_quantities(work, head.id, "delivery")
    invoiced = linked_quantities(work, head.id, "invoice")
    amend_order(
        work, company, head,
        [
            LineAmendment(
                line.line, line.quantity, line.unit_price,
                {"requested_date": line.requested_date, "promised_date": line.promised_date},
            )
            for line in amendment.lines
        ],
        {line.id: max(delivered.get(line.id, 0), invoiced.get(line.id, 0)) for line in lines_of(work, head.id)},
        amendment.reason, on,
    )  # fmt: skip
    still_open = {line.id: line.quantity - delivered.get(line.id, 0) for line in lines_of(work, head.id)}
    reservations_kept_to_open(work, company, head.id, still_open, "amendment", on)
    close_if_fulfilled(work, head.id, company.code, on)
    return {"id": head.id, "number": head.number}
