"""The margin of the customer orders that stand behind a supply, and how much of it hangs on that supply."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from dbt_project.engines.planning.ratio import divided
from dbt_project.engines.planning.records import (
    P_QUANTITY,
    P_SUPPLY,
    R_DAY,
    R_PARENT,
    R_PEG_END,
    R_PEG_START,
    R_QUANTITY,
    R_SIBLING,
    S_COMPONENT,
    UNCOVERED,
)

Int64s = npt.NDArray[np.int64]
Table = npt.NDArray[np.int64]


@njit(cache=True)
def margins_behind(
    requirements: Table,
    supplies: Table,
    pegs: Table,
    line_start: Int64s,
    line_rows: Int64s,
    margin: Int64s,
) -> tuple[Int64s, Int64s, Int64s]:
    """Per supply: how many sales order lines wait for it through all levels, the sum of their margins (each line once),
    and of the positive ones.

    line_rows[line_start[i]:line_start[i+1]] are the demand requirements of line i; margin in minor units.
    """
    lines = np.zeros(len(supplies), dtype=np.int64)
    total = np.zeros(len(supplies), dtype=np.int64)
    gains = np.zeros(len(supplies), dtype=np.int64)
    seen = np.full(len(supplies), -1, dtype=np.int64)
    stack = np.empty(1024, dtype=np.int64)
    for line in range(len(margin)):
        size = 0
        for k in range(line_start[line], line_start[line + 1]):
            stack[size] = line_rows[k]
            size += 1
            if size + 1 >= len(stack):
                stack = np.concatenate((stack, np.empty_like(stack)))
        while size > 0:
            size -= 1
            row = stack[size]
            for peg in range(requirements[row, R_PEG_START], requirements[row, R_PEG_END]):
                supply = pegs[peg, P_SUPPLY]
                if supply == UNCOVERED or seen[supply] == line:
                    continue
                seen[supply] = line
                lines[supply] += 1
                total[supply] += margin[line]
                gains[supply] += max(margin[line], 0)
                component = supplies[supply, S_COMPONENT]
                while component >= 0:
                    stack[size] = component
                    size += 1
                    if size + 1 >= len(stack):
                        stack = np.concatenate((stack, np.empty_like(stack)))
                    component = requirements[component, R_SIBLING]
    return lines, total, gains


@njit(cache=True)
def margins_at_risk(
    order: Int64s,
    requirement_order: Int64s,
    requirement_start: Int64s,
    requirements: Table,
    supplies: Table,
    pegs: Table,
    margin: Int64s,
    line_quantity: Int64s,
    demand_line: Int64s,
    supply_late_from: Int64s,
) -> tuple[Int64s, Int64s]:
    """Per supply the share of margin that would be lost without it, and the part of it whose need date lies before
    supply_late_from.

    A line's margin is shared among its pegs by quantity; a component carries the whole share of the order it is for.
    Nodes are taken parents first. Loss-making lines risk nothing. Shares are cut to whole minor units downwards.
    """
    share = np.zeros(len(requirements), dtype=np.int64)
    risk = np.zeros(len(supplies), dtype=np.int64)
    late = np.zeros(len(supplies), dtype=np.int64)
    for node in order:
        for k in range(requirement_start[node], requirement_start[node + 1]):
            row = requirement_order[k]
            parent = requirements[row, R_PARENT]
            if parent >= 0:
                share[row] = risk[parent]
            elif demand_line[row] >= 0:
                line = demand_line[row]
                if margin[line] > 0:
                    share[row], _ = divided(margin[line], requirements[row, R_QUANTITY], line_quantity[line])
            if share[row] == 0:
                continue
            for peg in range(requirements[row, R_PEG_START], requirements[row, R_PEG_END]):
                supply = pegs[peg, P_SUPPLY]
                if supply == UNCOVERED:
                    continue
                part, _ = divided(share[row], pegs[peg, P_QUANTITY], requirements[row, R_QUANTITY])
                risk[supply] += part
                if requirements[row, R_DAY] < supply_late_from[supply]:
                    late[supply] += part
    return risk, late
