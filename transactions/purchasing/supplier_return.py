"""A supplier return: received goods that go back. It opens the order's line again neither for receipt nor for bill."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import Field
from sqlalchemy import bindparam, case, func, select

from transactions.document.document import (
    add_document,
    add_line,
    chosen_lines,
    document_named,
    lines_of,
    link,
    open_quantities,
)
from transactions.document.pricing import LineQuantity, asked
from transactions.document.tables import document, document_line, inspection, line_link
from transactions.inventory.lot import lot_filter
from transactions.inventory.stock import Move, move_stock
from transactions.inventory.tables import stock_move
from transactions.kernel.command import Answer, Code, Command, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.refusal import NotFound, Refusal, WrongState
from transactions.kernel.work import Work
from transactions.master.company import Company, company_named
from transactions.master.lookup import location_of, named
from transactions.master.tables import item
from transactions.purchasing.purchase_order import close_if_complete


class ReturnedBeforeReceipt(Refusal):
    """Goods go back on the day they were received or later."""


class SupplierReturnLine(LineQuantity):
    lot: Code | None = Field(None, description="left out: the lot that was received")


class ReturnToSupplier(Command):
    """Send received goods back to their supplier."""

    receipt: Reference
    effective_date: Day
    lines: Annotated[list[SupplierReturnLine], Field(min_length=1)] | None = None
    external_number: Code | None = None
    reason: str | None = None


_head = select(document).where(document.c.id == bindparam("document_id"))
_line = select(document_line).where(document_line.c.id == bindparam("line_id"))
_receipt_move = select(stock_move.c.id, stock_move.c.lot_id).where(
    stock_move.c.document_line_id == bindparam("line_id"), stock_move.c.move_type == "receipt"
)

_inspected_line = document_line.alias("inspected_line")
_kept_back = (  # by receipt line: what lies blocked until it is decided, and what the inspection scrapped
    select(
        line_link.c.from_line_id,
        func.sum(
            _inspected_line.c.quantity
            - inspection.c.accepted_quantity
            - case((inspection.c.disposition == "scrap", 0), else_=inspection.c.rejected_quantity)
        ).label("quantity"),
    )
    .join_from(line_link, _inspected_line, _inspected_line.c.id == line_link.c.to_line_id)
    .join(inspection, inspection.c.document_id == _inspected_line.c.document_id)
    .join(document, document.c.id == inspection.c.document_id)
    .where(line_link.c.link_type == "inspection", document.c.origin_document_id == bindparam("receipt_id"))
    .group_by(line_link.c.from_line_id)
)


@handles(ReturnToSupplier, permission="purchasing.return", stage=1)
def return_to_supplier(work: Work, returned: ReturnToSupplier) -> Answer:
    """Send received goods back to their supplier, but for what still waits for its inspection or was scrapped there."""
    company = company_named(work, returned.company)
    receipt = document_named(work, company, "goods_receipt", returned.receipt, "receipt")
    lines = lines_of(work, receipt.id)
    open_by_line = open_quantities(work, lines, "supplier_return")
    for row in work.rows(_kept_back, receipt_id=receipt.id):
        open_by_line[row.from_line_id] -= int(row.quantity)
    taken = chosen_lines(lines, open_by_line, asked(returned.lines))
    for position, own in enumerate(returned.lines or ()):
        line, field = taken[position][0], f"lines.{position}."
        if (
            own.lot is not None
            and lot_filter(work, named(work, item, line.item_id, field), own.lot, field) != line.lot_id
        ):
            raise NotFound("the line received no such lot", field=f"{field}lot", value=own.lot)
    stock = location_of(work, company.id, "stock", receipt.warehouse_id)
    parts = [(line.id, quantity, field) for line, quantity, field in taken]
    return add_supplier_return(
        work, company, receipt.id, returned.effective_date, parts, stock,
        external_number=returned.external_number, reason=returned.reason,
    )  # fmt: skip


def add_supplier_return(
    work: Work,
    company: Company,
    receipt_id: int,
    on: date,
    parts: Sequence[tuple[int, int, str]],
    from_location_id: int,
    external_number: str | None = None,
    reason: str | None = None,
) -> Answer:
    """Return (receipt line id, quantity, field) parts of one receipt from where they lie."""
    receipt = work.rows(_head, document_id=receipt_id)[0]
    if on < receipt.effective_date:
        raise ReturnedBeforeReceipt(
            f"the goods were received on {receipt.effective_date}", field="effective_date", value=on
        )
    document_id, number = add_document(
        work, company, "supplier_return", effective_date=on, state="done", partner_id=receipt.partner_id,
        warehouse_id=receipt.warehouse_id, origin_document_id=receipt.id, external_number=external_number,
        reason=reason, currency=receipt.currency, rate=receipt.exchange_rate,
    )  # fmt: skip
    supplier = location_of(work, company.id, "supplier")
    moves, line_ids = [], []
    for line_number, (receipt_line_id, quantity, field) in enumerate(parts, start=1):
        line = work.rows(_line, line_id=receipt_line_id)[0]
        origin = work.first(_receipt_move, line_id=receipt_line_id)
        if origin is None:
            raise WrongState("a service cannot be sent back", field=field, value=line.description)
        line_id = add_line(
            work, document_id, line_number, item_id=line.item_id, description=line.description, quantity=quantity,
            warehouse_id=receipt.warehouse_id, lot_id=origin.lot_id,
        )  # fmt: skip
        link(work, "supplier_return", receipt_line_id, line_id, quantity, on)
        line_ids.append(line_id)
        moves.append(
            Move(
                move_type="supplier_return", item_id=line.item_id, from_location_id=from_location_id,
                to_location_id=supplier, quantity=quantity, document_id=document_id, document_line_id=line_id,
                lot_id=origin.lot_id, origin_move_id=origin.id, field=field,
            )
        )  # fmt: skip
    move_stock(work, company, on, moves)
    close_if_complete(work, company, receipt.origin_document_id, on)
    return {"id": document_id, "number": number, "lines": line_ids}
