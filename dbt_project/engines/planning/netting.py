"""Netting, lot sizing, pegging and explosion: one pass over the nodes by low-level code.

For every node the requirements are taken by need date, then priority. With G the requirements, A stock and existing
supplies up to a day, and S the safety stock, the deficit of a day is G + S − A. A deficit that an order on its way
fills later is not planned anew (that order gets a message); what stays short is: up to each day the plan needs the
smallest deficit of that day and all later ones. A planned supply is made on the first day on which that exceeds what is
planned already.

Pegging is first in, first out: stock, then supplies by date, serve requirements in their order. What is left over keeps
the safety stock, then stands free.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from dbt_project.engines.planning.calendar import worked_back
from dbt_project.engines.planning.identity import mixed
from dbt_project.engines.planning.lots import ORDER_UP_TO, PERIOD, last_covered, lot_quantity
from dbt_project.engines.planning.ratio import divided_up
from dbt_project.engines.planning.records import (
    APPROVED,
    CHANGED,
    D_DUE,
    D_HASH,
    D_QUANTITY,
    D_STATE,
    FOR_NOTHING,
    FOR_SAFETY_STOCK,
    N_HASH,
    N_IS_MADE,
    N_IS_PLANNED,
    N_LEAD,
    N_MINIMUM,
    N_MULTIPLE,
    N_PART_PERIOD,
    N_PERIOD,
    N_POLICY,
    N_SAFETY,
    N_STOCK,
    N_SUPPLIER_MINIMUM,
    N_TARGET,
    P_QUANTITY,
    P_REQUIREMENT,
    P_SUPPLY,
    P_WIDTH,
    PLANNED,
    PROPOSED,
    R_DAY,
    R_HASH,
    R_LEVEL,
    R_NEXT,
    R_NODE,
    R_PARENT,
    R_PEG_END,
    R_PEG_START,
    R_QUANTITY,
    R_RANK,
    R_SIBLING,
    R_SOURCE,
    R_TOP,
    REJECTED,
    S_COMPONENT,
    S_COVERED,
    S_DAY,
    S_DECISION,
    S_DUE,
    S_EXCESS,
    S_FIRST,
    S_HASH,
    S_KIND,
    S_LEVEL,
    S_NEED,
    S_NEEDED,
    S_NODE,
    S_QUANTITY,
    S_RANK,
    S_RELEASE,
    S_REQUIRED,
    S_SHORTAGE,
    S_SOURCE,
    S_STATE,
    S_TOP,
    S_VERSION,
    SNOOZED,
    STOCK,
    UNCOVERED,
    UNSEEN,
)

Int64s = npt.NDArray[np.int64]
Table = npt.NDArray[np.int64]

SAFETY_STOCK_HASH = 7_160_227_583_019_403_111
LAST_RANK = 0xFFFFFF
# In place of the requirement that triggers a supply: the safety stock alone.
FOR_THE_FLOOR = -2


@njit(cache=True)
def _grown(table: Table, used: int, needed: int) -> Table:
    if needed <= table.shape[0]:
        return table
    larger = np.empty((max(needed, 2 * table.shape[0]), table.shape[1]), dtype=np.int64)
    larger[:used] = table[:used]
    return larger


@njit(cache=True)
def _cleared(supplies: Table, row: int, node: int, kind: int, day: int, quantity: int) -> None:
    supplies[row, S_NODE] = node
    supplies[row, S_DAY] = day
    supplies[row, S_QUANTITY] = quantity
    supplies[row, S_KIND] = kind
    supplies[row, S_HASH] = 0
    supplies[row, S_TOP] = -1
    supplies[row, S_RANK] = LAST_RANK
    supplies[row, S_LEVEL] = 0
    supplies[row, S_RELEASE] = day
    supplies[row, S_SOURCE] = -1
    supplies[row, S_NEEDED] = -1
    supplies[row, S_EXCESS] = 0
    supplies[row, S_FIRST] = -1
    supplies[row, S_COMPONENT] = -1
    supplies[row, S_SHORTAGE] = 0
    supplies[row, S_NEED] = 0
    supplies[row, S_COVERED] = day
    supplies[row, S_REQUIRED] = 0
    supplies[row, S_STATE] = PROPOSED
    supplies[row, S_DECISION] = -1
    supplies[row, S_DUE] = day
    supplies[row, S_VERSION] = -1


@njit(cache=True)
def _follow_parents(requirements: Table, supplies: Table, rows: Int64s, component_hash: Int64s) -> None:
    """Components of open work orders take top, path and, where they have none, priority from the order they are for."""
    for row in rows:
        parent = requirements[row, R_PARENT]
        if parent >= 0 and requirements[row, R_SOURCE] >= 0 and supplies[parent, S_FIRST] != UNSEEN:
            requirements[row, R_HASH] = mixed(supplies[parent, S_HASH], component_hash[row])
            requirements[row, R_TOP] = supplies[parent, S_TOP]
            requirements[row, R_LEVEL] = supplies[parent, S_LEVEL] + 1
            if requirements[row, R_RANK] == LAST_RANK:
                requirements[row, R_RANK] = supplies[parent, S_RANK]


@njit(cache=True)
def _ordered(requirements: Table, rows: Int64s, first: int) -> Int64s:
    """Rows by need date, then priority, then as they came."""
    keys = np.empty(len(rows), dtype=np.int64)
    for i in range(len(rows)):
        keys[i] = ((requirements[rows[i], R_DAY] - first) << 24) | requirements[rows[i], R_RANK]
    if len(rows) > 32:
        return rows[np.argsort(keys, kind="mergesort")]
    for i in range(1, len(rows)):
        key = keys[i]
        row = rows[i]
        j = i - 1
        while j >= 0 and keys[j] > key:
            keys[j + 1] = keys[j]
            rows[j + 1] = rows[j]
            j -= 1
        keys[j + 1] = key
        rows[j + 1] = row
    return rows


@njit(cache=True)
def net(
    order: Int64s,
    nodes: Table,
    demand_start: Int64s,
    demand_count: int,
    requirements: Table,
    existing_start: Int64s,
    existing_count: int,
    supplies: Table,
    version_start: Int64s,
    version_day: Int64s,
    line_start: Int64s,
    line_node: Int64s,
    line_numerator: Int64s,
    line_denominator: Int64s,
    item_hash: Int64s,
    component_hash: Int64s,
    decisions: Table,
    as_of: int,
    last_day: int,
    first: int,
    worked: Int64s,
    until: Int64s,
) -> tuple[Table, Table, Table, Int64s, Int64s, Int64s]:
    """Requirements, supplies and pegs of the whole plan, the ranges of each node's own supplies, and the day a node
    without source runs short.

    order: nodes, parents before components. requirements: the demands, sorted by node, rows demand_start[i] to
        demand_start[i+1] for node i.
    supplies: the existing ones, sorted by node and day. item_hash: the identity of each node's item; component_hash:
        the same for each demand that is a component of an open work order. decisions: sorted by identity. last_day:
        nothing needed later is planned.
    """
    node_count = nodes.shape[0]
    head = np.full(node_count, -1, dtype=np.int64)
    from_above = np.zeros(node_count, dtype=np.int64)
    own_start = np.zeros(node_count, dtype=np.int64)
    own_end = np.zeros(node_count, dtype=np.int64)
    short_day = np.full(node_count, -1, dtype=np.int64)
    requirement_count = demand_count
    supply_count = existing_count
    pegs = np.empty((max(1024, 2 * demand_count), P_WIDTH), dtype=np.int64)
    peg_count = 0
    decision_hashes = decisions[:, D_HASH].copy()

    for node in order:
        own_start[node] = supply_count
        own_end[node] = supply_count
        existing_from = existing_start[node]
        existing = existing_start[node + 1] - existing_from
        given = demand_start[node + 1] - demand_start[node]
        size = given + from_above[node]
        stock = max(nodes[node, N_STOCK], 0)
        safety = nodes[node, N_SAFETY]
        if size == 0 and existing == 0 and stock == 0 and safety == 0:
            continue

        rows = np.empty(size, dtype=np.int64)
        for i in range(given):
            rows[i] = demand_start[node] + i
        row = head[node]
        for i in range(size - 1, given - 1, -1):
            rows[i] = row
            row = requirements[row, R_NEXT]
        _follow_parents(requirements, supplies, rows[:given], component_hash)
        rows = _ordered(requirements, rows, first)
        total = np.empty(size, dtype=np.int64)
        running = 0
        for i in range(size):
            running += requirements[rows[i], R_QUANTITY]
            total[i] = running

        # The days on which something happens, with all required and all available up to and with the day.
        event_day = np.empty(size + existing + 1, dtype=np.int64)
        event_required = np.empty(size + existing + 1, dtype=np.int64)
        least_deficit = np.empty(size + existing + 1, dtype=np.int64)
        events = 0
        i = 0
        j = 0
        available = stock
        today_seen = False
        while i < size or j < existing or not today_seen:
            day = as_of if not today_seen else 1 << 60
            if i < size:
                day = min(day, requirements[rows[i], R_DAY])
            if j < existing:
                day = min(day, supplies[existing_from + j, S_DAY])
            if day == as_of:
                today_seen = True
            while i < size and requirements[rows[i], R_DAY] == day:
                i += 1
            while j < existing and supplies[existing_from + j, S_DAY] == day:
                available += supplies[existing_from + j, S_QUANTITY]
                j += 1
            event_day[events] = day
            event_required[events] = total[i - 1] if i > 0 else 0
            least_deficit[events] = event_required[events] + safety - available
            events += 1
        for e in range(events - 2, -1, -1):
            least_deficit[e] = min(least_deficit[e], least_deficit[e + 1])

        planned_events = events
        while planned_events > 0 and event_day[planned_events - 1] > last_day:
            planned_events -= 1

        # Supplies in the order in which they serve: stock, existing and planned by day.
        sequence = np.empty(1 + existing + 2 * events, dtype=np.int64)
        length = 0
        supplies = _grown(supplies, supply_count, supply_count + 1 + 2 * events)
        if stock > 0:
            _cleared(supplies, supply_count, node, STOCK, as_of, stock)
            sequence[length] = supply_count
            length += 1
            supply_count += 1
        planned_from = supply_count
        planned = 0
        served = stock
        trigger = 0
        same_trigger = 0
        last_trigger = -1
        needed = 0
        j = 0
        for e in range(events):
            while j < existing and supplies[existing_from + j, S_DAY] <= event_day[e]:
                supply = existing_from + j
                while needed < events and event_required[needed] + safety <= served:
                    needed += 1
                if needed < events:
                    supplies[supply, S_NEEDED] = event_day[needed]
                while trigger < size and total[trigger] <= served - safety:
                    trigger += 1
                mark = trigger
                cause = supplies[supply, S_HASH]
                if trigger < size:
                    cause = requirements[rows[trigger], R_HASH]
                    if served < safety and requirements[rows[trigger], R_DAY] > supplies[supply, S_DAY]:
                        mark = FOR_THE_FLOOR
                        cause = SAFETY_STOCK_HASH
                same_trigger = same_trigger + 1 if mark == last_trigger else 0
                last_trigger = mark
                supplies[supply, S_HASH] = mixed(mixed(nodes[node, N_HASH], cause), same_trigger)
                supplies[supply, S_FIRST] = -1
                served += supplies[supply, S_QUANTITY]
                sequence[length] = supply
                length += 1
                j += 1
            turn = 0
            while least_deficit[e] > planned and event_day[e] <= last_day:
                if nodes[node, N_IS_PLANNED] == 0:
                    if short_day[node] < 0:
                        short_day[node] = event_day[e]
                    break
                shortage = least_deficit[e] - planned
                covered = e
                if nodes[node, N_POLICY] >= PERIOD:
                    covered = last_covered(
                        nodes[node, N_POLICY],
                        e,
                        planned_events,
                        event_day,
                        least_deficit,
                        planned,
                        nodes[node, N_PERIOD],
                        nodes[node, N_PART_PERIOD],
                    )
                need = least_deficit[covered] - planned
                if nodes[node, N_POLICY] == ORDER_UP_TO:
                    need += max(nodes[node, N_TARGET] - safety, 0)
                quantity = lot_quantity(
                    need,
                    nodes[node, N_POLICY],
                    nodes[node, N_MINIMUM],
                    nodes[node, N_MULTIPLE],
                    nodes[node, N_SUPPLIER_MINIMUM],
                )
                while trigger < size and total[trigger] <= served - safety:
                    trigger += 1
                is_for_requirement = trigger < size and requirements[rows[trigger], R_DAY] <= event_day[e]
                mark = trigger if is_for_requirement else FOR_THE_FLOOR
                same_trigger = same_trigger + 1 if mark == last_trigger else 0
                last_trigger = mark
                cause = requirements[rows[trigger], R_HASH] if is_for_requirement else SAFETY_STOCK_HASH
                identity = mixed(mixed(nodes[node, N_HASH], cause), same_trigger)
                found = np.searchsorted(decision_hashes, identity)
                while (
                    found < len(decision_hashes)
                    and decision_hashes[found] == identity
                    and decisions[found, D_STATE] == APPROVED
                ):
                    # That one is a document already; what is short beside it is a further suggestion.
                    same_trigger += 1
                    identity = mixed(mixed(nodes[node, N_HASH], cause), same_trigger)
                    found = np.searchsorted(decision_hashes, identity)
                supply = supply_count
                supply_count += 1
                _cleared(supplies, supply, node, PLANNED, event_day[e], quantity)
                supplies[supply, S_HASH] = identity
                if is_for_requirement:
                    supplies[supply, S_TOP] = requirements[rows[trigger], R_TOP]
                    supplies[supply, S_RANK] = requirements[rows[trigger], R_RANK]
                    supplies[supply, S_LEVEL] = requirements[rows[trigger], R_LEVEL]
                supplies[supply, S_SHORTAGE] = shortage
                supplies[supply, S_NEED] = need
                supplies[supply, S_COVERED] = event_day[covered]
                supplies[supply, S_REQUIRED] = event_required[e] - (event_required[e - 1] if e > 0 else 0)
                if found < len(decision_hashes) and decision_hashes[found] == identity:
                    if decisions[found, D_STATE] != CHANGED or turn == 0:
                        supplies[supply, S_STATE] = decisions[found, D_STATE]
                    supplies[supply, S_DECISION] = found
                    if supplies[supply, S_STATE] == CHANGED:
                        if decisions[found, D_QUANTITY] > 0:
                            supplies[supply, S_QUANTITY] = decisions[found, D_QUANTITY]
                        if decisions[found, D_DUE] >= 0:
                            supplies[supply, S_DUE] = decisions[found, D_DUE]
                supplies[supply, S_RELEASE] = worked_back(
                    supplies[supply, S_DUE], nodes[node, N_LEAD], first, worked, until
                )
                planned += supplies[supply, S_QUANTITY]
                served += supplies[supply, S_QUANTITY]
                sequence[length] = supply
                length += 1
                turn += 1
        own_end[node] = supply_count

        # Pegs.
        pegs = _grown(pegs, peg_count, peg_count + size + 3 * length + 1)
        s = 0
        left = supplies[sequence[0], S_QUANTITY] if length > 0 else 0
        for row in rows:
            requirements[row, R_PEG_START] = peg_count
            open_quantity = requirements[row, R_QUANTITY]
            while open_quantity > 0:
                while s < length and left == 0:
                    s += 1
                    left = supplies[sequence[s], S_QUANTITY] if s < length else 0
                supply = sequence[s] if s < length else UNCOVERED
                taken = min(left, open_quantity) if s < length else open_quantity
                pegs[peg_count, P_REQUIREMENT] = row
                pegs[peg_count, P_SUPPLY] = supply
                pegs[peg_count, P_QUANTITY] = taken
                peg_count += 1
                open_quantity -= taken
                if supply != UNCOVERED:
                    left -= taken
                    if supplies[supply, S_FIRST] < 0:
                        supplies[supply, S_FIRST] = row
                        supplies[supply, S_TOP] = requirements[row, R_TOP]
                        supplies[supply, S_RANK] = requirements[row, R_RANK]
                        supplies[supply, S_LEVEL] = requirements[row, R_LEVEL]
            requirements[row, R_PEG_END] = peg_count
        to_keep = max(safety, 0)
        while s < length:
            kept = min(left, to_keep)
            if kept > 0:
                pegs[peg_count, P_REQUIREMENT] = FOR_SAFETY_STOCK
                pegs[peg_count, P_SUPPLY] = sequence[s]
                pegs[peg_count, P_QUANTITY] = kept
                peg_count += 1
                to_keep -= kept
            if left > kept:
                pegs[peg_count, P_REQUIREMENT] = FOR_NOTHING
                pegs[peg_count, P_SUPPLY] = sequence[s]
                pegs[peg_count, P_QUANTITY] = left - kept
                peg_count += 1
                supplies[sequence[s], S_EXCESS] = left - kept
            s += 1
            left = supplies[sequence[s], S_QUANTITY] if s < length else 0

        # Components of what is made.
        if nodes[node, N_IS_MADE] == 0:
            continue
        for supply in range(planned_from, supply_count):
            state = supplies[supply, S_STATE]
            if state in (REJECTED, SNOOZED):
                continue
            start = max(supplies[supply, S_RELEASE], as_of)
            version = version_start[node]
            if version == version_start[node + 1]:
                continue
            while version + 1 < version_start[node + 1] and version_day[version + 1] <= start:
                version += 1
            supplies[supply, S_VERSION] = version
            requirements = _grown(
                requirements, requirement_count, requirement_count + line_start[version + 1] - line_start[version]
            )
            for line in range(line_start[version + 1] - 1, line_start[version] - 1, -1):
                quantity = divided_up(supplies[supply, S_QUANTITY], line_numerator[line], line_denominator[line])
                if quantity == 0:
                    continue
                row = requirement_count
                requirement_count += 1
                component = line_node[line]
                requirements[row, R_NODE] = component
                requirements[row, R_DAY] = supplies[supply, S_RELEASE]
                requirements[row, R_QUANTITY] = quantity
                requirements[row, R_RANK] = supplies[supply, S_RANK]
                requirements[row, R_HASH] = mixed(supplies[supply, S_HASH], item_hash[component])
                requirements[row, R_TOP] = supplies[supply, S_TOP]
                requirements[row, R_PARENT] = supply
                requirements[row, R_LEVEL] = supplies[supply, S_LEVEL] + 1
                requirements[row, R_NEXT] = head[component]
                requirements[row, R_SIBLING] = supplies[supply, S_COMPONENT]
                requirements[row, R_PEG_START] = 0
                requirements[row, R_PEG_END] = 0
                requirements[row, R_SOURCE] = -1
                supplies[supply, S_COMPONENT] = row
                head[component] = row
                from_above[component] += 1

    return (
        requirements[:requirement_count],
        supplies[:supply_count],
        pegs[:peg_count],
        own_start,
        own_end,
        short_day,
    )
