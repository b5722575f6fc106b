"""Days and months as commands are told them: text as ISO 8601 writes it (2026-01-31, 2026-01), in a sensible range.

A bare number is no day: nobody can tell whether it counts seconds, days or is a year. Before 1970 lies nothing that a
company still plans, moves or owes, and years such as 0001, 1900 or 9999 are what programs put where a day is missing;
2199 is beyond every expiry and every promise. Each month between the first and the last fact can be asked to be
locked, so one wrong year would stand in the way of all locks.
"""

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, NaiveDatetime
from pydantic_core import PydanticCustomError

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
_ISO_DAY, _ISO_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def _day(value: object) -> date:
    if isinstance(value, str) and _ISO_DAY.fullmatch(value.strip()):
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            rule = "there is no such day in the calendar"
            raise PydanticCustomError("day", rule) from None
    if not isinstance(value, date) or isinstance(value, datetime):
        rule = "a day is written as text, such as 2026-01-31"
        raise PydanticCustomError("day", rule)
    return in_range(value)


def in_range(day: date) -> date:
    """The day, if it lies in the range."""
    if not FIRST_DAY <= day <= LAST_DAY:
        rule = "a day lies between 1970-01-01 and 2199-12-31"
        raise PydanticCustomError("day", rule)
    return day


def _moment(value: object) -> object:
    if isinstance(value, (str, datetime)):
        return value
    rule = "a moment is written as text, such as 2026-01-31T08:30"
    raise PydanticCustomError("moment", rule)


def _moment_in_range(value: datetime) -> datetime:
    in_range(value.date())
    return value


def _month(value: str) -> str:
    if not _ISO_MONTH.fullmatch(value):
        rule = "a month is written as text, such as 2026-01"
        raise PydanticCustomError("month", rule)
    in_range(first_of(value))
    return value


def month_of(day: date) -> str:
    """The code of the day's month, 2026-01."""
    return day.isoformat()[:7]


def first_of(month: str) -> date:
    """The first day of the month of that code."""
    return date.fromisoformat(f"{month}-01")


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[NaiveDatetime, BeforeValidator(_moment), AfterValidator(_moment_in_range)]
Month = Annotated[str, AfterValidator(_month)]
