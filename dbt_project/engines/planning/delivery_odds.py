"""Odds of delivery dates: what suppliers and own work usually take, added along the chain that decides a date, and how
long before or after the day it is due what is there usually goes out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache, reduce
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from dbt_project.engines.planning.calendar import day_number
from dbt_project.engines.planning.odds import NONE, Odds

Floats = npt.NDArray[np.float64]

EARLIEST, LATEST = -120, 500  # worked days by which a chain may come earlier or later than planned
# Supplies by what was learnt of them; those of other kinds come when they are planned.
BOUGHT, MADE = ("purchase_order", "requisition", "buy"), ("work_order", "make")
NEW = ("buy", "make")
LEVELS = ("item", "group", "all")  # from the narrowest
STEP = (
    "sales_order_line_id", "step_number", "supply_kind", "supplier_id", "item_id", "due_date", "lead_time_days", "days",
    "capacity_days", "available_date", "need_date",
)  # fmt: skip
SCHEMA = {
    "sales_order_line_id": pl.Int64,
    "p50_date": pl.Date,
    "p90_date": pl.Date,
    "sample_count": pl.Int64,
    "estimate_level": pl.String,
}


def delivery_odds(
    steps: pl.DataFrame, learned: Mapping[tuple[str, str], Odds], worked: pl.Series, as_of: date
) -> pl.DataFrame:
    """One row per sales order line: the days by which it is there half of the time and nine times in ten.

    steps: sales_order_line_id, step_number, supply_kind, supplier_id, item_id, due_date (of a supply that exists),
        lead_time_days (of a new one), days (worked days that it takes after the step below it), capacity_days (those of
        them that its work centres take on top), available_date (as planned), need_date (of the line).
    learned: by (purchase or make, late or lead): days after the due day, days from the order; by (delivery, late): days
        after the day a line was due on which it was delivered, left out where only the goods are asked for. worked:
        worked days, ascending. A supply that exists and is not there by as_of comes later; a new one takes as long as
        others did, and so does, from its first issue, an order that waits for the step below it. The goods leave when
        they are there, and when what is due on that weekday usually leaves. Where nothing is learnt of that, not before
        the line is due. Where work centres hold the line up it is not there before they can finish.
    sample_count: the fewest samples, estimate_level: the widest level (item, group: of the supplier, all) that a step
    of the chain is estimated from, all where only its leaving is; null where nothing is uncertain. Dates are null
    without a planned date.
    """
    numbers = worked.to_physical().cast(pl.Int64).to_numpy()
    today = day_number(as_of)
    last_worked = int(numbers[-1]) if len(numbers) else NONE

    def place(day: int) -> int:
        """Worked days up to the day."""
        return int(np.searchsorted(numbers, day, side="right"))

    @cache
    def delay(
        kind: str, measure: str, supplier: object, item: object, planned: int, after: int
    ) -> tuple[Floats, int, str, float] | None:
        """Shares of the days later than planned, samples, their level, the level for nine in ten."""
        odds = learned.get((kind, measure))
        if odds is None or not len(odds.days):
            return None
        group = supplier if kind == "purchase" else None
        days, masses = odds.masses(group, item, after=after)
        dense = np.zeros(LATEST - EARLIEST + 1)
        np.add.at(dense, np.clip(days - planned, EARLIEST, LATEST) - EARLIEST, masses)
        level, count = odds.estimated_from(group, item)
        return dense, count, level, odds.level

    @cache
    def late(delays: tuple[tuple[str, str, object, object, int, int], ...]) -> tuple[int, int, int, str] | None:
        """Worked days by which a chain of so many delays is later than planned, half of the time and nine times in ten;
        fewest samples, widest level. Lines wait for the same things, so most chains are asked for often."""
        found = [known for asked in delays if (known := delay(*asked)) is not None]
        if not found:
            return None
        shares = reduce(_sum, [dense for dense, *_ in found]).cumsum()
        ninety = sum(level for *_, level in found) / len(found)
        p50, p90 = (int(np.searchsorted(shares, share - 1e-12)) + EARLIEST for share in (0.5, ninety))
        return p50, p90, min(count for _, count, *_ in found), max((level for *_, level, _ in found), key=LEVELS.index)

    @cache
    def leaving(weekday: int, elapsed: int) -> tuple[int, int, int] | None:
        """Worked days after the day it is due by which a line leaves that has not left so many days after it, half of
        the time and nine times in ten; samples."""
        odds = learned.get(("delivery", "late"))
        if odds is None:
            return None
        p50, p90 = odds.p50(weekday, None, after=elapsed), odds.p90(weekday, None, after=elapsed)
        return None if p50 is None or p90 is None else (p50, p90, odds.estimated_from(weekday, None)[1])

    def day_at(number: int) -> int:
        """The day with so many worked days before it, the first or last known where it lies outside of them."""
        return int(numbers[min(max(number, 0), len(numbers) - 1)])

    rows: list[tuple[Any, ...]] = []
    ordered = steps.select(STEP).sort("sales_order_line_id", "step_number").iter_rows()
    for line, steps_of_line in groupby(ordered, key=itemgetter(0)):
        chain = list(steps_of_line)
        delays, held_up_days = [], 0
        *_, covered, need = chain[0]
        for place_in_chain, (_, _, kind, supplier, item, due, lead, days, held_up, *_) in enumerate(chain, start=1):
            held_up_days += held_up
            learnt_as = "purchase" if kind in BOUGHT else "make" if kind in MADE else None
            if learnt_as is None or (kind not in NEW and due is None):
                continue
            if kind in NEW:
                delays.append((learnt_as, "lead", supplier, item, int(lead or 0) + held_up, NONE))
            elif learnt_as == "make" and place_in_chain < len(chain):
                # Its lateness so far is that of the parts it waits for.
                delays.append((learnt_as, "lead", supplier, item, days, NONE))
            else:
                elapsed = place(today) - place(day_number(due))
                delays.append((learnt_as, "late", supplier, item, max(elapsed, 0) + held_up, elapsed))
        if covered is None:
            rows.append((line, None, None, None, None))
            continue
        there, needed = day_number(covered), day_number(need)
        first = max(today, there if held_up_days else today)
        arriving = late(tuple(delays))
        usual = leaving(need.isoweekday(), place(today) - place(needed)) if needed <= last_worked else None
        if usual is None:
            first = max(first, needed)
        p50, p90 = (
            max(
                first,
                there if arriving is None else day_at(place(there) - 1 + arriving[:2][which]),
                first if usual is None else day_at(place(needed) - 1 + usual[which]),
            )
            for which in (0, 1)
        )
        count = min([known[2] for known in (arriving, usual) if known is not None], default=None)
        level = arriving[3] if arriving is not None else None if usual is None else LEVELS[-1]
        rows.append((line, p50, max(p50, p90), count, level))
    kinds = {**SCHEMA, "p50_date": pl.Int32, "p90_date": pl.Int32}
    return pl.DataFrame(rows, schema=kinds, orient="row").with_columns(pl.col("p50_date", "p90_date").cast(pl.Date))


def _sum(one: Floats, other: Floats) -> Floats:
    """Shares of the sum of two delays that do not depend on each other; what lies outside counts at the ends."""
    wide = np.convolve(one, other)
    found = wide[-EARLIEST : -EARLIEST + len(one)].copy()
    found[0] += wide[:-EARLIEST].sum()
    found[-1] += wide[-EARLIEST + len(one) :].sum()
    return found
