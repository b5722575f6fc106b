"""The margin of the customer orders that stand behind a supply, and how much of it hangs on that supply."""

from __future__ import annotations

import numpy as np
from numba import njit

from dbt_project.engines.planning.ratio import divided
from dbt_project.engines.planning.records import (
    P_QUANTITY,
    P_REQUIREMENT,
    P_SUPPLY,
    R_NEED,
    R_PARENT,
    R_PEG_END,
    R_PEG_START,
    R_QUANTITY,
    R_SOURCE,
    S_KIND,
    S_PEG_END,
    S_PEG_START,
    STOCK,
    UNCOVERED,
    Int64s,
    Table,
)

NO_LINE = -1
SEVERAL_LINES = -2


@njit(cache=True, nogil=True)
def _lines_behind(requirements: Table, supplies: Table, pegs: Table, demand_line: Int64s) -> tuple[Int64s, Int64s]:
    """Per requirement and per supply the only sales order line that waits for it, NO_LINE or SEVERAL_LINES."""
    of_requirement = np.full(requirements.shape[1], NO_LINE, dtype=np.int64)
    of_supply = np.full(supplies.shape[1], NO_LINE, dtype=np.int64)
    for row in range(requirements.shape[1]):
        source = requirements[R_SOURCE, row]
        parent = requirements[R_PARENT, row]
        line = of_supply[parent] if parent >= 0 else NO_LINE
        if source >= 0 and parent < 0:
            line = demand_line[source]
        of_requirement[row] = line
        if line == NO_LINE:
            continue
        for peg in range(requirements[R_PEG_START, row], requirements[R_PEG_END, row]):
            supply = pegs[P_SUPPLY, peg]
            if supply == UNCOVERED or supplies[S_KIND, supply] == STOCK:
                continue
            if of_supply[supply] == NO_LINE:
                of_supply[supply] = line
            elif of_supply[supply] != line:
                of_supply[supply] = SEVERAL_LINES
    return of_requirement, of_supply


@njit(cache=True, nogil=True)
def margins_behind(
    requirements: Table, supplies: Table, pegs: Table, demand_line: Int64s, margin: Int64s
) -> tuple[Int64s, Int64s, Int64s]:
    """Per supply other than stock: how many sales order lines wait for it through all levels, the sum of their margins
    (each line once), and of the positive ones.

    demand_line: the line of each demand, -1 for none; margin per line in minor units. Requirements come parents first.
    """
    of_requirement, of_supply = _lines_behind(requirements, supplies, pegs, demand_line)
    count = supplies.shape[1]
    lines = np.zeros(count, dtype=np.int64)
    total = np.zeros(count, dtype=np.int64)
    gains = np.zeros(count, dtype=np.int64)
    line_seen = np.full(len(margin), -1, dtype=np.int64)
    supply_seen = np.full(count, -1, dtype=np.int64)
    stack = np.empty(1024, dtype=np.int64)
    for supply in range(count):
        line = of_supply[supply]
        if line >= 0:
            lines[supply] = 1
            total[supply] = margin[line]
            gains[supply] = max(margin[line], 0)
        if line != SEVERAL_LINES:
            continue
        # Up through the orders that serve several lines, to all the lines at the top.
        stack[0] = supply
        size = 1
        while size > 0:
            size -= 1
            above = stack[size]
            for peg in range(supplies[S_PEG_START, above], supplies[S_PEG_END, above]):
                row = pegs[P_REQUIREMENT, peg]
                line = of_requirement[row]
                if line >= 0:
                    if line_seen[line] != supply:
                        line_seen[line] = supply
                        lines[supply] += 1
                        total[supply] += margin[line]
                        gains[supply] += max(margin[line], 0)
                elif line == SEVERAL_LINES:
                    parent = requirements[R_PARENT, row]
                    if supply_seen[parent] != supply:
                        supply_seen[parent] = supply
                        if size == len(stack):
                            stack = np.concatenate((stack, np.empty_like(stack)))
                        stack[size] = parent
                        size += 1
    return lines, total, gains


@njit(cache=True, nogil=True)
def margins_at_risk(
    requirements: Table,
    supplies: Table,
    pegs: Table,
    margin: Int64s,
    line_quantity: Int64s,
    demand_line: Int64s,
    supply_day: Int64s,
) -> tuple[Int64s, Int64s]:
    """Per supply the share of margin that would be lost without it, and the part of it that is needed before
    supply_day.

    A line's margin is shared among its pegs by quantity; a component carries the whole share of the order it is for.
    Loss-making lines risk nothing. Shares are cut to whole minor units downwards.
    """
    risk = np.zeros(supplies.shape[1], dtype=np.int64)
    late = np.zeros(supplies.shape[1], dtype=np.int64)
    for row in range(requirements.shape[1]):
        parent = requirements[R_PARENT, row]
        source = requirements[R_SOURCE, row]
        quantity = requirements[R_QUANTITY, row]
        share = 0
        if parent >= 0:
            share = risk[parent]
        elif demand_line[source] >= 0 and margin[demand_line[source]] > 0:
            line = demand_line[source]
            share = margin[line]
            if line_quantity[line] != quantity:
                share, _ = divided(margin[line], quantity, line_quantity[line])
        if share == 0:
            continue
        for peg in range(requirements[R_PEG_START, row], requirements[R_PEG_END, row]):
            supply = pegs[P_SUPPLY, peg]
            if supply == UNCOVERED:
                continue
            part = share
            if pegs[P_QUANTITY, peg] != quantity:
                part, _ = divided(share, pegs[P_QUANTITY, peg], quantity)
            risk[supply] += part
            if requirements[R_NEED, row] < supply_day[supply]:
                late[supply] += part
    return risk, late
