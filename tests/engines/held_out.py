"""How well odds hold on what they have not seen: learnt anew from week to week from what was known before, held against
what was begun in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from dbt_project.engines.planning.odds import learn


@dataclass(frozen=True)
class HeldOut:
    """count: orders judged; under_p90: share of them that took no longer than nine in ten were said to; error and
    stated_error: mean absolute error in days of what half of the time was said, and of the stated lead time."""

    count: int
    under_p90: float
    error: float
    stated_error: float

    @property
    def gain(self) -> float:
        return 1 - self.error / self.stated_error


def held_out(history: pl.DataFrame, start: date, end: date, worked: pl.Series | None = None, every: int = 7) -> HeldOut:
    """history: as `learn` takes it, with stated (days that were expected). Judged is what was begun from start until
    before end and is done. every: days after which it is learnt anew."""
    count = under = error = stated_error = 0
    while start < end:
        until = min(start + timedelta(every), end)
        odds = learn(history.drop("stated"), start - timedelta(1), worked)
        judged = history.filter((pl.col("begun") >= start) & (pl.col("begun") < until) & pl.col("known").is_not_null())
        start = until
        for group, item, since, known, stated in judged.select(
            "group", "item", "counted_from", "known", "stated"
        ).iter_rows():
            half, ninety = odds.p50(group, item), odds.p90(group, item)
            if half is None or ninety is None or stated is None:
                continue
            days = (known - since).days
            if worked is not None:
                days = int(worked.search_sorted(known, "right")) - int(worked.search_sorted(since, "right"))
            count += 1
            under += days <= ninety
            error += abs(days - half)
            stated_error += abs(days - stated)
    return HeldOut(count, under / count, error / count, stated_error / count)
