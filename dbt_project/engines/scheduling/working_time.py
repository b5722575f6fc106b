"""Working time: when a work centre is open, how much of it lies between two moments, when so much of it is over.

Every calendar is a run of spans [start, end) in one table; the last span of each has no end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

Int64s = npt.NDArray[np.int64]
FOREVER = 1 << 40


@dataclass(frozen=True)
class WorkingTimes:
    """first[c] … first[c + 1] are the spans of calendar c; before: the working time of the calendar before each span;
    given_until[c]: the end of what was given of the calendar."""

    first: Int64s
    starts: Int64s
    ends: Int64s
    before: Int64s
    given_until: Int64s

    @classmethod
    def of(cls, spans_by_calendar: list[list[tuple[int, int]]], start: int) -> WorkingTimes:
        """The table of these calendars, spans sorted by start; one without spans is open from the start."""
        first, starts, ends, before, until = [0], [], [], [], []
        for spans in spans_by_calendar:
            merged: list[list[int]] = []
            for begin, end in spans:
                if merged and begin <= merged[-1][1]:
                    merged[-1][1] = max(merged[-1][1], end)
                else:
                    merged.append([begin, end])
            until.append(merged[-1][1] if merged else FOREVER)
            if merged:
                merged[-1][1] = FOREVER
            else:
                merged = [[start, FOREVER]]
            worked = 0
            for begin, end in merged:
                starts.append(begin)
                ends.append(end)
                before.append(worked)
                worked += end - begin
            first.append(len(starts))
        return cls(*(np.array(column, dtype=np.int64) for column in (first, starts, ends, before, until)))

    def spans(self, calendar: int) -> list[tuple[int, int]]:
        part = slice(self.first[calendar], self.first[calendar + 1])
        return list(zip(self.starts[part].tolist(), self.ends[part].tolist(), strict=True))


def spans_by_calendar(calendars: pl.DataFrame) -> dict[object, list[tuple[int, int]]]:
    """Per calendar its spans, sorted."""
    found: dict[object, list[tuple[int, int]]] = {}
    for name, begin, end in calendars.select("calendar_id", "start", "end").iter_rows():
        found.setdefault(name, []).append((begin, end))
    return found


@njit(cache=True)
def span_at(calendar: int, moment: int, first: Int64s, ends: Int64s) -> int:
    """The first span that ends after the moment."""
    low, high = first[calendar], first[calendar + 1] - 1
    while low < high:
        middle = (low + high) // 2
        if ends[middle] > moment:
            high = middle
        else:
            low = middle + 1
    return int(low)


@njit(cache=True)
def opening(calendar: int, moment: int, first: Int64s, starts: Int64s, ends: Int64s) -> int:
    """The first open moment not before this one."""
    return int(max(moment, starts[span_at(calendar, moment, first, ends)]))


@njit(cache=True)
def worked_until(calendar: int, moment: int, first: Int64s, starts: Int64s, ends: Int64s, before: Int64s) -> int:
    """Working time of the calendar before the moment."""
    span = span_at(calendar, moment, first, ends)
    return int(before[span] + max(moment - starts[span], 0))


@njit(cache=True)
def begin_after(calendar: int, worked: int, first: Int64s, starts: Int64s, before: Int64s) -> int:
    """The open moment before which so much of the calendar is worked."""
    low, high = first[calendar], first[calendar + 1] - 1
    while low < high:
        middle = (low + high + 1) // 2
        if before[middle] <= worked:
            low = middle
        else:
            high = middle - 1
    return int(starts[low] + worked - before[low])


@njit(cache=True)
def finish(
    calendar: int, moment: int, duration: int, first: Int64s, starts: Int64s, ends: Int64s, before: Int64s
) -> int:
    """When so much working time is over that begins at the moment, which is open; nothing is over at once."""
    if duration == 0:
        return moment
    worked = worked_until(calendar, moment, first, starts, ends, before) + duration
    return begin_after(calendar, worked - 1, first, starts, before) + 1
