"""A forecast: how much of an item is expected to be sold from a warehouse in a span of days.

Customer orders wanted in the span consume it: what the plan still counts is the forecast less these orders. The last
version of the same item, warehouse and first day counts; a quantity of 0 takes it back.
"""

from pydantic import Field

from transactions.inventory.stocked_item import stocked_item_named
from transactions.kernel.command import Answer, Command, Line, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import ZeroOrQuantity, micro
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.master.company import company_named, today
from transactions.master.lookup import warehouse_named
from transactions.master.tables import forecast


class SpanEndsBeforeItStarts(Refusal):
    """The last day of a forecast lies before its first."""


class ForecastLine(Line):
    """So much, in the base unit, from the first to the last day."""

    item: Reference
    quantity: ZeroOrQuantity
    from_date: Day
    to_date: Day


class SetForecast(Command):
    """Record what is expected to be sold, span by span; a span given before is replaced."""

    lines: tuple[ForecastLine, ...] = Field(min_length=1)
    warehouse: Reference | None = Field(None, description="left out: the first")
    effective_date: Day | None = Field(None, description="the day on which it is made; left out: today")


@handles(SetForecast, permission="planning.forecast", stage=3)
def set_forecast(work: Work, new: SetForecast) -> Answer:
    """Record what is expected to be sold, span by span; a span given before is replaced."""
    company = company_named(work, new.company)
    place = warehouse_named(work, company.id, new.warehouse)
    on = new.effective_date or today(work, company)
    ids = []
    for position, line in enumerate(new.lines):
        wanted = stocked_item_named(work, line.item, f"lines.{position}.item")
        if line.to_date < line.from_date:
            raise SpanEndsBeforeItStarts(
                "the last day is not before the first", field=f"lines.{position}.to_date", value=line.to_date
            )
        ids.append(
            work.insert(
                forecast, company_id=company.id, item_id=wanted.id, warehouse_id=place.id, from_date=line.from_date,
                to_date=line.to_date, quantity=micro(line.quantity), effective_date=on, recorded_at=work.recorded_at,
            )
        )  # fmt: skip
    return {"lines": ids}
