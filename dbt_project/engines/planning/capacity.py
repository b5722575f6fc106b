"""Capacity for what is planned anew: it takes its place on the work centres behind what is scheduled there."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import polars as pl

from dbt_project.engines.planning.availability import NEVER
from dbt_project.engines.planning.calendar import worked_on
from dbt_project.engines.planning.facts import MICRO
from dbt_project.engines.planning.records import (
    N_FENCE,
    N_IS_MADE,
    P_SUPPLY,
    PLANNED,
    R_NODE,
    R_PARENT,
    R_PEG_END,
    R_PEG_START,
    R_SOURCE,
    S_FROM,
    S_KIND,
    S_LEAD,
    S_NODE,
    S_QUANTITY,
)
from dbt_project.engines.planning.solution import Solution
from dbt_project.engines.scheduling import DAY, Room, Shop

# What work centres cannot finish in thirteen years is there then.
MOST_DAYS = 5_000


@dataclass(frozen=True)
class Capacity:
    """shop: the work centres, with all that is scheduled pinned where the schedule has it; minutes since 1970.
    operations: what routings ask of them: item_id, sequence, work_center_id, setup_minutes per order and run_minutes
    per base unit, both micro."""

    shop: Shop
    operations: pl.DataFrame


def behind_schedule(plan: Solution, capacity: Capacity) -> tuple[Solution, dict[int, object]]:
    """The plan with the days before which work centres cannot finish what it makes; and, by supply that it makes, the
    work centre where that waits longest, of those where it waits alike the one that works longest at it.

    Demands come one after the other, by need date, priority and id, what a demand waits for before it. Each operation
    takes the earliest time in which a machine is free for all of it, from when its parts can be there at the earliest:
    what is wanted for later is made as early. The plan's calendar reaches over MOST_DAYS and its lead times.
    """
    loading = _Loading(plan, capacity)
    rows = np.flatnonzero(plan.requirements[R_SOURCE] >= 0)
    of_demand = dict(zip(plan.requirements[R_SOURCE, rows].tolist(), rows.tolist(), strict=True))
    in_turn = plan.demands.with_row_index("demand").sort("day", "rank", "demand_id")["demand"]
    for demand in in_turn.to_list():
        loading.covered(of_demand[demand])
    expected = plan.expected.copy()
    for supply in loading.centers:
        expected[supply] = loading.there(supply)[1]
    return dataclasses.replace(plan, expected=expected), loading.centers


class _Loading:
    """Of each supply the minute and the day on which it can be there at the earliest, as it is asked for."""

    def __init__(self, plan: Solution, capacity: Capacity) -> None:
        self.plan = plan
        self.room = Room(capacity.shop)
        self.centers: dict[int, object] = {}
        self._found: dict[int, tuple[int, int]] = {}
        self._items = plan.nodes["item_id"].to_list()
        self._operations: dict[object, list[tuple[object, int, int]]] = defaultdict(list)
        for item, *operation in (
            capacity.operations.sort("item_id", "sequence")
            .select("item_id", "work_center_id", "setup_minutes", "run_minutes")
            .iter_rows()
        ):
            self._operations[item].append((operation[0], operation[1], operation[2]))
        turn = np.empty(len(plan.order), dtype=np.int64)
        turn[plan.order] = np.arange(len(plan.order))
        # An order that consumes what it makes waits for nothing.
        parent = plan.requirements[R_PARENT]
        of_parent = turn[plan.supplies[S_NODE, np.maximum(parent, 0)]] if len(parent) else parent
        self._parts: dict[int, list[int]] = defaultdict(list)
        for row in np.flatnonzero((parent >= 0) & (of_parent < turn[plan.requirements[R_NODE]])).tolist():
            self._parts[int(parent[row])].append(row)

    def covered(self, row: int) -> tuple[int, int]:
        """When all that covers a requirement is there."""
        pegs = self.plan.requirements[R_PEG_START : R_PEG_END + 1, row].tolist()
        supplies = self.plan.pegs[P_SUPPLY, pegs[0] : pegs[1]].tolist()
        there = [self.there(supply) if supply >= 0 else (NEVER * DAY, NEVER) for supply in supplies]
        return max((minute for minute, _ in there), default=0), max((day for _, day in there), default=0)

    def there(self, supply: int) -> tuple[int, int]:
        """When the supply is there; what the plan makes is placed the first time this is asked."""
        if supply not in self._found:
            if self.plan.supplies[S_KIND, supply] == PLANNED:
                self._found[supply] = self._placed(supply)
            else:
                day = int(self.plan.as_expected.supply_day[supply])
                self._found[supply] = day * DAY, day
        return self._found[supply]

    def _placed(self, supply: int) -> tuple[int, int]:
        plan, node = self.plan, int(self.plan.supplies[S_NODE, supply])
        day = max(plan.as_of, int(plan.node_table[node, N_FENCE]))
        minute = day * DAY
        for row in self._parts[supply]:
            parts_minute, parts_day = self.covered(row)
            minute, day = max(minute, parts_minute), max(day, parts_day)
        if day >= NEVER:
            return minute, day
        lead = int(plan.supplies[S_LEAD, supply])
        calendar = plan.calendar
        day = int(worked_on(day, lead, calendar.first, calendar.worked, calendar.until))
        quantity, longest = int(plan.supplies[S_QUANTITY, supply]), (-1, -1)
        is_made = plan.node_table[node, N_IS_MADE] == 1 and plan.supplies[S_FROM, supply] < 0
        for center, setup, run in self._operations[self._items[node]] if is_made else ():
            micro_minutes = setup + round(Fraction(run * quantity, MICRO))
            duration = min(-(-micro_minutes // MICRO), MOST_DAYS * DAY)
            if duration == 0:
                continue
            _begin, minute, wait = self.room.take(center, duration, minute)
            if (wait, duration) > longest:
                longest, self.centers[supply] = (wait, duration), center
        if supply in self.centers:
            day = max(day, min((minute - 1) // DAY, plan.as_of + MOST_DAYS))
        return max(minute, day * DAY), day
