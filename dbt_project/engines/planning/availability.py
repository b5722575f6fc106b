"""When supplies and requirements will really be met, from the bottom up: nothing starts before as_of, nor before its
components are there."""

from __future__ import annotations

import numpy as np
from numba import njit

from dbt_project.engines.planning.calendar import worked_on
from dbt_project.engines.planning.records import (
    B_REQUIREMENT,
    B_REQUIREMENT_END,
    B_SUPPLY,
    B_SUPPLY_END,
    BESIDE,
    P_SUPPLY,
    PLANNED,
    R_DAY,
    R_PARENT,
    R_PEG_END,
    R_PEG_START,
    S_DAY,
    S_DUE,
    S_KIND,
    S_LEAD,
    S_NODE,
    S_RELEASE,
    UNCOVERED,
    Int64s,
    Table,
)

# The day of what nothing covers.
NEVER = 1 << 40


@njit(cache=True, nogil=True)
def _held_up(supply_day: Int64s, supply: int, expected: Int64s, first: int, until: Int64s) -> int:
    """Moves the supply to its expected day, if that is later; the worked days by which it does."""
    day = supply_day[supply]
    if expected[supply] <= day or day >= NEVER:
        return 0
    supply_day[supply] = expected[supply]
    return int(until[expected[supply] - first] - until[day - first])


@njit(cache=True, nogil=True)
def available_days(
    order: Int64s,
    requirements: Table,
    supplies: Table,
    pegs: Table,
    existing_start: Int64s,
    bounds: Table,
    expected: Int64s,
    as_of: int,
    first: int,
    worked: Int64s,
    until: Int64s,
) -> tuple[Int64s, Int64s, Int64s, Int64s, Int64s]:
    """Per supply: the day it is available and the component requirement that decides it (-1: none); per requirement:
    the day and the deciding supply; per supply: the worked days by which its expected day moves it.

    Stock is available on as_of; an existing supply on its due date, not before as_of, and later where a component of
    its work order comes later than planned; a planned supply its lead time after the latest of its release, as_of and
    its components; both later still where their expected day is (by supply, -1: none; the component that made them late
    stays the one that decides them); a by-product on the day its order is due. Taken components first, so that each
    requirement tells the supply it is for.
    """
    supply_count = supplies.shape[1]
    requirement_count = requirements.shape[1]
    supply_day = np.full(supply_count, as_of, dtype=np.int64)
    supply_binding = np.full(supply_count, -1, dtype=np.int64)
    for supply in range(supply_count):
        if supplies[S_KIND, supply] == BESIDE:
            supply_day[supply] = supplies[S_DAY, supply]
    requirement_day = np.full(requirement_count, as_of, dtype=np.int64)
    requirement_binding = np.full(requirement_count, -1, dtype=np.int64)
    held_up = np.zeros(supply_count, dtype=np.int64)
    turn = np.empty(len(order), dtype=np.int64)
    turn[order] = np.arange(len(order))
    for position in range(len(order) - 1, -1, -1):
        node = order[position]
        # supply_day holds what the components have told: the latest start of a planned supply, the end of an order.
        for supply in range(bounds[B_SUPPLY, node], bounds[B_SUPPLY_END, node]):
            if supplies[S_KIND, supply] == PLANNED:
                start = max(supplies[S_RELEASE, supply], as_of)
                if supply_day[supply] > start:
                    start = supply_day[supply]
                else:
                    supply_binding[supply] = -1
                supply_day[supply] = NEVER
                if start < NEVER:
                    supply_day[supply] = worked_on(start, supplies[S_LEAD, supply], first, worked, until)
                    held_up[supply] = _held_up(supply_day, supply, expected, first, until)
        for supply in range(existing_start[node], existing_start[node + 1]):
            due = max(supplies[S_DUE, supply], as_of)
            if supply_day[supply] <= due:
                supply_day[supply] = due
                supply_binding[supply] = -1
            held_up[supply] = _held_up(supply_day, supply, expected, first, until)
        for row in range(bounds[B_REQUIREMENT, node], bounds[B_REQUIREMENT_END, node]):
            day = as_of
            binding = -1
            for peg in range(requirements[R_PEG_START, row], requirements[R_PEG_END, row]):
                supply = pegs[P_SUPPLY, peg]
                supplied = NEVER if supply == UNCOVERED else supply_day[supply]
                if binding == -1 or supplied > day:
                    day = max(day, supplied)
                    binding = supply
            requirement_day[row] = day
            requirement_binding[row] = binding
            parent = requirements[R_PARENT, row]
            if parent < 0 or turn[supplies[S_NODE, parent]] >= position:
                # An order that consumes what it makes waits for nothing.
                continue
            if supplies[S_KIND, parent] != PLANNED:
                need = requirements[R_DAY, row]
                if day <= max(need, as_of):
                    continue
                if day < NEVER:
                    # The order keeps the time it planned from this component to its end.
                    rest = max(until[supplies[S_DUE, parent] - first] - until[need - first], 0)
                    day = worked_on(day, rest, first, worked, until)
            if day > supply_day[parent]:
                supply_day[parent] = day
                supply_binding[parent] = row
    return supply_day, supply_binding, requirement_day, requirement_binding, held_up
