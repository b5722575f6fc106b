"""A material issue: components carried from stock to a released work order, on one day.

One document of type material_issue per issue, done at once. What goes back to stock is a material issue with negative
lines, each move of which names the issue that it undoes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import Field
from sqlalchemy import Row, bindparam, select

from transactions.document.document import QuantityExceedsOpen, add_document, add_line
from transactions.inventory.lot import lot_filter, lots_taken, only_lot
from transactions.inventory.stock import Move, move_stock
from transactions.inventory.stocked_item import stocked_item_named
from transactions.inventory.tables import stock_move
from transactions.kernel.command import Answer, Code, Command, Line, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Quantity, from_micro, micro
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import Company, company_named
from transactions.master.lookup import location_of, named, warehouse_named
from transactions.master.tables import item
from transactions.production.work_order import Progress, plan_of, progress_of, released_order


class LinesOrQuantity(Refusal):
    """An issue names its lines or for how many outputs it is, not both."""


@dataclass(frozen=True)
class Issued:
    """So much (micro) of an item; field: where in the command's data it stood."""

    item: Row[Any]
    quantity: int
    field: str
    lot: str | None = None


class IssueLine(Line):
    item: Reference
    quantity: Quantity
    lot: Code | None = Field(
        None, description="of a tracked item; left out: issued first expired first out, returned as it was issued"
    )


class IssueMaterial(Command):
    """Carry components from stock to a work order."""

    order: Reference
    effective_date: Day
    lines: tuple[IssueLine, ...] | None = Field(None, description="left out: all that is open", min_length=1)
    quantity: Quantity | None = Field(None, description="instead of lines: what so many good outputs need")
    warehouse: Reference | None = Field(None, description="left out: the order's")
    external_number: Code | None = None


@handles(IssueMaterial, permission="production.issue", stage=3)
def issue_material(work: Work, new: IssueMaterial) -> Answer:
    """Carry components from stock to a work order."""
    company = company_named(work, new.company)
    open_period_on(work, company.id, new.effective_date)
    head = released_order(work, company, new.order)
    if new.lines is not None and new.quantity is not None:
        raise LinesOrQuantity("say lines or quantity, not both", field="quantity", value=str(new.quantity))
    if new.lines is not None:
        issued = [
            Issued(stocked_item_named(work, line.item, f"lines.{position}.item"), micro(line.quantity),
                   f"lines.{position}.quantity", line.lot)
            for position, line in enumerate(new.lines)
        ]  # fmt: skip
    else:
        progress = progress_of(work, head.id)
        if new.quantity is None:
            due = {item_id: progress.open(item_id) for item_id in progress.planned}
        else:
            planned = plan_of(work, head.id).planned_quantity
            due = due_for_outputs(progress, planned, micro(new.quantity), 0)
        issued = components_due(work, due, "lines" if new.quantity is None else "quantity")
        if not issued:
            raise QuantityExceedsOpen("no component of the order is open", field="lines", value=None)
    return add_issue(work, company, head, new.effective_date, issued, new.warehouse, new.external_number)


def due_for_outputs(progress: Progress, planned: int, within_plan: int, beyond_plan: int) -> dict[int, int]:
    """What must be issued for so many outputs (of any one scale, as planned is), by component in micro.

    Outputs within the plan take their share of the planned issue, rounded up, and never more than is still open; those
    beyond the plan take their share on top.
    """
    return {
        item_id: min(_share(quantity, within_plan, planned), progress.open(item_id))
        + _share(quantity, beyond_plan, planned)
        for item_id, quantity in progress.planned.items()
    }


def _share(quantity: int, outputs: int, planned: int) -> int:
    return -(-quantity * outputs // planned)


def components_due(work: Work, due: dict[int, int], field: str) -> list[Issued]:
    return [Issued(named(work, item, item_id, field), quantity, field) for item_id, quantity in due.items() if quantity]


def add_issue(
    work: Work,
    company: Company,
    order: Row[Any],
    on: date,
    issued: Sequence[Issued],
    warehouse: str | int | None = None,
    external_number: str | None = None,
) -> Answer:
    """Add the material issue document and its moves from the warehouse (left out: the order's) to production."""
    source = warehouse_named(work, company.id, order.warehouse_id if warehouse is None else warehouse)
    stock, production = location_of(work, company.id, "stock", source.id), location_of(work, company.id, "production")
    document_id, number = add_document(
        work, company, "material_issue", effective_date=on, state="done", warehouse_id=source.id,
        origin_document_id=order.id, external_number=external_number,
    )  # fmt: skip
    moves: list[Move] = []
    line_ids = []
    taken_of_lot: Counter[int] = Counter()
    for line_number, line in enumerate(issued, start=1):
        parts = lots_taken(work, line.item, stock, line.quantity, on, line.lot, line.field, taken_of_lot)
        line_id = add_line(
            work, document_id, line_number, item_id=line.item.id, entered_unit_id=line.item.unit_id,
            quantity=line.quantity, warehouse_id=source.id, lot_id=only_lot(parts),
        )  # fmt: skip
        line_ids.append(line_id)
        moves += [
            Move(
                move_type="issue", item_id=line.item.id, from_location_id=stock, to_location_id=production,
                quantity=part, document_id=document_id, document_line_id=line_id, work_order_id=order.id,
                lot_id=lot_id, field=line.field,
            )
            for lot_id, part in parts
        ]  # fmt: skip
    move_stock(work, company, on, moves)
    return {"id": document_id, "number": number, "lines": line_ids}


class ReturnMaterial(Command):
    """Carry components that a work order did not need back to stock."""

    order: Reference
    effective_date: Day
    lines: tuple[IssueLine, ...] = Field(min_length=1)
    warehouse: Reference | None = Field(None, description="left out: the order's")
    external_number: Code | None = None


_issue_moves = (
    select(
        stock_move.c.id,
        stock_move.c.move_type,
        stock_move.c.quantity,
        stock_move.c.origin_move_id,
        stock_move.c.lot_id,
    )
    .where(
        stock_move.c.work_order_id == bindparam("order_id"),
        stock_move.c.item_id == bindparam("item_id"),
        stock_move.c.move_type.in_(("issue", "issue_return")),
    )
    .order_by(stock_move.c.effective_date, stock_move.c.id)
)


@handles(ReturnMaterial, permission="production.issue", stage=3)
def return_material(work: Work, new: ReturnMaterial) -> Answer:
    """Carry components that a work order did not need back to stock."""
    company = company_named(work, new.company)
    open_period_on(work, company.id, new.effective_date)
    order = released_order(work, company, new.order)
    target = warehouse_named(work, company.id, order.warehouse_id if new.warehouse is None else new.warehouse)
    stock, production = location_of(work, company.id, "stock", target.id), location_of(work, company.id, "production")
    document_id, number = add_document(
        work, company, "material_issue", effective_date=new.effective_date, state="done", warehouse_id=target.id,
        origin_document_id=order.id, external_number=new.external_number,
    )  # fmt: skip
    moves: list[Move] = []
    line_ids = []
    for position, line in enumerate(new.lines):
        component = stocked_item_named(work, line.item, f"lines.{position}.item")
        quantity, field = micro(line.quantity), f"lines.{position}.quantity"
        only = lot_filter(work, component, line.lot, f"lines.{position}.")
        line_id = add_line(
            work, document_id, position + 1, item_id=component.id, entered_unit_id=component.unit_id,
            quantity=-quantity, warehouse_id=target.id, lot_id=only,
        )  # fmt: skip
        line_ids.append(line_id)
        taken: Counter[int | None] = Counter()  # by earlier lines of this return
        for move in moves:
            taken[move.origin_move_id] += move.quantity
        for origin_move_id, lot_id, part in _undone(work, order.id, component.id, quantity, taken, only, field):
            moves.append(
                Move(
                    move_type="issue_return", item_id=component.id, from_location_id=production,
                    to_location_id=stock, quantity=part, document_id=document_id, document_line_id=line_id,
                    work_order_id=order.id, lot_id=lot_id, origin_move_id=origin_move_id, field=field,
                )
            )  # fmt: skip
    move_stock(work, company, new.effective_date, moves)
    return {"id": document_id, "number": number, "lines": line_ids}


def _undone(
    work: Work, order_id: int, item_id: int, quantity: int, taken: Counter[int | None], only: int | None, field: str
) -> list[tuple[int, int | None, int]]:
    """Which issues (move id, lot id, micro) a return undoes: the latest first, none beyond what it issued.

    only: the lot that comes back; None: whichever was issued.
    """
    known = work.rows(_issue_moves, order_id=order_id, item_id=item_id)
    issues = {move.id: move for move in known if move.move_type == "issue" and only in (None, move.lot_id)}
    left = {move_id: move.quantity - taken[move_id] for move_id, move in issues.items()}
    for move in known:
        if move.move_type == "issue_return" and move.origin_move_id in left:
            left[move.origin_move_id] -= move.quantity
    parts = []
    asked = quantity
    for move_id in reversed(left):
        part = min(left[move_id], asked)
        if part > 0:
            parts.append((move_id, issues[move_id].lot_id, part))
            asked -= part
    if asked:
        raise QuantityExceedsOpen(
            f"{from_micro(quantity - asked)} lie on the order, {from_micro(quantity)} asked", field=field,
            value=str(from_micro(quantity)),
        )  # fmt: skip
    return parts
