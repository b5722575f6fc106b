"""A customer return: delivered goods that came back, in full or in part, to free stock or to be inspected.

Done at once. They come in at the cost at which they went out. A return does not open the order's line again for
delivery: what the customer wants instead is a new order; what was invoiced is credited (`credit_customer`), what was
not is no longer due to be.
"""

from collections import Counter
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row, bindparam, select

from transactions.document.document import (
    QuantityExceedsOpen,
    add_document,
    add_line,
    chosen_lines,
    document_named,
    lines_of,
    link,
    open_quantities,
)
from transactions.document.inspection import Waiting, add_inspections, require_inspections
from transactions.document.pricing import LineQuantity, asked
from transactions.inventory.lot import lot_filter
from transactions.inventory.stock import Move, move_stock
from transactions.inventory.tables import stock_move
from transactions.kernel.command import Answer, Code, Command, Note, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import from_micro
from transactions.kernel.refusal import Refusal, WrongState
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import company_named
from transactions.master.lookup import location_of, named, warehouse_named
from transactions.master.tables import item
from transactions.sales.sales_order import close_if_fulfilled


class ReturnedBeforeDelivery(Refusal):
    """Goods come back on the day they were delivered or later."""


class CustomerReturnLine(LineQuantity):
    lot: Code | None = Field(None, description="of a tracked item; left out: as it was delivered, latest first")


class ReturnFromCustomer(Command):
    """Take delivered goods back; lines left out: all that was delivered and is not back yet."""

    delivery: Reference
    effective_date: Day
    lines: Annotated[list[CustomerReturnLine], Field(min_length=1)] | None = None
    warehouse: Reference | None = Field(None, description="left out: the one that delivered")
    inspect: bool = False
    external_number: Code | None = None
    reason: Note | None = None


_of_line = (
    select(stock_move.c.id, stock_move.c.quantity, stock_move.c.lot_id)
    .where(stock_move.c.document_line_id == bindparam("line_id"), stock_move.c.move_type == "delivery")
    .order_by(stock_move.c.id.desc())
)
_delivered = stock_move.alias("delivered")
_back_of_line = (
    select(stock_move.c.origin_move_id, stock_move.c.quantity)
    .join_from(stock_move, _delivered, _delivered.c.id == stock_move.c.origin_move_id)
    .where(_delivered.c.document_line_id == bindparam("line_id"), stock_move.c.move_type == "customer_return")
)


@handles(ReturnFromCustomer, permission="sales.return", stage=1)
def return_from_customer(work: Work, returned: ReturnFromCustomer) -> Answer:
    """Take delivered goods back; lines left out: all that was delivered and is not back yet."""
    company = company_named(work, returned.company)
    if returned.inspect:
        require_inspections(work, returned.company)
    on = returned.effective_date
    open_period_on(work, company.id, on)
    delivery = document_named(work, company, "delivery", returned.delivery, "delivery")
    if on < delivery.effective_date:
        raise ReturnedBeforeDelivery(
            f"the goods were delivered on {delivery.effective_date}", field="effective_date", value=on
        )
    lines = lines_of(work, delivery.id)
    items = {line.item_id: named(work, item, line.item_id, "lines") for line in lines}
    open_by_line = open_quantities(work, lines, "customer_return")
    if returned.lines is None:
        lines = [line for line in lines if items[line.item_id].kind != "service"]
    taken = chosen_lines(lines, open_by_line, asked(returned.lines))
    warehouse = warehouse_named(
        work, company.id, delivery.warehouse_id if returned.warehouse is None else returned.warehouse
    )
    document_id, number = add_document(
        work, company, "customer_return", effective_date=on, state="done", partner_id=delivery.partner_id,
        warehouse_id=warehouse.id, origin_document_id=delivery.id, external_number=returned.external_number,
        reason=returned.reason, currency=delivery.currency, rate=delivery.exchange_rate,
    )  # fmt: skip
    customer = location_of(work, company.id, "customer")
    place = location_of(work, company.id, "inspection" if returned.inspect else "stock", warehouse.id)
    moves: list[Move] = []
    line_ids, waiting = [], []
    back_here: Counter[int] = Counter()
    for position, (line, quantity, field) in enumerate(taken):
        if items[line.item_id].kind == "service":
            raise WrongState("a service cannot come back", field=field, value=line.description)
        own = returned.lines[position] if returned.lines is not None else None
        only = lot_filter(work, items[line.item_id], own.lot if own else None, f"lines.{position}.")
        parts = _came_of(work, line, quantity, only, back_here, field)
        lots = {lot_id for _move_id, lot_id, _part in parts}
        line_id = add_line(
            work, document_id, position + 1, item_id=line.item_id, description=line.description, quantity=quantity,
            warehouse_id=warehouse.id, lot_id=lots.pop() if len(lots) == 1 else None,
        )  # fmt: skip
        link(work, "customer_return", line.id, line_id, quantity, on)
        line_ids.append(line_id)
        for origin_move_id, lot_id, part in parts:
            moves.append(
                Move(
                    move_type="customer_return", item_id=line.item_id, from_location_id=customer,
                    to_location_id=place, quantity=part, document_id=document_id, document_line_id=line_id,
                    lot_id=lot_id, origin_move_id=origin_move_id, field=field,
                )
            )  # fmt: skip
            waiting.append(Waiting(line_id, line.item_id, line.description, part, lot_id))
    move_stock(work, company, on, moves)
    answer: Answer = {"id": document_id, "number": number, "lines": line_ids}
    if returned.inspect:
        answer["inspections"] = add_inspections(
            work, company, on, waiting, origin_document_id=document_id, partner_id=delivery.partner_id,
            warehouse_id=warehouse.id, external_number=returned.external_number,
        )  # fmt: skip
    close_if_fulfilled(work, delivery.origin_document_id, company.code, on)
    return answer


def _came_of(
    work: Work, line: Row[Any], quantity: int, only: int | None, back_here: Counter[int], field: str
) -> list[tuple[int, int | None, int]]:
    """(delivery move, lot, micro) that a return undoes: the latest first, none beyond what it delivered.

    only: the lot that comes back; None: whichever was delivered. back_here: by move, what this return took already.
    """
    back = Counter(back_here)
    for row in work.rows(_back_of_line, line_id=line.id):
        back[row.origin_move_id] += row.quantity
    parts, left = [], quantity
    for move in work.rows(_of_line, line_id=line.id):
        part = min(left, move.quantity - back[move.id]) if only in (None, move.lot_id) else 0
        if part > 0:
            parts.append((move.id, move.lot_id, part))
            back_here[move.id] += part
            left -= part
    if left:
        raise QuantityExceedsOpen(
            f"{from_micro(quantity - left)} of the lot can come back, {from_micro(quantity)} asked", field=field,
            value=str(from_micro(quantity)),
        )  # fmt: skip
    return parts
