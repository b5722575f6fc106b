"""The schedule 排产 of work orders: operations that a planner pins, and the dates that an approved schedule gives.

A schedule is computed in the warehouse; here stands what people decided about it. Moments are on the company's clock,
to the minute. An order's start and due date follow the approved schedule; when it was due before that stays on its line
as the first promised date, and lateness counts from there.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import Field
from sqlalchemy import Row, bindparam, select

from transactions.document.document import document_named, require_state
from transactions.document.tables import (
    document,
    document_line,
    document_revision,
    operation_pin,
    operation_plan,
    work_order,
    work_order_operation,
)
from transactions.inventory.tables import stock_move, time_entry
from transactions.kernel.command import Answer, Code, Command, Line, Name, Reference, handles
from transactions.kernel.day import Day, Moment
from transactions.kernel.refusal import NotFound, Refusal
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import Company, company_named, today
from transactions.production.work_order import DueBeforeStart, plan_of

EPOCH = datetime.combine(date(1970, 1, 1), time())


class EndsBeforeItStarts(Refusal):
    """An operation ends when it starts or later."""


class NothingIsRescheduled(Refusal):
    """Rescheduling names a new start, a new due date or both."""


class PinOperation(Command):
    """Say when an operation of a work order begins; the schedule leaves it there."""

    order: Reference
    sequence: int = Field(gt=0, description="an operation of the order")
    start: Moment = Field(description="on the company's clock, to the minute")


class UnpinOperation(Command):
    """Let the schedule say again when an operation begins."""

    order: Reference
    sequence: int = Field(gt=0, description="an operation of the order")


class ScheduledOperation(Line):
    """When the schedule has an operation, on the company's clock."""

    sequence: int = Field(gt=0)
    start: Moment
    end: Moment


class ScheduledOrder(Line):
    order: Reference
    operations: tuple[ScheduledOperation, ...] = Field(min_length=1)


class ApproveSchedule(Command):
    """Give work orders the dates of a schedule: their operations, their start and their due date."""

    build_id: Code = Field(description="the build whose schedule it is")
    orders: tuple[ScheduledOrder, ...] = Field(min_length=1)


class RescheduleWorkOrder(Command):
    """Give a work order another start or due date by hand; from now on it is late after that."""

    order: Reference
    start_date: Day | None = None
    due_date: Day | None = None
    reason: Name


@handles(PinOperation, permission="production.schedule", stage=3)
def pin_operation(work: Work, command: PinOperation) -> Answer:
    """Say when an operation of a work order begins; the schedule leaves it there."""
    return _pinned(work, command, _minutes(command.start))


@handles(UnpinOperation, permission="production.schedule", stage=3)
def unpin_operation(work: Work, command: UnpinOperation) -> Answer:
    """Let the schedule say again when an operation begins."""
    return _pinned(work, command, None)


def _pinned(work: Work, command: PinOperation | UnpinOperation, starts_at: int | None) -> Answer:
    company = company_named(work, command.company)
    head = _open_order(work, company, command.order, "order")
    operation_id = _operation_id(_operations(work, head.id), command.sequence, "sequence")
    work.insert(
        operation_pin, document_id=head.id, work_order_operation_id=operation_id, starts_at=starts_at,
        user_id=work.user_id, effective_date=today(work, company), recorded_at=work.recorded_at,
    )  # fmt: skip
    return {"id": head.id, "number": head.number}


@handles(ApproveSchedule, permission="production.schedule", stage=3)
def approve_schedule(work: Work, command: ApproveSchedule) -> Answer:
    """Give work orders the dates of a schedule: their operations, their start and their due date."""
    company = company_named(work, command.company)
    on = today(work, company)
    changed = []
    for position, scheduled in enumerate(command.orders):
        field = f"orders.{position}"
        head = _open_order(work, company, scheduled.order, f"{field}.order")
        operations = _operations(work, head.id)
        planned = _latest_plans(work, head.id)
        for place, operation in enumerate(scheduled.operations):
            at = f"{field}.operations.{place}"
            if operation.end < operation.start:
                raise EndsBeforeItStarts("an operation ends when it starts or later", field=f"{at}.end",
                                         value=operation.end)  # fmt: skip
            operation_id = _operation_id(operations, operation.sequence, f"{at}.sequence")
            times = (_minutes(operation.start), _minutes(operation.end))
            if planned.get(operation_id) != times:
                work.insert(
                    operation_plan, document_id=head.id, work_order_operation_id=operation_id, starts_at=times[0],
                    ends_at=times[1], build_id=command.build_id, user_id=work.user_id, effective_date=on,
                    recorded_at=work.recorded_at,
                )  # fmt: skip
        plan = plan_of(work, head.id)
        start = min(operation.start for operation in scheduled.operations).date()
        due = _day_of_end(max(operation.end for operation in scheduled.operations))
        start = min(plan.start_date, due) if _has_begun(work, head.id) else start
        reason = f"schedule of build {command.build_id}"
        if _move(work, head, plan, start, due, reason, on, first_due=_first_due(work, plan)):
            changed.append(head.number)
    return {"orders": changed}


@handles(RescheduleWorkOrder, permission="production.schedule", stage=3)
def reschedule_work_order(work: Work, command: RescheduleWorkOrder) -> Answer:
    """Give a work order another start or due date by hand; from now on it is late after that."""
    company = company_named(work, command.company)
    head = _open_order(work, company, command.order, "order")
    if command.start_date is None and command.due_date is None:
        raise NothingIsRescheduled("say a new start, a new due date or both", field="due_date", value=None)
    plan = plan_of(work, head.id)
    start, due = command.start_date or plan.start_date, command.due_date or plan.due_date
    if due < start:
        raise DueBeforeStart("an order is due on the day it starts or later", field="due_date", value=due)
    first_due = None if command.due_date else _first_due(work, plan)
    _move(work, head, plan, start, due, command.reason, today(work, company), first_due=first_due)
    return {"id": head.id, "number": head.number}


def _move(
    work: Work, head: Row[Any], plan: Row[Any], start: date, due: date, reason: str, on: date, *, first_due: date | None
) -> bool:
    """Write the order's dates as they are now, with a revision of each that changed; whether any did."""
    open_period_on(work, head.company_id, on)
    for field, old, new in (("start_date", plan.start_date, start), ("due_date", plan.due_date, due)):
        if new != old:
            work.insert(
                document_revision, document_id=head.id, line_id=None, field=field, old_value=str(old),
                new_value=str(new), reason=reason, user_id=work.user_id, effective_date=on,
                recorded_at=work.recorded_at,
            )  # fmt: skip
    work.update(document_line, plan.line_id, requested_date=due, first_promised_date=first_due)
    if (start, due) == (plan.start_date, plan.due_date):
        return False
    work.update(work_order, plan.id, start_date=start, due_date=due)
    work.update(document, head.id, due_date=due)
    return True


def _open_order(work: Work, company: Company, reference: str | int, field: str) -> Row[Any]:
    head = document_named(work, company, "work_order", reference, field)
    require_state(head, "confirmed", "released", field=field)
    return head


_of_order = select(work_order_operation.c.sequence, work_order_operation.c.id).where(
    work_order_operation.c.document_id == bindparam("document_id")
)
_plans = (
    select(operation_plan.c.work_order_operation_id, operation_plan.c.starts_at, operation_plan.c.ends_at)
    .where(operation_plan.c.document_id == bindparam("document_id"))
    .order_by(operation_plan.c.recorded_at, operation_plan.c.id)
)
_first_promised = select(document_line.c.first_promised_date).where(document_line.c.id == bindparam("line_id"))


def _operations(work: Work, document_id: int) -> dict[int, int]:
    return {row.sequence: row.id for row in work.rows(_of_order, document_id=document_id)}


def _operation_id(operations: Mapping[int, int], sequence: int, field: str) -> int:
    if sequence not in operations:
        raise NotFound("the order has no such operation", field=field, value=sequence)
    return operations[sequence]


def _latest_plans(work: Work, document_id: int) -> dict[int, tuple[int, int]]:
    rows = work.rows(_plans, document_id=document_id)
    return {row.work_order_operation_id: (row.starts_at, row.ends_at) for row in rows}


def _first_due(work: Work, plan: Row[Any]) -> date:
    """When the order was due before any schedule moved it."""
    row = work.first(_first_promised, line_id=plan.line_id)
    first: date | None = row.first_promised_date if row is not None else None
    due: date = plan.due_date
    return first or due


def _has_begun(work: Work, document_id: int) -> bool:
    """Whether material, time or output was reported: then the order has started when it did."""
    return any(
        work.first(select(ledger.c.id).where(ledger.c.work_order_id == document_id).limit(1)) is not None
        for ledger in (stock_move, time_entry)
    )


def _minutes(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(minutes=1)


def _day_of_end(end: datetime) -> date:
    """The day on which something ends; what ends at midnight ends on the day before."""
    return (end - timedelta(minutes=1)).date()
