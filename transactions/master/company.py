"""A company: its currency, the exponent of its amounts, its time zone. One home may hold several."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from transactions.kernel.exact import plain_decimal
from transactions.kernel.refusal import NotFound, Refusal
from transactions.master.tables import company

if TYPE_CHECKING:
    from transactions.kernel.work import Work


class AmountIsTooFine(Refusal):
    """An amount has more decimals than the company's currency keeps."""


@dataclass(frozen=True)
class Company:
    id: int
    code: str
    name: str
    currency: str
    amount_exponent: int
    time_zone: str

    def minor(self, amount: Decimal, field: str) -> int:
        """The amount in minor units; refused if it has more decimals than the currency keeps."""
        scaled = amount.scaleb(self.amount_exponent)
        if scaled != scaled.to_integral_value():
            raise AmountIsTooFine(
                f"amounts in {self.currency} have at most {self.amount_exponent} decimals", field=field, value=amount
            )
        return int(scaled)

    def decimal(self, minor: int) -> Decimal:
        """The amount of so many minor units."""
        return plain_decimal(minor, self.amount_exponent)


def company_named(work: "Work", code: str | None) -> Company:
    """The company of that code; left out, the first one made."""
    known = work.masters.get(("company", code))
    if known is None:
        statement = select(company).order_by(company.c.id)
        row = work.first(statement if code is None else statement.where(company.c.code == code))
        if row is None:
            rule = "there is no company of that code" if code else "there is no company yet; create_company makes one"
            raise NotFound(rule, field="company", value=code)
        known = Company(row.id, row.code, row.name, row.currency, row.amount_exponent, row.time_zone)
        work.masters["company", code] = known
    assert isinstance(known, Company)
    return known


def today(work: "Work", of: Company) -> date:
    """The day it is for the company at the moment the command is recorded."""
    from datetime import UTC, datetime

    from transactions.kernel.clock import day_in

    return day_in(datetime.fromtimestamp(work.recorded_at // 1_000_000, UTC), of.time_zone)
