"""The version of a BOM by which an order is made: the first of the alternates of which no component is short."""

from __future__ import annotations

from numba import njit

from dbt_project.engines.planning.ratio import divided_up
from dbt_project.engines.planning.records import (
    A_DAY,
    A_HELD,
    A_QUANTITY,
    N_SAFETY,
    N_STOCK,
    S_DAY,
    S_NEXT,
    S_QUANTITY,
    Int64s,
    Table,
)


@njit(cache=True)
def _in_force(begin: int, end: int, version_day: Int64s, version_end: Int64s, start: int) -> int:
    """The version of rows begin to end that is in force on the start, or the next to come; -1 where there is none."""
    version = begin
    while version + 1 < end and version_day[version + 1] <= start:
        version += 1
    if version_day[version] <= start and version_end[version] < start:
        # It has ended: the next one counts, as where none is in force yet.
        version += 1
    return version if version < end else -1


@njit(cache=True)
def _is_short(
    node: int,
    needed: int,
    start: int,
    nodes: Table,
    demand_start: Int64s,
    asked: Table,
    head: Int64s,
    following: Int64s,
    existing_start: Int64s,
    beside_head: Int64s,
    supplies: Table,
) -> bool:
    """Whether stock and what is on its way by the start do not cover the safety stock, what is required by then, and
    the need."""
    left = max(nodes[node, N_STOCK], 0) - nodes[node, N_SAFETY] - needed
    for supply in range(existing_start[node], existing_start[node + 1]):
        if supplies[S_DAY, supply] <= start:
            left += supplies[S_QUANTITY, supply]
    supply = beside_head[node]
    while supply >= 0:
        if supplies[S_DAY, supply] <= start:
            left += supplies[S_QUANTITY, supply]
        supply = supplies[S_NEXT, supply]
    for row in range(demand_start[node], demand_start[node + 1]):
        if asked[row, A_DAY] <= start or asked[row, A_HELD] == 1:
            left -= asked[row, A_QUANTITY]
    row = head[node]
    while row >= 0:
        if asked[row, A_DAY] <= start:
            left -= asked[row, A_QUANTITY]
        row = following[row]
    return left < 0


@njit(cache=True)
def made_by(
    begin: int,
    end: int,
    version_day: Int64s,
    version_end: Int64s,
    version_alternate: Int64s,
    line_start: Int64s,
    line_node: Int64s,
    line_numerator: Int64s,
    line_denominator: Int64s,
    quantity: int,
    start: int,
    nodes: Table,
    demand_start: Int64s,
    asked: Table,
    head: Int64s,
    following: Int64s,
    existing_start: Int64s,
    beside_head: Int64s,
    supplies: Table,
) -> int:
    """The version by which an order is made: of the first alternate of which no component is short, else of the first;
    -1 where there is none."""
    fallback = -1
    group = begin
    while group < end:
        group_end = group + 1
        while group_end < end and version_alternate[group_end] == version_alternate[group]:
            group_end += 1
        version = _in_force(group, group_end, version_day, version_end, start)
        if version_alternate[group] > 1 and version >= 0 and version_day[version] > start:
            version = -1
        if version >= 0:
            if group == begin and group_end == end:
                return version
            if fallback < 0:
                fallback = version
            is_short = False
            line = line_start[version]
            while line < line_start[version + 1] and not is_short:
                component = line_node[line]
                needed = 0
                while line < line_start[version + 1] and line_node[line] == component:
                    needed += divided_up(quantity, line_numerator[line], line_denominator[line])
                    line += 1
                is_short = _is_short(
                    component,
                    needed,
                    start,
                    nodes,
                    demand_start,
                    asked,
                    head,
                    following,
                    existing_start,
                    beside_head,
                    supplies,
                )
            if not is_short:
                return version
        group = group_end
    return fallback
