"""A fiscal period: a month, open until it is locked. A locked period refuses everyone, by every path."""

from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, bindparam, select

from transactions.kernel.day import month_of
from transactions.kernel.refusal import Refusal
from transactions.ledger.tables import fiscal_period

if TYPE_CHECKING:
    from transactions.kernel.work import Work


class PeriodIsLocked(Refusal):
    status = 409


_of_code = select(fiscal_period).where(
    fiscal_period.c.company_id == bindparam("company_id"), fiscal_period.c.code == bindparam("code")
)


_locked_since = select(fiscal_period.c.id).where(
    fiscal_period.c.company_id == bindparam("company_id"), fiscal_period.c.state == "locked",
    fiscal_period.c.start_date > bindparam("on"),
).limit(1)  # fmt: skip


def period_on(work: "Work", company_id: int, on: date) -> Row[Any]:
    """The period of the date; months are made as dates need them, locked where a later one is locked."""
    code = month_of(on)
    key = ("period", company_id, code)
    known = work.masters.get(key)
    if known is None:
        known = work.first(_of_code, company_id=company_id, code=code)
        if known is None:
            late = work.first(_locked_since, company_id=company_id, on=on) is not None
            work.insert(
                fiscal_period, company_id=company_id, code=code, start_date=on.replace(day=1),
                end_date=on.replace(day=monthrange(on.year, on.month)[1]), state="locked" if late else "open",
                locked_at=work.recorded_at if late else None,
            )  # fmt: skip
            known = work.first(_of_code, company_id=company_id, code=code)
            assert known is not None
        work.masters[key] = known
    return known


def open_period_on(work: "Work", company_id: int, on: date, field: str = "effective_date") -> Row[Any]:
    """The period of the date, which must be open."""
    found = period_on(work, company_id, on)
    if found.state != "open":
        raise PeriodIsLocked(f"the period {found.code} is locked", field=field, value=on)
    return found


def month_after(on: date) -> date:
    """The first day of the next month."""
    return date(on.year + (on.month == 12), on.month % 12 + 1, 1)


def first_open_period(work: "Work", company_id: int, after: date) -> Row[Any]:
    """The first open period that starts after the date; made if there is none yet."""
    on = after
    while True:
        on = month_after(on)
        found = period_on(work, company_id, on)
        if found.state == "open":
            return found
