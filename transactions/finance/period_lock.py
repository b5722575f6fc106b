"""Locking a fiscal period: from then on it refuses everyone, by every path, in the handlers and in the database.

A lock posts nothing. Cost that is not settled by then becomes the named correction of the first open period, so
`bihuan close-period` settles first and then locks; pages and API say what the published build still has to post.
"""

from pydantic import Field
from sqlalchemy import bindparam, select

from transactions.kernel.command import Answer, Code, Command, handles
from transactions.kernel.day import Month, first_of, month_of
from transactions.kernel.exact import Amount
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.ledger.period import PeriodIsLocked, month_after, period_on
from transactions.ledger.tables import fiscal_period
from transactions.master.company import company_named


class EarlierPeriodIsOpen(Refusal):
    """Months are locked in their order: what an earlier one still takes in would change the later."""

    status = 409


class CostIsPending(Refusal):
    """The build has cost to post in the period; locked now, it would correct the next one."""

    status = 409


class LockPeriod(Command):
    """Lock a fiscal period at once; the ones before it are locked already. bihuan close-period settles cost first."""

    period: Month
    despite_pending: bool = Field(
        False, description="lock although cost is pending, which then becomes a correction of the first open period"
    )
    pending_amount: Amount | None = Field(
        None, description="cost that the build has to post in the period or before; pages and API bring it along"
    )
    build_id: Code | None = Field(None, description="the build that says so")


_before = select(fiscal_period.c.state, fiscal_period.c.start_date).where(
    fiscal_period.c.company_id == bindparam("company_id"), fiscal_period.c.start_date < bindparam("start_date")
)


@handles(LockPeriod, permission="finance.period", stage=2)
def lock_period(work: Work, lock: LockPeriod) -> Answer:
    """Lock a fiscal period at once; the ones before it are locked already. bihuan close-period settles cost first."""
    company = company_named(work, lock.company)
    first_day = first_of(lock.period)
    period = period_on(work, company.id, first_day)
    if period.state == "locked":
        raise PeriodIsLocked(f"the period {period.code} is locked already", field="period", value=lock.period)
    states = {row.start_date: row.state for row in work.rows(_before, company_id=company.id, start_date=first_day)}
    month = min(states, default=first_day)
    while month < first_day:  # a month in which nothing happened yet is open too
        if states.get(month) != "locked":
            raise EarlierPeriodIsOpen(
                f"{month_of(month)} is open and comes before {period.code}: lock it first", field="period",
                value=lock.period,
            )  # fmt: skip
        month = month_after(month)
    if lock.pending_amount and not lock.despite_pending:
        pending = company.decimal(company.minor(lock.pending_amount, "pending_amount"))
        raise CostIsPending(
            f"{pending} {company.currency} of cost is not settled yet: close-period settles it and then "
            "locks; locked with despite_pending it corrects the next open period", field="period", value=lock.period,
        )  # fmt: skip
    work.update(fiscal_period, period.id, state="locked", locked_at=work.recorded_at)
    work.masters_changed()
    return {"id": period.id, "period": period.code, "state": "locked"}
