"""Locking a fiscal period: from then on it refuses everyone, by every path, in the handlers and in the database."""

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from transactions.kernel.command import Answer, Command, handles
from transactions.kernel.refusal import InvalidData
from transactions.kernel.work import Work
from transactions.ledger.period import PeriodIsLocked, period_on
from transactions.ledger.tables import fiscal_period
from transactions.master.company import company_named


class LockPeriod(Command):
    """Lock a fiscal period."""

    period: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]


@handles(LockPeriod, permission="finance.period", stage=2)
def lock_period(work: Work, lock: LockPeriod) -> Answer:
    """Lock a fiscal period."""
    company = company_named(work, lock.company)
    try:
        first_day = date.fromisoformat(f"{lock.period}-01")
    except ValueError:
        raise InvalidData([{"field": "period", "value": lock.period, "rule": "there is no such month"}]) from None
    period = period_on(work, company.id, first_day)
    if period.state == "locked":
        raise PeriodIsLocked(f"the period {period.code} is locked already", field="period", value=lock.period)
    work.update(fiscal_period, period.id, state="locked")
    work.masters_changed()
    return {"id": period.id, "period": period.code, "state": "locked"}
