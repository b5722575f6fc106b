"""Cost settlement: the pending rows of a warehouse build become journal entries; only this moves inventory value.

One entry per period: in the period itself while it is open, else in the first open one as the named correction of that
period. A build is settled once, when its rows posted something, and only while nothing was settled since it was made,
nor for a later day.
"""

from collections import defaultdict
from decimal import Decimal

from pydantic import Field
from sqlalchemy import bindparam, func, select

from transactions.document.tables import cost_settlement
from transactions.kernel.command import Answer, Code, Command, Line, handles
from transactions.kernel.day import Day, Month, first_of
from transactions.kernel.exact import Amount
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.ledger.journal import Posting, account_coded, post_entry
from transactions.ledger.period import first_open_period, period_on
from transactions.master.company import company_named, today
from transactions.master.lookup import named
from transactions.master.tables import item


class BuildIsStale(Refusal):
    """Cost was settled since the build was made: its pending rows may be settled already."""

    status = 409


class LaterDayIsSettled(Refusal):
    """The build knows less than what was settled: it would take back what happened since its day."""

    status = 409


class SettlementRow(Line):
    period: Month
    account: Code
    event: Code
    item: str | None = None
    sales_order_line_id: int | None = None
    debit: Amount = Decimal(0)
    credit: Amount = Decimal(0)


class SettleCost(Command):
    """Post the pending cost rows of a build."""

    build_id: Code
    rows: list[SettlementRow]
    as_of: Day | None = Field(None, description="business date of the build; no entry is dated later")
    last_settlement_id: int | None = Field(None, description="the newest settlement that the build has seen, 0 if none")


_of_build = select(cost_settlement.c.id).where(
    cost_settlement.c.company_id == bindparam("company_id"), cost_settlement.c.build_id == bindparam("build_id")
)
_newest = select(func.max(cost_settlement.c.id)).where(cost_settlement.c.company_id == bindparam("company_id"))
_last_day = select(func.max(cost_settlement.c.as_of)).where(cost_settlement.c.company_id == bindparam("company_id"))


@handles(SettleCost, permission="finance.settlement", stage=2)
def settle_cost(work: Work, settlement: SettleCost) -> Answer:
    """Post the pending cost rows of a build; a build that was settled before posts nothing."""
    company = company_named(work, settlement.company)
    if work.first(_of_build, company_id=company.id, build_id=settlement.build_id):
        return {"build_id": settlement.build_id, "entries": [], "already_settled": True}
    newest = work.rows(_newest, company_id=company.id)[0][0] or 0
    if settlement.last_settlement_id is not None and newest != settlement.last_settlement_id:
        raise BuildIsStale(
            "cost was settled since this build was made; refresh and settle the new build",
            field="build_id", value=settlement.build_id,
        )  # fmt: skip
    if settlement.as_of is not None:
        settled_on = work.rows(_last_day, company_id=company.id)[0][0]
        if settled_on is not None and settlement.as_of < settled_on:
            raise LaterDayIsSettled(
                f"cost is settled as of {settled_on}; settle a build of that day or later", field="as_of",
                value=settlement.as_of,
            )  # fmt: skip
    by_period: dict[str, list[Posting]] = defaultdict(list)
    for position, row in enumerate(settlement.rows):
        field = f"rows.{position}"
        amount = company.minor(row.debit, f"{field}.debit") - company.minor(row.credit, f"{field}.credit")
        by_period[row.period].append(
            Posting(
                account_id=account_coded(work, company.id, row.account, f"{field}.account").id, amount=amount,
                item_id=named(work, item, row.item, f"{field}.item").id if row.item else None,
                sales_order_line_id=row.sales_order_line_id, settled_event=row.event, settled_period=row.period,
            )
        )  # fmt: skip
    entries = []
    # A day to come is settled only as far as it posts, so that it does not stand in the way of the days until then.
    days = [] if settlement.as_of is None else [min(settlement.as_of, today(work, company))]
    for code in sorted(by_period):
        period = period_on(work, company.id, first_of(code))
        if period.state == "open":
            entry_date = min(period.end_date, settlement.as_of or period.end_date)
            description = f"cost settlement {code}"
        else:
            entry_date = first_open_period(work, company.id, period.start_date).start_date
            description = f"correction of period {code}"
        posted = post_entry(
            work, company, posting="settlement", entry_date=entry_date, lines=by_period[code], description=description
        )
        if posted is not None:
            entries.append(posted[1])
            if period.state == "open":
                days.append(entry_date)
    if entries:  # what posted nothing stands in nobody's way: the build's rows may still come
        work.insert(
            cost_settlement, company_id=company.id, build_id=settlement.build_id, row_count=len(settlement.rows),
            recorded_at=work.recorded_at, as_of=max(days, default=None),
        )  # fmt: skip
    return {"build_id": settlement.build_id, "entries": entries, "already_settled": False}
