"""A purchase requisition: what somebody needs bought by when. Confirmed at once; orders take its lines up."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import Field

from transactions.document.document import add_document, add_line
from transactions.kernel.command import Answer, Code, Command, Line, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Quantity, micro
from transactions.kernel.work import Work
from transactions.master.company import Company, company_named, today
from transactions.master.lookup import item_named, warehouse_named


class RequisitionLine(Line):
    item: Reference
    quantity: Quantity
    needed_date: Day


class CreatePurchaseRequisition(Command):
    """Ask for goods to be bought."""

    lines: Annotated[list[RequisitionLine], Field(min_length=1)]
    warehouse: Reference | None = None
    external_number: Code | None = None
    reason: str | None = None


@handles(CreatePurchaseRequisition, permission="purchasing.requisition", stage=1)
def create_purchase_requisition(work: Work, requisition: CreatePurchaseRequisition) -> Answer:
    """Ask for goods to be bought. What was needed before today was asked for by then."""
    company = company_named(work, requisition.company)
    on = min(today(work, company), *(line.needed_date for line in requisition.lines))
    return add_requisition(
        work, company, requisition.lines, on, warehouse=requisition.warehouse,
        external_number=requisition.external_number, reason=requisition.reason,
    )  # fmt: skip


def add_requisition(
    work: Work,
    company: Company,
    lines: Sequence[RequisitionLine],
    on: date,
    *,
    warehouse: str | int | None = None,
    supplier_id: int | None = None,
    external_number: str | None = None,
    reason: str | None = None,
) -> Answer:
    """A confirmed requisition of that day. supplier_id: whom the planner has in mind."""
    place = warehouse_named(work, company.id, warehouse)
    items = [item_named(work, line.item, f"lines.{position}.item") for position, line in enumerate(lines)]
    document_id, number = add_document(
        work, company, "purchase_requisition", effective_date=on, state="confirmed", warehouse_id=place.id,
        partner_id=supplier_id, external_number=external_number, reason=reason,
    )  # fmt: skip
    line_ids = [
        add_line(
            work, document_id, line_number, item_id=item.id, description=item.name, quantity=micro(line.quantity),
            entered_unit_id=item.unit_id, requested_date=line.needed_date, warehouse_id=place.id,
        )
        for line_number, (line, item) in enumerate(zip(lines, items, strict=True), start=1)
    ]  # fmt: skip
    return {"id": document_id, "number": number, "lines": line_ids}
