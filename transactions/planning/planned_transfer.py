"""A planned transfer: goods that are to be carried from one warehouse to another by a day.

Life: confirmed (from an approved suggestion) → done once all of it was carried, or cancelled while nothing was. The
document's warehouse is where the goods come from, the line's where they go; the line is requested for the day of
arrival and promised for the day on which the goods leave. What is carried at once is a transfer of `transfer_stock`.
"""

from collections import Counter
from datetime import date
from typing import Any

from pydantic import Field
from sqlalchemy import Row, bindparam, func, select

from transactions.document.document import (
    add_document,
    add_line,
    change_state,
    chosen_lines,
    document_named,
    lines_of,
    require_state,
)
from transactions.inventory.lot import lots_taken
from transactions.inventory.stock import Move, move_stock
from transactions.inventory.tables import stock_move
from transactions.inventory.transfer import WarehousesAreTheSame
from transactions.kernel.command import Answer, Code, Command, Line, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Quantity, micro
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import Company, company_named, today
from transactions.master.lookup import location_of, named
from transactions.master.tables import item


class TransferHasBegun(Refusal):
    """A transfer of which something was carried is finished, not cancelled."""

    status = 409


def add_planned_transfer(
    work: Work, company: Company, wanted: Row[Any], quantity: int, source: Row[Any], target: Row[Any],
    *, leaves: date, arrives: date, on: date, reason: str | None = None,
) -> Answer:  # fmt: skip
    """Add a confirmed transfer of `quantity` micro of the item; nothing moves yet."""
    if source.id == target.id:
        raise WarehousesAreTheSame("a transfer has two warehouses", field="from_warehouse", value=source.code)
    document_id, number = add_document(
        work, company, "transfer", effective_date=on, state="confirmed", warehouse_id=source.id, due_date=arrives,
        reason=reason,
    )  # fmt: skip
    line_id = add_line(
        work, document_id, 1, item_id=wanted.id, entered_unit_id=wanted.unit_id, quantity=quantity,
        warehouse_id=target.id, requested_date=arrives, promised_date=min(leaves, arrives),
    )  # fmt: skip
    return {"id": document_id, "number": number, "lines": [line_id]}


class CarriedLine(Line):
    line: int = Field(ge=1)
    quantity: Quantity
    lot: Code | None = Field(None, description="of a tracked item; left out: first expired first out, then oldest")


class CarryOutTransfer(Command):
    """Carry the goods of a planned transfer to their warehouse; lines left out: all that is open."""

    transfer: Reference
    effective_date: Day
    lines: tuple[CarriedLine, ...] | None = None


_carried = (
    select(stock_move.c.document_line_id, func.sum(stock_move.c.quantity).label("quantity"))
    .where(stock_move.c.document_id == bindparam("document_id"))
    .group_by(stock_move.c.document_line_id)
)


@handles(CarryOutTransfer, permission="inventory.transfer", stage=1)
def carry_out_transfer(work: Work, command: CarryOutTransfer) -> Answer:
    """Carry the goods of a planned transfer to their warehouse; lines left out: all that is open."""
    company = company_named(work, command.company)
    open_period_on(work, company.id, command.effective_date)
    head = document_named(work, company, "transfer", command.transfer, "transfer")
    require_state(head, "confirmed", field="transfer")
    lines = lines_of(work, head.id)
    carried = {row.document_line_id: int(row.quantity) for row in work.rows(_carried, document_id=head.id)}
    still_open = {line.id: line.quantity - carried.get(line.id, 0) for line in lines}
    asked = None if command.lines is None else [(line.line, micro(line.quantity)) for line in command.lines]
    taken = chosen_lines(lines, still_open, asked)
    source = location_of(work, company.id, "stock", head.warehouse_id)
    moves: list[Move] = []
    taken_of_lot: Counter[int] = Counter()
    for position, (line, quantity, field) in enumerate(taken):
        carried_item = named(work, item, line.item_id, field)
        code = command.lines[position].lot if command.lines is not None else None
        moves += [
            Move(
                move_type="transfer", item_id=line.item_id, quantity=part, from_location_id=source,
                to_location_id=location_of(work, company.id, "stock", line.warehouse_id),
                document_id=head.id, document_line_id=line.id, lot_id=lot_id, field=field,
            )
            for lot_id, part in lots_taken(
                work, carried_item, source, quantity, command.effective_date, code, field, taken_of_lot
            )
        ]  # fmt: skip
    move_stock(work, company, command.effective_date, moves)
    if sum(quantity for _, quantity, _ in taken) == sum(still_open.values()):
        change_state(work, head, "done", command.effective_date)
    return {"id": head.id, "number": head.number}


class CancelTransfer(Command):
    """Give up a planned transfer of which nothing was carried yet."""

    transfer: Reference
    effective_date: Day | None = Field(None, description="left out: today")


@handles(CancelTransfer, permission="inventory.transfer", stage=1)
def cancel_transfer(work: Work, command: CancelTransfer) -> Answer:
    """Give up a planned transfer of which nothing was carried yet."""
    company = company_named(work, command.company)
    head = document_named(work, company, "transfer", command.transfer, "transfer")
    require_state(head, "confirmed", field="transfer")
    on = command.effective_date or today(work, company)
    open_period_on(work, company.id, on)
    if work.first(select(stock_move.c.id).where(stock_move.c.document_id == head.id).limit(1)) is not None:
        raise TransferHasBegun("a part was carried already; carry out the rest", field="transfer", value=head.number)
    change_state(work, head, "cancelled", on)
    return {"id": head.id, "number": head.number}
