"""A delivery: goods that left a warehouse for a customer, in full or in part. Done at once; services make no move."""

from collections import Counter
from typing import Annotated

from pydantic import Field

from transactions.document.document import (
    add_document,
    add_line,
    chosen_lines,
    document_named,
    followed_lines,
    foresee_document,
    link,
    require_state,
)
from transactions.document.pricing import LineQuantity, asked
from transactions.inventory.lot import lots_taken, only_lot
from transactions.inventory.reservation import Reservations
from transactions.inventory.stock import Move, move_stock
from transactions.kernel.command import Answer, Code, Command, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import company_named
from transactions.master.lookup import location_of, named, warehouse_named
from transactions.master.tables import item
from transactions.sales.sales_order import close_when_fulfilled


class DeliveryLine(LineQuantity):
    lot: Code | None = Field(None, description="of a tracked item; left out: first expired first out, then oldest")


class DeliverGoods(Command):
    """Record that goods of a sales order left for the customer; lines left out: all that is open."""

    order: Reference
    effective_date: Day
    warehouse: Reference | None = None
    lines: Annotated[list[DeliveryLine], Field(min_length=1)] | None = None
    external_number: Code | None = None


@handles(DeliverGoods, permission="sales.delivery", stage=1)
def deliver_goods(work: Work, delivery: DeliverGoods) -> Answer:
    """Record that goods of a sales order left for the customer; lines left out: all that is open."""
    company = company_named(work, delivery.company)
    foresee_document(work, company, "sales_order", delivery.order, ("delivery", "invoice"), "delivery")
    order = document_named(work, company, "sales_order", delivery.order, "order")
    require_state(order, "confirmed", field="order")
    open_period_on(work, company.id, delivery.effective_date)
    lines, (delivered, invoiced) = followed_lines(work, order.id, "delivery", "invoice")
    open_by_line = {line.id: line.quantity - delivered.get(line.id, 0) for line in lines}
    taken = chosen_lines(lines, open_by_line, asked(delivery.lines))
    warehouse = warehouse_named(work, company.id, delivery.warehouse or order.warehouse_id)
    items = {line.item_id: named(work, item, line.item_id, field) for line, _, field in taken}
    document_id, number = add_document(
        work, company, "delivery", effective_date=delivery.effective_date, state="done", partner_id=order.partner_id,
        warehouse_id=warehouse.id, origin_document_id=order.id, external_number=delivery.external_number,
        currency=order.currency, rate=order.exchange_rate,
    )  # fmt: skip
    stock, customer = location_of(work, company.id, "stock", warehouse.id), location_of(work, company.id, "customer")
    moves, line_ids = [], []
    reservations = Reservations(work, company, order.id)
    taken_of_lot: Counter[int] = Counter()
    for position, (line, quantity, field) in enumerate(taken):
        code = delivery.lines[position].lot if delivery.lines is not None else None
        parts = lots_taken(
            work, items[line.item_id], stock, quantity, delivery.effective_date, code, field, taken_of_lot,
            reservations.at(line.id, stock),
        )  # fmt: skip
        reservations.use(line.id, line.item_id, stock, parts, delivery.effective_date)
        line_id = add_line(
            work, document_id, position + 1, item_id=line.item_id, description=line.description, quantity=quantity,
            warehouse_id=warehouse.id, lot_id=only_lot(parts),
        )  # fmt: skip
        link(work, "delivery", line.id, line_id, quantity, delivery.effective_date)
        line_ids.append(line_id)
        delivered[line.id] = delivered.get(line.id, 0) + quantity
        if items[line.item_id].kind != "service":
            moves += [
                Move(
                    move_type="delivery", item_id=line.item_id, from_location_id=stock, to_location_id=customer,
                    quantity=part, document_id=document_id, document_line_id=line_id, lot_id=lot_id, field=field,
                )
                for lot_id, part in parts
            ]  # fmt: skip
    if reservations.held:
        still_open = {line.id: line.quantity - delivered.get(line.id, 0) for line in lines}
        reservations.keep_to(still_open, "delivery", delivery.effective_date)
        reservations.keep()
    move_stock(work, company, delivery.effective_date, moves)
    close_when_fulfilled(work, order, lines, delivered, invoiced, delivery.effective_date)
    return {"id": document_id, "number": number, "lines": line_ids}
