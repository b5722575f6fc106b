"""When supplies and requirements will really be met, from the bottom up: nothing starts before as_of, nor before its
components are there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from dbt_project.engines.planning.calendar import worked_on
from dbt_project.engines.planning.records import (
    EXISTING,
    N_LEAD,
    P_SUPPLY,
    PLANNED,
    R_DAY,
    R_PEG_END,
    R_PEG_START,
    R_SIBLING,
    S_COMPONENT,
    S_DUE,
    S_KIND,
    S_RELEASE,
    UNCOVERED,
)

Int64s = npt.NDArray[np.int64]
Table = npt.NDArray[np.int64]

# The day of what nothing covers.
NEVER = 1 << 40


@njit(cache=True)
def _component_day(requirements: Table, pegs: Table, supply_day: Int64s, row: int, as_of: int) -> tuple[int, int]:
    """The day the last supply of a requirement is there, and that supply."""
    latest = as_of
    binding = -1
    for peg in range(requirements[row, R_PEG_START], requirements[row, R_PEG_END]):
        supply = pegs[peg, P_SUPPLY]
        day = NEVER if supply == UNCOVERED else supply_day[supply]
        if day > latest or binding == -1:
            latest = max(day, latest)
            binding = supply
    return latest, binding


@njit(cache=True)
def available_days(
    order: Int64s,
    nodes: Table,
    requirements: Table,
    supplies: Table,
    pegs: Table,
    existing_start: Int64s,
    own_start: Int64s,
    own_end: Int64s,
    as_of: int,
    first: int,
    worked: Int64s,
    until: Int64s,
) -> tuple[Int64s, Int64s, Int64s, Int64s]:
    """Per supply: the day it is available and the component requirement that decides it (-1: none); per requirement:
    the day and the deciding supply.

    Stock is available on as_of; an existing supply on its due date, not before as_of, and later where a component of
    its work order comes later than planned; a planned supply its lead time after the latest of its release, as_of and
    its components.
    """
    supply_day = np.full(len(supplies), as_of, dtype=np.int64)
    supply_binding = np.full(len(supplies), -1, dtype=np.int64)
    requirement_day = np.full(len(requirements), as_of, dtype=np.int64)
    requirement_binding = np.full(len(requirements), -1, dtype=np.int64)
    for position in range(len(order) - 1, -1, -1):
        node = order[position]
        for part in range(2):
            begin = own_start[node] if part == 0 else existing_start[node]
            end = own_end[node] if part == 0 else existing_start[node + 1]
            for supply in range(begin, end):
                kind = supplies[supply, S_KIND]
                if kind == PLANNED:
                    start = max(supplies[supply, S_RELEASE], as_of)
                    row = supplies[supply, S_COMPONENT]
                    while row >= 0:
                        day, binding = _component_day(requirements, pegs, supply_day, row, as_of)
                        requirement_day[row] = day
                        requirement_binding[row] = binding
                        if day > start:
                            start = day
                            supply_binding[supply] = row
                        row = requirements[row, R_SIBLING]
                    supply_day[supply] = (
                        NEVER if start >= NEVER else worked_on(start, nodes[node, N_LEAD], first, worked, until)
                    )
                elif kind == EXISTING:
                    due = max(supplies[supply, S_DUE], as_of)
                    done = due
                    row = supplies[supply, S_COMPONENT]
                    while row >= 0:
                        day, binding = _component_day(requirements, pegs, supply_day, row, as_of)
                        requirement_day[row] = day
                        requirement_binding[row] = binding
                        need = requirements[row, R_DAY]
                        if day > max(need, as_of):
                            # The order keeps the time it planned from this component to its end.
                            rest = max(until[supplies[supply, S_DUE] - first] - until[need - first], 0)
                            end_day = NEVER if day >= NEVER else worked_on(day, rest, first, worked, until)
                            if end_day > done:
                                done = end_day
                                supply_binding[supply] = row
                        row = requirements[row, R_SIBLING]
                    supply_day[supply] = done
    for row in range(len(requirements)):
        day, binding = _component_day(requirements, pegs, supply_day, row, as_of)
        requirement_day[row] = day
        requirement_binding[row] = binding
    return supply_day, supply_binding, requirement_day, requirement_binding
