"""A purchase order: what we order from a supplier at what price for when. draft → confirmed → done, or cancelled."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row, bindparam, select

from transactions.document.document import (
    QuantityExceedsOpen,
    add_document,
    add_line,
    change_state,
    document_named,
    followed_lines,
    followed_quantities,
    lines_of,
    link,
    linked_quantities,
    open_quantities,
    require_state,
)
from transactions.document.pricing import PricedLine, priced_columns, totals
from transactions.document.tables import document, document_line, line_link
from transactions.kernel.command import Answer, Code, Command, CurrencyCode, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Amount
from transactions.kernel.refusal import NotFound, WrongState
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import Company, company_named, today
from transactions.master.lookup import supplier_named, warehouse_named

_order_line = document_line.alias("order_line")
_receipt = document.alias("receipt")
_requisition = select(document).where(document.c.id == bindparam("document_id"))


class PurchaseOrderLine(PricedLine):
    expected_date: Day | None = None
    requisition: Reference | None = Field(None, description="the requisition that the line takes up")
    requisition_line: Annotated[int, Field(ge=1)] = 1


class CreatePurchaseOrder(Command):
    """Record what is ordered from a supplier."""

    supplier: Reference
    order_date: Day
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
    open_period_on(work, company.id, order.order_date, "order_date")
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
            _take_up_requisition(work, company, line, line_number, line_id, column, order.order_date)
        line_ids.append(line_id)
    return {"id": document_id, "number": number, "lines": line_ids}


def _take_up_requisition(
    work: Work,
    company: Company,
    line: PurchaseOrderLine,
    line_number: int,
    line_id: int,
    column: Mapping[str, Any],
    on: date,
) -> None:
    field = f"lines.{line_number - 1}.requisition"
    assert line.requisition is not None
    requisition = document_named(work, company, "purchase_requisition", line.requisition, field)
    require_state(requisition, "confirmed", field=field)
    wanted = lines_of(work, requisition.id)
    open_by_line = open_quantities(work, wanted, "requisition")
    taken = next((found for found in wanted if found.line_number == line.requisition_line), None)
    if taken is None or taken.item_id != column["item_id"]:
        raise NotFound(
            "the requisition has no such line for this item", field=f"{field}_line", value=line.requisition_line
        )
    covered = min(open_by_line[taken.id], column["quantity"])
    if covered <= 0:
        raise QuantityExceedsOpen(
            "nothing is open on that line of the requisition", field=f"{field}_line", value=line.requisition_line
        )
    link(work, "requisition", taken.id, line_id, covered, on)
    open_by_line[taken.id] -= covered
    if all(quantity <= 0 for quantity in open_by_line.values()):
        change_state(work, requisition, "done", on)


_taken_up = (
    select(line_link.c.from_line_id, line_link.c.to_line_id, line_link.c.quantity, document.c.id, document.c.state)
    .select_from(
        line_link.join(_order_line, _order_line.c.id == line_link.c.to_line_id)
        .join(document_line, document_line.c.id == line_link.c.from_line_id)
        .join(document, document.c.id == document_line.c.document_id)
    )
    .where(_order_line.c.document_id == bindparam("order_id"), line_link.c.link_type == "requisition")
    .order_by(line_link.c.id)
)


def _give_back_requisitions(work: Work, order_id: int, on: date) -> None:
    """What the order had taken up is asked for again: a link that undoes the first one, and the requisition is open."""
    reopened = set()
    for row in work.rows(_taken_up, order_id=order_id):
        link(work, "requisition", row.from_line_id, row.to_line_id, -row.quantity, on)
        if row.state == "done" and row.id not in reopened:
            reopened.add(row.id)
            change_state(work, work.rows(_requisition, document_id=row.id)[0], "confirmed", on)


class ConfirmPurchaseOrder(Command):
    """Send the order to the supplier: it gets its number and counts as supply from now on."""

    order: Reference


@handles(ConfirmPurchaseOrder, permission="purchasing.order", stage=1)
def confirm_purchase_order(work: Work, confirmation: ConfirmPurchaseOrder) -> Answer:
    """Send the order to the supplier: it gets its number and counts as supply from now on."""
    company = company_named(work, confirmation.company)
    head = document_named(work, company, "purchase_order", confirmation.order, "order")
    require_state(head, "draft", field="order")
    open_period_on(work, company.id, head.effective_date, "order")
    number = change_state(work, head, "confirmed", head.effective_date)
    return {"id": head.id, "number": number}


class CancelPurchaseOrder(Command):
    """Cancel an order of which nothing was received or billed."""

    order: Reference
    effective_date: Day | None = None


@handles(CancelPurchaseOrder, permission="purchasing.order", stage=1)
def cancel_purchase_order(work: Work, cancellation: CancelPurchaseOrder) -> Answer:
    """Cancel an order of which nothing was received or billed; the requisitions that it took up are open again."""
    company = company_named(work, cancellation.company)
    head = document_named(work, company, "purchase_order", cancellation.order, "order")
    require_state(head, "draft", "confirmed", field="order")
    if linked_quantities(work, head.id, "receipt") or linked_quantities(work, head.id, "bill"):
        raise WrongState("part of the order was received or billed", field="order", value=cancellation.order)
    on = cancellation.effective_date or today(work, company)
    open_period_on(work, company.id, on)
    _give_back_requisitions(work, head.id, on)
    number = change_state(work, head, "cancelled", on)
    return {"id": head.id, "number": number}


_undecided = (
    select(document.c.id)
    .join_from(document, _receipt, _receipt.c.id == document.c.origin_document_id)
    .where(
        _receipt.c.origin_document_id == bindparam("order_id"),
        document.c.document_type == "inspection",
        document.c.state == "confirmed",
    )
    .limit(1)
)


def close_if_complete(work: Work, company: Company, order_id: int, on: date) -> None:
    """The order is done on the day on which its last line is received and billed, and its last inspection decided.

    Of goods that went back no bill need come.
    """
    head = document_named(work, company, "purchase_order", order_id, "order")
    lines, (received, billed) = followed_lines(work, order_id, "receipt", "bill")
    close_when_complete(work, head, lines, received, billed, on)


def close_when_complete(
    work: Work,
    head: Row[Any],
    lines: Sequence[Row[Any]],
    received: Mapping[int, int],
    billed: Mapping[int, int],
    on: date,
) -> None:
    """Like `close_if_complete`, by what is known. received, billed: by line id, micro base units."""
    if head.state == "confirmed" and _is_complete(work, head.id, lines, received, billed):
        change_state(work, head, "done", on)


def _is_complete(
    work: Work, order_id: int, lines: Sequence[Row[Any]], received: Mapping[int, int], billed: Mapping[int, int]
) -> bool:
    if any(received.get(line.id, 0) < line.quantity for line in lines):
        return False
    lacking = {line.id: line.quantity - billed.get(line.id, 0) for line in lines}
    if any(quantity > 0 for quantity in lacking.values()):
        returned = followed_quantities(work, order_id, "receipt", "supplier_return")
        if any(quantity > returned.get(line_id, 0) for line_id, quantity in lacking.items()):
            return False
    return work.first(_undecided, order_id=order_id) is None


class ClosePurchaseOrder(Command):
    """Expect nothing more of an order; what is still open on it no longer counts as supply."""

    order: Reference
    effective_date: Day


@handles(ClosePurchaseOrder, permission="purchasing.order", stage=1)
def close_purchase_order(work: Work, closing: ClosePurchaseOrder) -> Answer:
    """Expect nothing more of an order; what is still open on it no longer counts as supply."""
    company = company_named(work, closing.company)
    open_period_on(work, company.id, closing.effective_date)
    head = document_named(work, company, "purchase_order", closing.order, "order")
    lines, (received, billed) = followed_lines(work, head.id, "receipt", "bill")
    if head.state == "done" and _is_complete(work, head.id, lines, received, billed):
        return {"id": head.id, "number": head.number}  # it was done by itself
    require_state(head, "confirmed", field="order")
    number = change_state(work, head, "done", closing.effective_date)
    return {"id": head.id, "number": number}
