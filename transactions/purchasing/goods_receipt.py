"""A goods receipt: goods of a purchase order that arrived, in full or in part; to be inspected or free at once.

Inspected goods lie in the warehouse's inspection location, blocked until `decide_inspection`.
"""

from typing import Annotated

from pydantic import Field

from transactions.document.document import (
    add_document,
    add_line,
    chosen_lines,
    document_named,
    followed_lines,
    link,
    require_state,
)
from transactions.document.inspection import Waiting, add_inspections, require_inspections
from transactions.document.pricing import LineQuantity, asked
from transactions.inventory.lot import lot_entering
from transactions.inventory.stock import Move, move_stock
from transactions.kernel.command import Answer, Code, Command, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import company_named
from transactions.master.lookup import location_of, named, warehouse_named
from transactions.master.tables import item
from transactions.purchasing.purchase_order import close_when_complete


class ReceiptLine(LineQuantity):
    lot: Code | None = Field(None, description="of a tracked item: its lot or serial; new ones come into being")
    expiry_date: Day | None = None


class ReceiveGoods(Command):
    """Record the arrival of goods; lines left out: all that is open."""

    order: Reference
    effective_date: Day
    warehouse: Reference | None = None
    lines: Annotated[list[ReceiptLine], Field(min_length=1)] | None = None
    inspect: bool = False
    external_number: Code | None = None


@handles(ReceiveGoods, permission="purchasing.receipt", stage=1)
def receive_goods(work: Work, receipt: ReceiveGoods) -> Answer:
    """Record the arrival of goods; lines left out: all that is open."""
    company = company_named(work, receipt.company)
    if receipt.inspect:
        require_inspections(work, receipt.company)
    order = document_named(work, company, "purchase_order", receipt.order, "order")
    require_state(order, "confirmed", field="order")
    open_period_on(work, company.id, receipt.effective_date)
    lines, (received, billed) = followed_lines(work, order.id, "receipt", "bill")
    open_by_line = {line.id: line.quantity - received.get(line.id, 0) for line in lines}
    taken = chosen_lines(lines, open_by_line, asked(receipt.lines))
    warehouse = warehouse_named(work, company.id, receipt.warehouse or order.warehouse_id)
    document_id, number = add_document(
        work, company, "goods_receipt", effective_date=receipt.effective_date, state="done",
        partner_id=order.partner_id, warehouse_id=warehouse.id, origin_document_id=order.id,
        external_number=receipt.external_number, currency=order.currency,
    )  # fmt: skip
    supplier = location_of(work, company.id, "supplier")
    place = location_of(work, company.id, "inspection" if receipt.inspect else "stock", warehouse.id)
    moves, line_ids = [], []
    to_inspect: list[Waiting] = []
    for position, (line, quantity, field) in enumerate(taken):
        stocked = named(work, item, line.item_id, field)
        own = receipt.lines[position] if receipt.lines is not None else None
        lot_id = lot_entering(
            work, stocked, own.lot if own else None, quantity, f"lines.{position}.", own.expiry_date if own else None
        )
        line_id = add_line(
            work, document_id, position + 1, item_id=line.item_id, description=line.description, quantity=quantity,
            warehouse_id=warehouse.id, lot_id=lot_id,
        )  # fmt: skip
        link(work, "receipt", line.id, line_id, quantity, receipt.effective_date)
        line_ids.append(line_id)
        received[line.id] = received.get(line.id, 0) + quantity
        if stocked.kind != "service":
            moves.append(
                Move(
                    move_type="receipt", item_id=line.item_id, from_location_id=supplier, to_location_id=place,
                    quantity=quantity, document_id=document_id, document_line_id=line_id, lot_id=lot_id, field=field,
                )
            )  # fmt: skip
            to_inspect.append(Waiting(line_id, line.item_id, line.description, quantity, lot_id))
    move_stock(work, company, receipt.effective_date, moves)
    answer: Answer = {"id": document_id, "number": number, "lines": line_ids}
    if receipt.inspect:
        answer["inspections"] = add_inspections(
            work, company, receipt.effective_date, to_inspect, origin_document_id=document_id,
            partner_id=order.partner_id, warehouse_id=warehouse.id, external_number=receipt.external_number,
        )  # fmt: skip
    else:
        close_when_complete(work, order, lines, received, billed, receipt.effective_date)
    return answer
