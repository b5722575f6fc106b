"""A holiday: a day on which the company does not work, beside the weekdays on which it never does."""

from sqlalchemy import select

from transactions.kernel.command import Answer, Command, Name, handles
from transactions.kernel.day import Day
from transactions.kernel.refusal import AlreadyExists
from transactions.kernel.work import Work
from transactions.master.company import company_named
from transactions.master.tables import holiday


class CreateHoliday(Command):
    """Name a day on which the company does not work."""

    holiday_date: Day
    name: Name = "holiday"


@handles(CreateHoliday, permission="master.calendar", stage=1)
def create_holiday(work: Work, new: CreateHoliday) -> Answer:
    """Name a day on which the company does not work."""
    company = company_named(work, new.company)
    known = select(holiday.c.id).where(holiday.c.company_id == company.id, holiday.c.holiday_date == new.holiday_date)
    if work.first(known) is not None:
        raise AlreadyExists("the day is a holiday already", field="holiday_date", value=new.holiday_date)
    holiday_id = work.insert(
        holiday, company_id=company.id, holiday_date=new.holiday_date, name=new.name, recorded_at=work.recorded_at
    )
    return {"id": holiday_id}
