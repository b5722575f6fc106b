"""A locked day, as master data sees it: no new version of a cost or rate may reach back into it."""

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from transactions.kernel.database import metadata
from transactions.kernel.refusal import Refusal

if TYPE_CHECKING:
    from transactions.kernel.work import Work


class VersionReachesLockedPeriod(Refusal):
    """The version would change values of a period that is locked."""

    status = 409


def refuse_locked_day(work: "Work", company_id: int, on: date, field: str = "effective_date") -> None:
    """Refuse if a locked period of the company ends on the day or later."""
    period = metadata.tables["fiscal_period"]
    statement = select(period.c.code).where(
        period.c.company_id == bindparam("company_id"), period.c.state == "locked", period.c.end_date >= bindparam("on")
    )
    found = work.first(statement.order_by(period.c.end_date).limit(1), company_id=company_id, on=on)
    if found is not None:
        raise VersionReachesLockedPeriod(
            f"it would change values of the locked period {found.code}", field=field, value=on
        )
