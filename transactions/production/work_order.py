"""A work order: so many of an item to be made by a date, with what that needs by the BOM and routing of its start date.

Life: confirmed → released (material may be issued, time booked, output reported) → done when it is closed; an order on
which nothing happened may be cancelled. Its one line is the planned output; components and operations stand beside it.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row, bindparam, case, func, select

from transactions.document.document import add_document, add_line, change_state, document_named, require_state
from transactions.document.tables import (
    document_line,
    subcontract_cost,
    work_order,
    work_order_by_product,
    work_order_component,
    work_order_operation,
)
from transactions.inventory.stocked_item import stocked_item_named
from transactions.inventory.tables import stock_move, time_entry
from transactions.kernel.command import Answer, Code, Command, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import MICRO, Quantity, micro
from transactions.kernel.refusal import NotFound, Refusal, WrongState
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.bom import bom_in_force, by_products_of, requirements
from transactions.master.company import Company, company_named, today
from transactions.master.lookup import warehouse_named
from transactions.master.routing import routing_in_force
from transactions.master.tables import bom


class DueBeforeStart(Refusal):
    """A work order is due on the day it starts or later."""


class OrderHasFacts(Refusal):
    """An order on which something happened is closed, not cancelled."""

    status = 409


class ClosedBeforeLastFact(Refusal):
    """An order is closed on the day of its last move or hours, or later."""


class NothingToTakeBack(Refusal):
    """A booking or an output is taken back once, and what takes one back is not taken back itself."""

    status = 409


class TakenBackBeforehand(Refusal):
    """A booking or an output is taken back on its own day or later."""


class CreateWorkOrder(Command):
    """Order so many of an item to be made; by the BOM and routing in force at the start, if there are any."""

    item: Reference
    quantity: Quantity
    start_date: Day
    due_date: Day
    warehouse: Reference | None = None
    external_number: Code | None = None
    order_date: Day | None = Field(None, description="left out: today, or the start where that is earlier")
    release: bool = False
    alternate: Annotated[int, Field(ge=1)] = Field(1, description="of its BOM; 1: the main one")


@handles(CreateWorkOrder, permission="production.work_order", stage=3)
def create_work_order(work: Work, new: CreateWorkOrder) -> Answer:
    """Order so many of an item to be made; by the BOM and routing in force at the start, if there are any."""
    company = company_named(work, new.company)
    return add_work_order(
        work, company, stocked_item_named(work, new.item), micro(new.quantity), new.start_date, new.due_date,
        warehouse=warehouse_named(work, company.id, new.warehouse), on=new.order_date, release=new.release,
        external_number=new.external_number, alternate=new.alternate,
    )  # fmt: skip


def add_work_order(
    work: Work,
    company: Company,
    made: Row[Any],
    planned: int,
    start_date: date,
    due_date: date,
    *,
    warehouse: Row[Any],
    on: date | None = None,
    release: bool = False,
    external_number: str | None = None,
    alternate: int = 1,
) -> Answer:
    """Add a confirmed work order for `planned` micro of the item, released at once if asked.

    alternate: of its BOM; `NotFound` where none above 1 is in force at the start.
    """
    on = on or min(start_date, today(work, company))
    open_period_on(work, company.id, on, "order_date")
    if due_date < start_date:
        raise DueBeforeStart("an order is due on the day it starts or later", field="due_date", value=due_date)
    version = bom_in_force(work, made.id, start_date, alternate)
    if version is None and alternate > 1:
        raise NotFound(f"{made.code} has no such alternate on {start_date}", field="alternate", value=alternate)
    routing_id, operations = routing_in_force(work, company.id, made.id, start_date)
    document_id, number = add_document(
        work, company, "work_order", effective_date=on, warehouse_id=warehouse.id, due_date=due_date,
        state=("confirmed", "released") if release else "confirmed", external_number=external_number,
    )  # fmt: skip
    line_id = add_line(
        work, document_id, 1, item_id=made.id, entered_unit_id=made.unit_id, quantity=planned,
        requested_date=due_date, warehouse_id=warehouse.id,
    )  # fmt: skip
    work.insert(
        work_order, document_id=document_id, item_id=made.id, planned_quantity=planned,
        bom_id=version.id if version else None, routing_id=routing_id, start_date=start_date, due_date=due_date,
    )  # fmt: skip
    for item_id, quantity in requirements(work, version, planned, start_date).items() if version else ():
        work.insert(work_order_component, document_id=document_id, item_id=item_id, quantity=quantity)
    for operation in operations:
        work.insert(
            work_order_operation, document_id=document_id, sequence=operation.sequence,
            work_center_id=operation.work_center_id, setup_minutes=operation.setup_minutes,
            run_minutes=operation.run_minutes, subcontractor_id=operation.subcontractor_id,
            subcontract_price=operation.subcontract_price,
            subcontract_lead_time_days=operation.subcontract_lead_time_days,
        )  # fmt: skip
    for item_id, quantity, cost_share in by_products_of(work, version, planned) if version else ():
        work.insert(
            work_order_by_product, document_id=document_id, item_id=item_id, quantity=quantity, cost_share=cost_share
        )
    return {"id": document_id, "number": number, "lines": [line_id]}


class ReleaseWorkOrder(Command):
    """Let the shop start: from now on material, time and output may be reported."""

    order: Reference
    effective_date: Day | None = Field(None, description="left out: today, or the start where that is earlier")


@handles(ReleaseWorkOrder, permission="production.work_order", stage=3)
def release_work_order(work: Work, command: ReleaseWorkOrder) -> Answer:
    """Let the shop start: from now on material, time and output may be reported."""
    company = company_named(work, command.company)
    head = document_named(work, company, "work_order", command.order, "order")
    require_state(head, "confirmed", field="order")
    on = command.effective_date
    if on is None:
        on = max(head.effective_date, min(plan_of(work, head.id).start_date, today(work, company)))
    open_period_on(work, company.id, on)
    change_state(work, head, "released", on)
    return {"id": head.id, "number": head.number}


class CancelWorkOrder(Command):
    """Give up an order on which nothing has happened yet."""

    order: Reference
    effective_date: Day | None = Field(None, description="left out: today")


@handles(CancelWorkOrder, permission="production.work_order", stage=3)
def cancel_work_order(work: Work, command: CancelWorkOrder) -> Answer:
    """Give up an order on which nothing has happened yet."""
    company = company_named(work, command.company)
    head = document_named(work, company, "work_order", command.order, "order")
    require_state(head, "confirmed", "released", field="order")
    on = command.effective_date or today(work, company)
    open_period_on(work, company.id, on)
    for ledger in (stock_move, time_entry, subcontract_cost):
        if work.first(select(ledger.c.id).where(ledger.c.work_order_id == head.id).limit(1)) is not None:
            raise OrderHasFacts(
                "material, time, output or subcontracting was reported on the order; close it",
                field="order",
                value=command.order,
            )
    change_state(work, head, "cancelled", on)
    return {"id": head.id, "number": head.number}


class CloseWorkOrder(Command):
    """Close an order as of a day: nothing more is issued to it or put out from it."""

    order: Reference
    effective_date: Day


_last_move, _last_time = (
    select(func.max(ledger.c.effective_date)).where(ledger.c.work_order_id == bindparam("document_id"))
    for ledger in (stock_move, time_entry)
)


@handles(CloseWorkOrder, permission="production.work_order", stage=3)
def close_work_order(work: Work, command: CloseWorkOrder) -> Answer:
    """Close an order as of a day: nothing more is issued to it or put out from it."""
    company = company_named(work, command.company)
    open_period_on(work, company.id, command.effective_date)
    head = released_order(work, company, command.order)
    close_order(work, head, command.effective_date)
    return {"id": head.id, "number": head.number}


def close_order(work: Work, head: Row[Any], on: date) -> None:
    """Close a released order as of the day; `ClosedBeforeLastFact` if material, time or output is of a later one."""
    for last_day in (_last_move, _last_time):
        last = work.rows(last_day, document_id=head.id)[0][0]
        if last is not None and on < last:
            raise ClosedBeforeLastFact(
                f"material, time or output was reported on the order on {last}; it is closed on that day or later",
                field="effective_date", value=on,
            )  # fmt: skip
    change_state(work, head, "done", on)


def released_order(work: Work, company: Company, reference: str | int) -> Row[Any]:
    """The head of the order, which must be released."""
    head = document_named(work, company, "work_order", reference, "order")
    require_state(head, "released", field="order")
    return head


def order_to_correct(work: Work, company: Company, head: Row[Any], reference: str | int, on: date) -> Row[Any]:
    """The head of the order of a time booking or an output that is to be taken back on the day.

    It is released, or hours of a closed one: they restate what it cost, as hours booked late do. reference: what named
    it, in the field `booking` or `output`.
    """
    is_time = head.document_type == "time_booking"
    field = "booking" if is_time else "output"
    order = document_named(work, company, "work_order", head.origin_document_id, field)
    if order.state not in ("released", "done" if is_time else "released"):
        raise WrongState(
            f"its work order {order.number} is {order.state}; it must be released", field=field, value=reference
        )
    if on < head.effective_date:
        raise TakenBackBeforehand(
            f"{head.number} is of {head.effective_date}; it is taken back on that day or later",
            field="effective_date", value=on,
        )  # fmt: skip
    return order


def refuse_taking_back_again(
    head: Row[Any], reference: str | int, facts: Sequence[Row[Any]], origins: Container[int | None], origin: str
) -> None:
    """Refuse what takes something back itself, or was taken back; its facts name what they undo in column `origin`.

    origins: what all facts of the order name there.
    """
    field = "booking" if head.document_type == "time_booking" else "output"
    if any(fact._mapping[origin] is not None for fact in facts):
        raise NothingToTakeBack(f"{head.number} takes another back itself", field=field, value=reference)
    if any(fact.id in origins for fact in facts):
        raise NothingToTakeBack(f"{head.number} was taken back already", field=field, value=reference)


_plan = (
    select(
        work_order,
        document_line.c.id.label("line_id"),
        func.coalesce(bom.c.yield_rate, MICRO).label("yield_rate"),
    )
    .join_from(work_order, document_line, document_line.c.document_id == work_order.c.document_id)
    .outerjoin(bom, bom.c.id == work_order.c.bom_id)
    .where(work_order.c.document_id == bindparam("document_id"))
)
_components = (
    select(work_order_component.c.item_id, work_order_component.c.quantity)
    .where(work_order_component.c.document_id == bindparam("document_id"))
    .order_by(work_order_component.c.id)
)
_net = case((stock_move.c.origin_move_id.is_(None), stock_move.c.quantity), else_=-stock_move.c.quantity)
_moved = (  # what came back or was taken back names the move that it undoes
    select(stock_move.c.move_type, stock_move.c.item_id, func.sum(_net).label("quantity"))
    .where(stock_move.c.work_order_id == bindparam("document_id"))
    .group_by(stock_move.c.move_type, stock_move.c.item_id)
)


def plan_of(work: Work, document_id: int) -> Row[Any]:
    """The order's work_order row, with the id of its line as line_id and the yield of its BOM version (micro)."""
    return work.rows(_plan, document_id=document_id)[0]


@dataclass(frozen=True)
class Progress:
    """What an order needs and what happened on it so far; all micro."""

    planned: dict[int, int]  # by component: planned issue of the whole order, its scrap and the yield included
    issued: dict[int, int]  # by item: issued less returned
    put_out: int  # good and scrapped output, less what was taken back
    good: int

    def open(self, item_id: int) -> int:
        """How much of the component is still to be issued, ≥ 0."""
        return max(self.planned.get(item_id, 0) - self.issued.get(item_id, 0), 0)


NOTHING_YET = Progress({}, {}, 0, 0)


def progress_of(work: Work, document_id: int) -> Progress:
    """What the order needs and what happened on it so far."""
    planned = {row.item_id: row.quantity for row in work.rows(_components, document_id=document_id)}
    issued: dict[int, int] = {}
    put_out = good = 0
    for move in work.rows(_moved, document_id=document_id):
        quantity = int(move.quantity)
        if move.move_type in ("output", "output_scrap"):
            put_out += quantity
            good += quantity if move.move_type == "output" else 0
        elif move.move_type != "by_product":
            issued[move.item_id] = issued.get(move.item_id, 0) + quantity
    return Progress(planned, issued, put_out, good)
