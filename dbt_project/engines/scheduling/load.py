"""How full each work centre is on each day."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

import polars as pl

from dbt_project.engines.scheduling.dispatch import Placed
from dbt_project.engines.scheduling.shop import Shop


def load_of(shop: Shop, placed: Placed) -> pl.DataFrame:
    """One row per work centre and day on which it is open or works, from the start to the last end of all work."""
    length = shop.facts.day_length
    last = int(placed.end.max(initial=shop.facts.start))
    days = range(shop.facts.start // length, -(-max(last, shop.facts.start + 1) // length))
    capacity: dict[tuple[int, int], int] = {}
    for center in range(shop.facts.work_centers.height):
        machines = int(shop.machine_first[center + 1] - shop.machine_first[center])
        for begin, end in shop.times.spans(int(shop.calendar[center])):
            for day, part in _by_day(max(begin, shop.facts.start), min(end, days.stop * length), length):
                capacity[center, day] = capacity.get((center, day), 0) + part * machines
    setups = shop.facts.operations["setup"]
    load: dict[tuple[int, int], list[int]] = {}
    for operation, center in enumerate(shop.center.tolist()):
        left = int(setups[operation])
        seen = set()
        for begin, end in _worked(shop, int(shop.calendar[center]), placed, operation):
            for day, part in _by_day(begin, end, length):
                row = load.setdefault((center, day), [0, 0, 0])
                set_up = min(left, part)
                left -= set_up
                row[0] += set_up
                row[1] += part - set_up
                row[2] += day not in seen
                seen.add(day)
    names = shop.facts.work_centers["work_center_id"]
    keys = sorted({*capacity, *load})
    return pl.DataFrame(
        {
            "work_center_id": pl.Series([names[center] for center, _ in keys], dtype=names.dtype),
            "day": pl.Series([day for _, day in keys], dtype=pl.Int64),
            "capacity": pl.Series([capacity.get(key, 0) for key in keys], dtype=pl.Int64),
            **{
                name: pl.Series([load.get(key, [0, 0, 0])[place] for key in keys], dtype=pl.Int64)
                for place, name in enumerate(("setup", "run", "operation_count"))
            },
        }
    )


def _worked(shop: Shop, calendar: int, placed: Placed, operation: int) -> list[tuple[int, int]]:
    """The open times within an operation."""
    begin, end = int(placed.start[operation]), int(placed.end[operation])
    first, starts, ends, _before = shop.calendars
    parts = []
    span = int(first[calendar])
    stop = int(first[calendar + 1])
    span = bisect_right(ends, begin, span, stop)
    while span < stop and starts[span] < end:
        parts.append((max(begin, int(starts[span])), min(end, int(ends[span]))))
        span += 1
    return parts


def _by_day(begin: int, end: int, length: int) -> list[tuple[int, int]]:
    """The parts of a time by day."""
    if begin >= end:
        return []
    cuts = [begin, *range((begin // length + 1) * length, end, length), end]
    return [(a // length, b - a) for a, b in pairwise(cuts)]
