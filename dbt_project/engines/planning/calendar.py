"""Working days as the plan counts them: lead times run over worked days only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

Days = npt.NDArray[np.int64]
EPOCH = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Days since 1970-01-01, as Polars and Arrow count dates."""
    return day.toordinal() - EPOCH


@dataclass(frozen=True)
class WorkingCalendar:
    """first: day number of the table's first day; worked: the worked day numbers, ascending; until: per day, how many
    worked days there are up to it."""

    first: int
    worked: Days
    until: Days

    @classmethod
    def of(cls, working_days: pl.DataFrame, first: int, last: int) -> WorkingCalendar:
        """The table from first to last. Outside the given days Monday to Friday are worked."""
        span = np.arange(first, last + 1, dtype=np.int64)
        # 1970-01-01 was a Thursday.
        is_worked = (span + 3) % 7 < 5
        if working_days.height:
            given = working_days["date"].to_physical().cast(pl.Int64).to_numpy()
            inside = (span >= given.min()) & (span <= given.max())
            is_worked[inside] = False
            given = given[(given >= first) & (given <= last)]
            is_worked[given - first] = True
        return cls(first, span[is_worked], np.cumsum(is_worked).astype(np.int64))

    def between(self, start: Days, end: Days) -> Days:
        """Worked days after start up to and with end; negative where end lies before start."""
        return self.until[end - self.first] - self.until[start - self.first]


@njit(cache=True)
def worked_back(day: int, lead: int, first: int, worked: Days, until: Days) -> int:
    """The worked day from which `lead` worked days lead up to `day`; with lead 0 the last worked day not after it."""
    return int(worked[until[day - first] - 1 - lead])


@njit(cache=True)
def worked_on(day: int, lead: int, first: int, worked: Days, until: Days) -> int:
    """The day reached after `lead` worked days from `day`, or from the first worked day after it."""
    position = until[day - first - 1] if day > first else 0
    return int(worked[position + lead])
