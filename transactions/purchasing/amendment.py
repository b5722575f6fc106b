"""A purchase order amended: the supplier sends more or less of a line, at another price, on another day."""

from typing import Annotated

from pydantic import Field, StringConstraints

from transactions.document.amendment import LineAmendment, amend_order
from transactions.document.document import document_named, lines_of, linked_quantities, require_state
from transactions.kernel.command import Answer, Command, Line, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Quantity, UnitPrice
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import company_named, today
from transactions.purchasing.purchase_order import close_if_complete

Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class PurchaseOrderLineAmendment(Line):
    line: Annotated[int, Field(ge=1)]
    quantity: Quantity | None = Field(None, description="in the line's own unit")
    unit_price: UnitPrice | None = Field(None, description="also of what was received and not yet billed")
    expected_date: Day | None = Field(None, description="the first expected date is kept beside it")


class AmendPurchaseOrder(Command):
    """Change lines of an order, with the reason; never below what is received or billed."""

    order: Reference
    lines: Annotated[list[PurchaseOrderLineAmendment], Field(min_length=1)]
    reason: Reason
    effective_date: Day | None = Field(None, description="left out: today")


@handles(AmendPurchaseOrder, permission="purchasing.order", stage=1)
def amend_purchase_order(work: Work, amendment: AmendPurchaseOrder) -> Answer:
    """Change lines of an order, with the reason; never below what is received or billed."""
    company = company_named(work, amendment.company)
    on = amendment.effective_date or today(work, company)
    open_period_on(work, company.id, on)
    head = document_named(work, company, "purchase_order", amendment.order, "order")
    require_state(head, "draft", "confirmed", field="order")
    received = linked_quantities(work, head.id, "receipt")
    billed = linked_quantities(work, head.id, "bill")
    amend_order(
        work, company, head,
        [
            LineAmendment(line.line, line.quantity, line.unit_price, {"promised_date": line.expected_date})
            for line in amendment.lines
        ],
        {line.id: max(received.get(line.id, 0), billed.get(line.id, 0)) for line in lines_of(work, head.id)},
        amendment.reason, on,
    )  # fmt: skip
    close_if_complete(work, company, head.id, on)
    return {"id": head.id, "number": head.number}
