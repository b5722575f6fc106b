"""The injected clock: what time it is, and with that what day it is for a company."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class SetClock:
    """A clock that stands where it is put; each reading moves it on by `step`, so that no two facts tie."""

    moment: datetime
    step: timedelta = field(default=timedelta(microseconds=1))

    def now(self) -> datetime:
        self.moment += self.step
        return self.moment


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970-01-01 UTC: how times are stored."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def day_in(moment: datetime, time_zone: str) -> date:
    """The calendar day of the moment in the company's time zone."""
    return moment.astimezone(ZoneInfo(time_zone)).date()
