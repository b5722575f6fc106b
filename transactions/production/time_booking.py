"""A time booking: minutes worked on a work order, at what rate. Time that arrives after closing restates the order.

One document of type time_booking, done at once. Rates that it does not state are those in force on its day: of labour
the employee's, else the work centre's; of overhead the work centre's. Minutes of work bear the labour rate; minutes of
the machine, where they are told, bear the overhead rate, else the minutes of work bear that too. What was booked
wrongly is taken back whole, by a booking of the same minutes less than none, and booked anew.
"""

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row, bindparam, select

from transactions.document.document import add_document, document_named, require_state
from transactions.document.tables import work_order_operation
from transactions.inventory.tables import time_entry
from transactions.kernel.command import Answer, Code, Command, Line, Note, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Quantity, UnitPrice, micro, micro_or_none
from transactions.kernel.refusal import NotFound, Refusal
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import Company, company_named
from transactions.master.lookup import named
from transactions.master.tables import employee, work_center
from transactions.production.work_order import order_to_correct, refuse_taking_back_again


class MinutesOrLines(Refusal):
    """A booking states its minutes, or lines that do."""


class MachineIsUnknown(Refusal):
    """Machine time costs what its work centre's overhead rate says, or the rate that is stated."""


class TimeLine(Line):
    """rate, overhead_rate: company currency per hour. sequence: an operation of the order, for its work centre."""

    minutes: Quantity | None = None
    machine_minutes: Quantity | None = None
    work_center: Reference | None = None
    employee: Reference | None = None
    rate: UnitPrice | None = None
    overhead_rate: UnitPrice | None = None
    sequence: Annotated[int, Field(gt=0)] | None = None


class BookTime(Command):
    """Book the minutes worked on a work order."""

    order: Reference
    effective_date: Day
    minutes: Quantity | None = None
    machine_minutes: Quantity | None = Field(None, description="at the overhead rate; left out: as many as minutes")
    work_center: Reference | None = None
    employee: Reference | None = None
    rate: UnitPrice | None = Field(None, description="of labour, per hour; left out: the one in force")
    overhead_rate: UnitPrice | None = Field(None, description="per hour; left out: the one in force")
    sequence: Annotated[int, Field(gt=0)] | None = Field(None, description="an operation of the order")
    lines: tuple[TimeLine, ...] | None = Field(None, min_length=1, description="instead of minutes")
    external_number: Code | None = None


@handles(BookTime, permission="production.time", stage=3)
def book_time(work: Work, new: BookTime) -> Answer:
    """Book the minutes worked on a work order."""
    company = company_named(work, new.company)
    open_period_on(work, company.id, new.effective_date)
    order = document_named(work, company, "work_order", new.order, "order")
    require_state(order, "released", "done", field="order")
    document_id, number = add_document(
        work, company, "time_booking", effective_date=new.effective_date, state="done",
        warehouse_id=order.warehouse_id, origin_document_id=order.id, external_number=new.external_number,
    )  # fmt: skip
    entry_ids = []
    for prefix, line in _lines(new):
        worker = None
        work_center_id = _work_center_id(work, company, order, line, prefix)
        if line.machine_minutes is not None and work_center_id is None and line.overhead_rate is None:
            raise MachineIsUnknown(
                "machine time names its work centre, operation or rate", field=f"{prefix}machine_minutes",
                value=str(line.machine_minutes),
            )  # fmt: skip
        if line.employee is not None:
            worker = named(work, employee, line.employee, f"{prefix}employee", company.id)
        entry_ids.append(
            work.insert(
                time_entry, company_id=company.id, document_id=document_id, work_order_id=order.id,
                employee_id=worker.id if worker else None,
                work_center_id=work_center_id, department_id=worker.department_id if worker else None,
                minutes=micro(line.minutes), machine_minutes=micro_or_none(line.machine_minutes),
                labour_rate=micro_or_none(line.rate), overhead_rate=micro_or_none(line.overhead_rate),
                effective_date=new.effective_date, recorded_at=work.recorded_at,
            )
        )  # fmt: skip
    return {"id": document_id, "number": number, "lines": entry_ids}


def _lines(new: BookTime) -> list[tuple[str, TimeLine]]:
    """The lines with the prefix of their fields; a booking without lines is one."""
    said = new.minutes is not None or new.machine_minutes is not None
    if said == (new.lines is not None):
        raise MinutesOrLines("say minutes, or lines with minutes", field="minutes", value=None)
    if new.lines is not None:
        for position, line in enumerate(new.lines):
            if line.minutes is None and line.machine_minutes is None:
                raise MinutesOrLines("a line has minutes", field=f"lines.{position}.minutes", value=None)
        return [(f"lines.{position}.", line) for position, line in enumerate(new.lines)]
    line = TimeLine(
        minutes=new.minutes, machine_minutes=new.machine_minutes, work_center=new.work_center, employee=new.employee,
        rate=new.rate, overhead_rate=new.overhead_rate, sequence=new.sequence,
    )  # fmt: skip
    return [("", line)]


_operation = select(work_order_operation.c.work_center_id).where(
    work_order_operation.c.document_id == bindparam("document_id"),
    work_order_operation.c.sequence == bindparam("sequence"),
)


def _work_center_id(work: Work, company: Company, order: Row[Any], line: TimeLine, prefix: str) -> int | None:
    """The work centre stated, else that of the operation stated, else none."""
    if line.work_center is not None:
        stated: int = named(work, work_center, line.work_center, f"{prefix}work_center", company.id).id
        return stated
    if line.sequence is None:
        return None
    operation = work.first(_operation, document_id=order.id, sequence=line.sequence)
    if operation is None:
        raise NotFound("the order has no such operation", field=f"{prefix}sequence", value=line.sequence)
    of_operation: int = operation.work_center_id
    return of_operation


class TakeBackTime(Command):
    """Take a time booking back as a whole: its minutes count no more, as if they had never been booked."""

    booking: Reference
    effective_date: Day
    reason: Note | None = None
    external_number: Code | None = None


_entries = select(time_entry).where(time_entry.c.document_id == bindparam("document_id")).order_by(time_entry.c.id)
_taken_back = select(time_entry.c.origin_entry_id).where(
    time_entry.c.work_order_id == bindparam("order_id"), time_entry.c.origin_entry_id.is_not(None)
)


@handles(TakeBackTime, permission="production.time", stage=3)
def take_back_time(work: Work, mistaken: TakeBackTime) -> Answer:
    """Take a time booking back as a whole: its minutes count no more, as if they had never been booked."""
    company = company_named(work, mistaken.company)
    on = mistaken.effective_date
    open_period_on(work, company.id, on)
    booking = document_named(work, company, "time_booking", mistaken.booking, "booking")
    order = order_to_correct(work, company, booking, mistaken.booking, on)
    entries = work.rows(_entries, document_id=booking.id)
    origins = {row.origin_entry_id for row in work.rows(_taken_back, order_id=order.id)}
    refuse_taking_back_again(booking, mistaken.booking, entries, origins, "origin_entry_id")
    document_id, number = add_document(
        work, company, "time_booking", effective_date=on, state="done", warehouse_id=booking.warehouse_id,
        origin_document_id=order.id, external_number=mistaken.external_number, reason=mistaken.reason,
    )  # fmt: skip
    entry_ids = [
        work.insert(
            time_entry, company_id=company.id, document_id=document_id, work_order_id=order.id,
            employee_id=entry.employee_id, work_center_id=entry.work_center_id, department_id=entry.department_id,
            minutes=-entry.minutes,
            machine_minutes=None if entry.machine_minutes is None else -entry.machine_minutes,
            labour_rate=entry.labour_rate, overhead_rate=entry.overhead_rate, origin_entry_id=entry.id,
            effective_date=on, recorded_at=work.recorded_at,
        )
        for entry in entries
    ]  # fmt: skip
    return {"id": document_id, "number": number, "lines": entry_ids}
