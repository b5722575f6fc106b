"""A purchase order: what we order from a supplier at what price for when. draft → confirmed → done, or cancelled."""

from datetime import date
from typing import Annotated

from pydantic import Field

from transactions.document.document import (
    add_document,
    add_line,
    change_state,
    chosen_lines,
    document_named,
    lines_of,
    link,
    linked_quantities,
    open_quantities,
    require_state,
)
from transactions.document.pricing import PricedLine, priced_columns, totals
from transactions.kernel.command import Answer, Code, Command, CurrencyCode, Reference, handles
from transactions.kernel.exact import Amount, micro
from transactions.kernel.refusal import WrongState
from transactions.kernel.work import Work
from transactions.master.company import Company, company_named, today
from transactions.master.lookup import supplier_named, warehouse_named


class PurchaseOrderLine(PricedLine):
    expected_date: date | None = None
    requisition: Reference | None = Field(None, description="the requisition that the line takes up")
    requisition_line: Annotated[int, Field(ge=1)] = 1


class CreatePurchaseOrder(Command):
    """Record what is ordered from a supplier."""

    supplier: Reference
    order_date: date
    lines: Annotated[list[PurchaseOrderLine], Field(min_length=1)]
    external_number: Code | None = None
    currency: CurrencyCode | None = None
    warehouse: Reference | None = None
    tax_amount: Amount | None = None
    confirm: bool = False


@handles(CreatePurchaseOrder, permission="purchasing.order", stage=1)
def create_purchase_order(work: Work, order: CreatePurchaseOrder) -> Answer:
    """Record what is ordered from a supplier, as a draft or confirmed at once."""
    company = company_named(work, order.company)
    supplier = supplier_named(work, order.supplier)
    warehouse = warehouse_named(work, company.id, order.warehouse)
    columns = priced_columns(work, company, order.lines, order.tax_amount)
    document_id, number = add_document(
        work, company, "purchase_order", effective_date=order.order_date,
        state="confirmed" if order.confirm else "draft", partner_id=supplier.id,
        currency=order.currency or supplier.currency, warehouse_id=warehouse.id,
        external_number=order.external_number, **totals(columns),
    )  # fmt: skip
    line_ids = []
    for line_number, (line, column) in enumerate(zip(order.lines, columns, strict=True), start=1):
        line_id = add_line(
            work, document_id, line_number, warehouse_id=warehouse.id, promised_date=line.expected_date,
            first_promised_date=line.expected_date, **column,
        )  # fmt: skip
        if line.requisition is not None:
            _take_up_requisition(work, company, line, line_number, line_id, order.order_date)
        line_ids.append(line_id)
    return {"id": document_id, "number": number, "lines": line_ids}


def _take_up_requisition(
    work: Work, company: Company, line: PurchaseOrderLine, line_number: int, line_id: int, on: date
) -> None:
    field = f"lines.{line_number - 1}.requisition"
    assert line.requisition is not None
    requisition = document_named(work, company, "purchase_requisition", line.requisition, field)
    require_state(requisition, "confirmed", field=field)
    wanted = lines_of(work, requisition.id)
    open_by_line = open_quantities(work, wanted, "requisition")
    [(taken, _quantity, _)] = chosen_lines(wanted, dict.fromkeys(open_by_line, 10**18), [(line.requisition_line, 1)])
    covered = min(max(open_by_line[taken.id], 0), micro(line.quantity))
    link(work, "requisition", taken.id, line_id, covered, on)
    open_by_line[taken.id] -= covered
    if all(quantity <= 0 for quantity in open_by_line.values()):
        change_state(work, requisition, "done", on)


class ConfirmPurchaseOrder(Command):
    """Send the order to the supplier: it gets its number and counts as supply from now on."""

    order: Reference


@handles(ConfirmPurchaseOrder, permission="purchasing.order", stage=1)
def confirm_purchase_order(work: Work, confirmation: ConfirmPurchaseOrder) -> Answer:
    """Send the order to the supplier: it gets its number and counts as supply from now on."""
    company = company_named(work, confirmation.company)
    head = document_named(work, company, "purchase_order", confirmation.order, "order")
    require_state(head, "draft", field="order")
    number = change_state(work, head, "confirmed", head.effective_date)
    return {"id": head.id, "number": number}


class CancelPurchaseOrder(Command):
    """Cancel an order of which nothing was received or billed."""

    order: Reference
    effective_date: date | None = None


@handles(CancelPurchaseOrder, permission="purchasing.order", stage=1)
def cancel_purchase_order(work: Work, cancellation: CancelPurchaseOrder) -> Answer:
    """Cancel an order of which nothing was received or billed."""
    company = company_named(work, cancellation.company)
    head = document_named(work, company, "purchase_order", cancellation.order, "order")
    require_state(head, "draft", "confirmed", field="order")
    if linked_quantities(work, head.id, "receipt") or linked_quantities(work, head.id, "bill"):
        raise WrongState("part of the order was received or billed", field="order", value=cancellation.order)
    number = change_state(work, head, "cancelled", cancellation.effective_date or today(work, company))
    return {"id": head.id, "number": number}


class ClosePurchaseOrder(Command):
    """Expect nothing more of an order; what is still open on it no longer counts as supply."""

    order: Reference
    effective_date: date


@handles(ClosePurchaseOrder, permission="purchasing.order", stage=1)
def close_purchase_order(work: Work, closing: ClosePurchaseOrder) -> Answer:
    """Expect nothing more of an order; what is still open on it no longer counts as supply."""
    company = company_named(work, closing.company)
    head = document_named(work, company, "purchase_order", closing.order, "order")
    require_state(head, "confirmed", field="order")
    number = change_state(work, head, "done", closing.effective_date)
    return {"id": head.id, "number": number}
