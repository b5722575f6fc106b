"""A work centre: where operations are done, how many hours it has a day, what an hour of labour and overhead costs."""

from datetime import date, time

from pydantic import Field

from transactions.kernel.command import Answer, Code, Command, Line, Name, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import UnitPrice, ZeroOrQuantity, micro
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.master.company import company_named
from transactions.master.item import BEGINNING
from transactions.master.locked import refuse_locked_day
from transactions.master.lookup import named, refuse_known_code, version_added
from transactions.master.tables import work_center, work_center_hours, work_center_rate

USUAL_HOURS_PER_DAY = 8
MINUTES_PER_DAY = 1440
OPENS_AT = time(8)


class CreateWorkCenter(Command):
    """Make a work centre with its hourly rates (company currency) and its capacity."""

    code: Code
    name: Name
    labour_rate: UnitPrice
    overhead_rate: UnitPrice
    capacity_hours_per_day: ZeroOrQuantity | None = Field(None, description="left out: 8")
    effective_date: Day = Field(BEGINNING, description="from when the rates hold")


@handles(CreateWorkCenter, permission="master.work_center", stage=3)
def create_work_center(work: Work, new: CreateWorkCenter) -> Answer:
    """Make a work centre with its hourly rates (company currency) and its capacity."""
    company = company_named(work, new.company)
    refuse_known_code(work, work_center, new.code, company.id)
    hours = USUAL_HOURS_PER_DAY if new.capacity_hours_per_day is None else new.capacity_hours_per_day
    minutes = hours * 60  # of one machine or team; several together have more than a day
    work_center_id = work.insert(
        work_center, company_id=company.id, code=new.code, name=new.name,
        capacity_minutes_per_day=int(minutes * 1_000_000), recorded_at=work.recorded_at,
    )  # fmt: skip
    _add_rate(work, work_center_id, new.labour_rate, new.overhead_rate, new.effective_date)
    return {"id": work_center_id, "code": new.code}


class SetWorkCenterRate(Command):
    """Say what an hour at a work centre costs from a date on, in company currency."""

    work_center: Reference
    labour_rate: UnitPrice
    overhead_rate: UnitPrice
    effective_date: Day


@handles(SetWorkCenterRate, permission="master.cost", stage=3)
def set_work_center_rate(work: Work, new: SetWorkCenterRate) -> Answer:
    """Say what an hour at a work centre costs from a date on, in company currency."""
    company = company_named(work, new.company)
    refuse_locked_day(work, company.id, new.effective_date)
    center = named(work, work_center, new.work_center, "work_center", company.id)
    return {"id": _add_rate(work, center.id, new.labour_rate, new.overhead_rate, new.effective_date)}


class HoursDoNotFit(Refusal):
    """A machine works its share of the capacity between opening and midnight."""


class Break(Line):
    """Nobody works from starts_at until ends_at."""

    starts_at: time
    ends_at: time


class SetWorkCenterHours(Command):
    """Say how many machines a work centre has, when its day begins and its breaks; they share its capacity."""

    work_center: Reference
    machines: int = Field(1, ge=1, le=1000)
    opens_at: time = Field(OPENS_AT, description="left out: 08:00")
    breaks: tuple[Break, ...] = Field((), max_length=12, description="in order; the day ends so much later")
    effective_date: Day


@handles(SetWorkCenterHours, permission="master.work_center", stage=3)
def set_work_center_hours(work: Work, new: SetWorkCenterHours) -> Answer:
    """Say how many machines a work centre has, when its day begins and its breaks; they share its capacity."""
    company = company_named(work, new.company)
    center = named(work, work_center, new.work_center, "work_center", company.id)
    opens_at = _minute(new.opens_at)
    breaks = _breaks(new, opens_at)
    minutes = center.capacity_minutes_per_day // 1_000_000
    if minutes > (MINUTES_PER_DAY - opens_at - sum(end - start for start, end in breaks)) * new.machines:
        raise HoursDoNotFit(
            f"{minutes} minutes a day on {new.machines} machines do not fit between {new.opens_at:%H:%M} and midnight",
            field="machines", value=new.machines,
        )  # fmt: skip
    hours_id = work.insert(
        work_center_hours, work_center_id=center.id, machine_count=new.machines, opens_at=opens_at,
        effective_date=new.effective_date, recorded_at=work.recorded_at,
        breaks=",".join(f"{start}-{end}" for start, end in breaks) or None,
    )  # fmt: skip
    return {"id": hours_id}


def _breaks(new: SetWorkCenterHours, opens_at: int) -> list[tuple[int, int]]:
    """The breaks in minutes after midnight; refuses those that overlap, end before they start or before the day."""
    found: list[tuple[int, int]] = []
    earliest = opens_at
    for position, each in enumerate(new.breaks):
        start, end = _minute(each.starts_at), _minute(each.ends_at)
        if start < earliest or end <= start:
            raise HoursDoNotFit(
                "breaks lie in the day, one after the other, each ends after it starts",
                field=f"breaks.{position}.starts_at", value=f"{each.starts_at:%H:%M}",
            )  # fmt: skip
        found.append((start, end))
        earliest = end
    return found


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _add_rate(work: Work, work_center_id: int, labour: UnitPrice, overhead: UnitPrice, on: date) -> int:
    rate_id = work.insert(
        work_center_rate, work_center_id=work_center_id, labour_rate=micro(labour), overhead_rate=micro(overhead),
        effective_date=on, recorded_at=work.recorded_at,
    )  # fmt: skip
    version_added(work, work_center_rate, work_center_id=work_center_id)
    return rate_id
