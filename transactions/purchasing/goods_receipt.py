"""A goods receipt: goods of a purchase order that arrived, in full or in part; to be inspected or free at once.

Inspected goods lie in the warehouse's inspection location, blocked until `decide_inspection`.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from transactions.document.document import (
    add_document,
    add_line,
    chosen_lines,
    document_named,
    lines_of,
    link,
    open_quantities,
    require_state,
)
from transactions.document.pricing import LineQuantity, asked
from transactions.document.tables import inspection
from transactions.inventory.stock import Move, move_stock
from transactions.kernel.command import Answer, Code, Command, Reference, handles
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import company_named
from transactions.master.lookup import location_of, named, warehouse_named
from transactions.master.tables import item


class ReceiveGoods(Command):
    """Record the arrival of goods; lines left out: all that is open."""

    order: Reference
    effective_date: date
    warehouse: Reference | None = None
    lines: Annotated[list[LineQuantity], Field(min_length=1)] | None = None
    inspect: bool = False
    external_number: Code | None = None


@handles(ReceiveGoods, permission="purchasing.receipt", stage=1)
def receive_goods(work: Work, receipt: ReceiveGoods) -> Answer:
    """Record the arrival of goods; lines left out: all that is open."""
    company = company_named(work, receipt.company)
    order = document_named(work, company, "purchase_order", receipt.order, "order")
    require_state(order, "confirmed", field="order")
    open_period_on(work, company.id, receipt.effective_date)
    lines = lines_of(work, order.id)
    taken = chosen_lines(lines, open_quantities(work, lines, "receipt"), asked(receipt.lines))
    warehouse = warehouse_named(work, company.id, receipt.warehouse or order.warehouse_id)
    document_id, number = add_document(
        work, company, "goods_receipt", effective_date=receipt.effective_date, state="done",
        partner_id=order.partner_id, warehouse_id=warehouse.id, origin_document_id=order.id,
        external_number=receipt.external_number, currency=order.currency,
    )  # fmt: skip
    supplier = location_of(work, company.id, "supplier")
    place = location_of(work, company.id, "inspection" if receipt.inspect else "stock", warehouse.id)
    moves, line_ids = [], []
    to_inspect: list[tuple[int, Any, int]] = []
    for line_number, (line, quantity, field) in enumerate(taken, start=1):
        line_id = add_line(
            work, document_id, line_number, item_id=line.item_id, description=line.description, quantity=quantity,
            warehouse_id=warehouse.id,
        )  # fmt: skip
        link(work, "receipt", line.id, line_id, quantity, receipt.effective_date)
        line_ids.append(line_id)
        if named(work, item, line.item_id, field).kind != "service":
            moves.append(
                Move(
                    move_type="receipt", item_id=line.item_id, from_location_id=supplier, to_location_id=place,
                    quantity=quantity, document_id=document_id, document_line_id=line_id, field=field,
                )
            )  # fmt: skip
            to_inspect.append((line_id, line, quantity))
    move_stock(work, company, receipt.effective_date, moves)
    answer: Answer = {"id": document_id, "number": number, "lines": line_ids}
    if receipt.inspect:
        answer["inspections"] = []
        for position, (line_id, line, quantity) in enumerate(to_inspect, start=1):
            external = receipt.external_number
            inspection_id, inspection_number = add_document(
                work, company, "inspection", effective_date=receipt.effective_date, state="confirmed",
                partner_id=order.partner_id, warehouse_id=warehouse.id, origin_document_id=document_id,
                external_number=external if external is None or len(to_inspect) == 1 else f"{external}-{position}",
            )  # fmt: skip
            inspected_id = add_line(
                work, inspection_id, 1, item_id=line.item_id, description=line.description, quantity=quantity
            )
            work.insert(inspection, document_id=inspection_id, accepted_quantity=0, rejected_quantity=0)
            link(work, "inspection", line_id, inspected_id, quantity, receipt.effective_date)
            answer["inspections"].append({"id": inspection_id, "number": inspection_number})
    return answer
