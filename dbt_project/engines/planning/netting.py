"""Netting, lot sizing, pegging and explosion: one pass over the nodes by low-level code.

For every node the requirements are taken by need date, then priority. With G the requirements, A stock and existing
supplies up to a day, and S the safety stock, the deficit of a day is G + S − A. A deficit that an order on its way
fills later is not planned anew (that order gets a message); what stays short is: up to each day the plan needs the
smallest deficit of that day and all later ones. A planned supply is made on the first day on which that exceeds what is
planned already.

Pegging is first in, first out: stock, then supplies by date, serve requirements in their order. What is left over keeps
the safety stock, then stands free.

What a route supplies is moved from there, as a made item asks for its components. Elsewhere, what another warehouse has
free now and for good (the least of its balances, of its stock at most) is moved before anything is bought or made; the
warehouses of such a pool are planned side by side, those that are short first.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from dbt_project.engines.planning.alternates import made_by
from dbt_project.engines.planning.calendar import worked_back, worked_on
from dbt_project.engines.planning.identity import mixed
from dbt_project.engines.planning.lead_times import lead_days
from dbt_project.engines.planning.lots import ECONOMIC, ORDER_UP_TO, PERIOD, economic_lot, last_covered, lot_quantity
from dbt_project.engines.planning.ratio import divided, divided_half_even, divided_up
from dbt_project.engines.planning.records import (
    A_DAY,
    A_HASH,
    A_HELD,
    A_LEVEL,
    A_PARENT,
    A_QUANTITY,
    A_RANK,
    A_TOP,
    APPROVED,
    B_BOM_DAY,
    B_REQUIREMENT,
    B_REQUIREMENT_END,
    B_SHORT_DAY,
    B_SUPPLY,
    B_SUPPLY_END,
    B_WIDTH,
    BESIDE,
    CHANGED,
    D_DUE,
    D_HASH,
    D_QUANTITY,
    D_STATE,
    E_EXCESS,
    E_NEEDED,
    E_WIDTH,
    FOR_NOTHING,
    FOR_SAFETY_STOCK,
    N_ECONOMIC,
    N_FENCE,
    N_FROM,
    N_FROZEN,
    N_HASH,
    N_IS_MADE,
    N_IS_PLANNED,
    N_MAXIMUM,
    N_MINIMUM,
    N_MOVE_HASH,
    N_MULTIPLE,
    N_PART_PERIOD,
    N_PERIOD,
    N_POLICY,
    N_SAFETY,
    N_STOCK,
    N_SUPPLIER_MINIMUM,
    N_TARGET,
    O_GIVEN,
    O_LEAD,
    O_MINIMUM,
    O_SHARE,
    P_QUANTITY,
    P_REQUIREMENT,
    P_SUPPLY,
    PLANNED,
    PROPOSED,
    R_DAY,
    R_HASH,
    R_LEVEL,
    R_NEED,
    R_NODE,
    R_PARENT,
    R_PEG_END,
    R_PEG_START,
    R_QUANTITY,
    R_SOURCE,
    R_TOP,
    REJECTED,
    S_ALTERNATE,
    S_COVERED,
    S_DAY,
    S_DECISION,
    S_DUE,
    S_FIRST,
    S_FROM,
    S_HASH,
    S_KIND,
    S_LEAD,
    S_LEVEL,
    S_NEED,
    S_NEXT,
    S_NODE,
    S_OF,
    S_OFFER,
    S_PEG_END,
    S_PEG_START,
    S_QUANTITY,
    S_RANK,
    S_RELEASE,
    S_REQUIRED,
    S_SHORTAGE,
    S_STATE,
    S_TOP,
    SNOOZED,
    STOCK,
    UNCOVERED,
    UNSEEN,
    Int64s,
    Table,
)

SAFETY_STOCK_HASH = 7_160_227_583_019_403_111
LAST_RANK = 0xFFFFFF
# In place of the requirement that triggers a supply: the safety stock alone.
FOR_THE_FLOOR = -2
# As many orders at most for one shortage, however small the largest lot is.
MOST_LOTS = 200


@njit(cache=True)
def _longer(rows: Table, used: int, needed: int) -> Table:
    """A table of rows with room for `needed` of them."""
    if needed <= rows.shape[0]:
        return rows
    larger = np.empty((max(needed, 2 * rows.shape[0]), rows.shape[1]), dtype=np.int64)
    larger[:used] = rows[:used]
    return larger


@njit(cache=True)
def _room(numbers: Int64s, needed: int) -> Int64s:
    """As many numbers at least, those that are there kept."""
    if needed <= len(numbers):
        return numbers
    larger = np.empty(max(needed, 2 * len(numbers)), dtype=np.int64)
    larger[: len(numbers)] = numbers
    return larger


@njit(cache=True)
def _wider(columns: Table, used: int, needed: int) -> Table:
    """A table of columns with room for `needed` rows, and one to spare: what is used is always a part of it, so that
    compiled code meets one memory layout only."""
    if needed < columns.shape[1]:
        return columns
    larger = np.empty((columns.shape[0], max(needed + 1, 2 * columns.shape[1])), dtype=np.int64)
    for column in range(columns.shape[0]):
        larger[column, :used] = columns[column, :used]
    return larger


@njit(cache=True)
def _begin(supplies: Table, row: int, node: int, kind: int, day: int, quantity: int) -> None:
    supplies[S_NODE, row] = node
    supplies[S_DAY, row] = day
    supplies[S_QUANTITY, row] = quantity
    supplies[S_KIND, row] = kind
    supplies[S_HASH, row] = 0
    supplies[S_TOP, row] = -1
    supplies[S_RANK, row] = LAST_RANK
    supplies[S_LEVEL, row] = 0
    supplies[S_RELEASE, row] = day
    supplies[S_DUE, row] = day
    supplies[S_LEAD, row] = 0
    supplies[S_FIRST, row] = -1
    supplies[S_PEG_START, row] = 0
    supplies[S_PEG_END, row] = 0
    supplies[S_SHORTAGE, row] = 0
    supplies[S_REQUIRED, row] = 0
    supplies[S_NEED, row] = 0
    supplies[S_COVERED, row] = day
    supplies[S_STATE, row] = PROPOSED
    supplies[S_DECISION, row] = -1
    supplies[S_FROM, row] = -1
    supplies[S_OFFER, row] = -1
    supplies[S_ALTERNATE, row] = 0


@njit(cache=True)
def _ask(
    asked: Table,
    row: int,
    node: int,
    quantity: int,
    supply: int,
    supplies: Table,
    item_hash: Int64s,
    head: Int64s,
    following: Int64s,
) -> None:
    """What a planned supply needs at its release of a node below it."""
    asked[row, A_DAY] = supplies[S_RELEASE, supply]
    asked[row, A_QUANTITY] = quantity
    asked[row, A_RANK] = supplies[S_RANK, supply]
    asked[row, A_HASH] = mixed(supplies[S_HASH, supply], item_hash[node])
    asked[row, A_TOP] = supplies[S_TOP, supply]
    asked[row, A_PARENT] = supply
    asked[row, A_LEVEL] = supplies[S_LEVEL, supply] + 1
    asked[row, A_HELD] = 0
    following[row] = head[node]
    head[node] = row


@njit(cache=True)
def _follow_parents(asked: Table, supplies: Table, rows: Int64s, component_hash: Int64s) -> None:
    """Components of open work orders take top, path and, where they have none, priority from the order they are for."""
    for row in rows:
        parent = asked[row, A_PARENT]
        if parent >= 0 and supplies[S_FIRST, parent] != UNSEEN:
            asked[row, A_HASH] = mixed(supplies[S_HASH, parent], component_hash[row])
            asked[row, A_TOP] = supplies[S_TOP, parent]
            asked[row, A_LEVEL] = supplies[S_LEVEL, parent] + 1
            if asked[row, A_RANK] == LAST_RANK:
                asked[row, A_RANK] = supplies[S_RANK, parent]


@njit(cache=True)
def _ordered(asked: Table, rows: Int64s, first: int) -> Int64s:
    """Rows by need date, then priority, then as they came: what was given by its id, then what comes from above."""
    keys = np.empty(len(rows), dtype=np.int64)
    for i in range(len(rows)):
        keys[i] = ((asked[rows[i], A_DAY] - first) << 24) | asked[rows[i], A_RANK]
    if len(rows) > 64:
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
def _held_first(asked: Table, rows: Int64s) -> int:
    """Brings what stock is reserved for to the front, in the same order; how many these are."""
    held = 0
    for row in rows:
        held += asked[row, A_HELD]
    if held > 0:
        before = rows.copy()
        at = 0
        rest = held
        for row in before:
            if asked[row, A_HELD] == 1:
                rows[at] = row
                at += 1
            else:
                rows[rest] = row
                rest += 1
    return held


@njit(cache=True)
def _furthest_behind(offers: Table, start: int, end: int, need: int) -> int:
    """The offer that lacks most of its share once the need is given; of equal ones the first."""
    shares = 0
    total = need
    for offer in range(start, end):
        shares += offers[offer, O_SHARE]
        total += offers[offer, O_GIVEN]
    best = start
    most = -(1 << 62)
    for offer in range(start, end):
        lack = divided(total, offers[offer, O_SHARE], shares)[0] - offers[offer, O_GIVEN]
        if lack > most:
            best = offer
            most = lack
    return best


@njit(cache=True)
def _rows(node: int, demand_start: Int64s, from_above: Int64s, head: Int64s, following: Int64s) -> Int64s:
    """What is asked of a node: its demands, then what came from above, as it came."""
    given = demand_start[node + 1] - demand_start[node]
    size = given + from_above[node]
    rows = np.empty(size, dtype=np.int64)
    for i in range(given):
        rows[i] = demand_start[node] + i
    row = head[node]
    for i in range(size - 1, given - 1, -1):
        rows[i] = row
        row = following[row]
    return rows


@njit(cache=True)
def _own(node: int, existing_start: Int64s, beside_head: Int64s, supplies: Table) -> Int64s:
    """The supplies that a node has before it is planned, by day: the existing ones, then by-products as they came."""
    start = existing_start[node]
    existing = existing_start[node + 1] - start
    count = existing
    row = beside_head[node]
    while row >= 0:
        count += 1
        row = supplies[S_NEXT, row]
    own = np.empty(count, dtype=np.int64)
    for i in range(existing):
        own[i] = start + i
    if count == existing:
        return own
    row = beside_head[node]
    for i in range(count - 1, existing - 1, -1):
        own[i] = row
        row = supplies[S_NEXT, row]
    days = np.empty(count, dtype=np.int64)
    for i in range(count):
        days[i] = supplies[S_DAY, own[i]]
    return own[np.argsort(days, kind="mergesort")]


@njit(cache=True)
def _expire(
    node: int,
    demand_start: Int64s,
    asked: Table,
    from_above: Int64s,
    head: Int64s,
    following: Int64s,
    expiring: Int64s,
    first: int,
) -> None:
    """What expires is asked for as far as nothing uses it before: the first to expire is used first."""
    some = False
    for row in range(demand_start[node], demand_start[node + 1]):
        some = some or expiring[row] > 0
    if not some:
        return
    rows = _ordered(asked, _rows(node, demand_start, from_above, head, following), first)
    required = 0
    used = 0
    for row in rows:
        if row < len(expiring) and expiring[row] > 0:
            taken = min(expiring[row], required - used)
            used += taken
            asked[row, A_QUANTITY] = expiring[row] - taken
        else:
            required += asked[row, A_QUANTITY]


@njit(cache=True)
def _free(
    node: int,
    nodes: Table,
    demand_start: Int64s,
    asked: Table,
    from_above: Int64s,
    head: Int64s,
    following: Int64s,
    existing_start: Int64s,
    beside_head: Int64s,
    supplies: Table,
    as_of: int,
    first: int,
) -> int:
    """What the warehouse has in stock and never needs: the least of its balances less the safety stock, ≥ 0."""
    stock = nodes[node, N_STOCK]
    safety = nodes[node, N_SAFETY]
    if stock <= max(safety, 0):
        return 0
    rows = _ordered(asked, _rows(node, demand_start, from_above, head, following), first)
    size = len(rows)
    held = _held_first(asked, rows)
    reserved = 0
    for i in range(held):
        reserved += asked[rows[i], A_QUANTITY]
    least = stock - max(safety, 0) - reserved
    balance = stock - safety - reserved
    own = _own(node, existing_start, beside_head, supplies)
    j = 0
    i = held
    while i < size:
        day = max(asked[rows[i], A_DAY], as_of)
        while j < len(own) and supplies[S_DAY, own[j]] <= day:
            balance += supplies[S_QUANTITY, own[j]]
            j += 1
        balance -= asked[rows[i], A_QUANTITY]
        i += 1
        while i < size and max(asked[rows[i], A_DAY], as_of) == day:
            balance -= asked[rows[i], A_QUANTITY]
            i += 1
        least = min(least, balance)
    return max(least, 0)


@njit(cache=True)
def _needy_first(order: Int64s, position: int, end: int, free: Int64s) -> None:
    """Within a pool, the warehouses that have nothing free come first, else in their order."""
    members = order[position:end].copy()
    at = position
    for node in members:
        if free[node] == 0:
            order[at] = node
            at += 1
    for node in members:
        if free[node] > 0:
            order[at] = node
            at += 1


@njit(cache=True)
def net(
    order: Int64s,
    pool: Int64s,
    nodes: Table,
    demand_start: Int64s,
    demand_count: int,
    asked: Table,
    existing_start: Int64s,
    existing_count: int,
    supplies: Table,
    offer_start: Int64s,
    offers: Table,
    requirements: Table,
    pegs: Table,
    version_start: Int64s,
    version_day: Int64s,
    version_end: Int64s,
    version_alternate: Int64s,
    line_start: Int64s,
    line_node: Int64s,
    line_numerator: Int64s,
    line_denominator: Int64s,
    beside_start: Int64s,
    beside_node: Int64s,
    beside_numerator: Int64s,
    beside_denominator: Int64s,
    item_hash: Int64s,
    component_hash: Int64s,
    expiring: Int64s,
    decisions: Table,
    as_of: int,
    last_day: int,
    first: int,
    worked: Int64s,
    until: Int64s,
) -> tuple[Table, Table, Table, Table, Table]:
    """Requirements, supplies and pegs of the whole plan, what became of the existing supplies, and each node's ranges.

    order: nodes, parents before components; requirements come out in this order of their nodes. Positions of one pool
        are brought into the order in which they are planned. asked: the demands, sorted by node, rows demand_start[i]
        to demand_start[i+1] for node i. requirements, pegs: room to fill; all tables grow where they must.
    supplies: the existing ones, sorted by node and day; stock comes next, then what is planned. offers: of suppliers
        with shares, rows offer_start[i] to offer_start[i+1] for node i; what they are given is added up.
    item_hash: the identity of each node's item; component_hash: the same for each demand that is a component of an open
        work order. expiring: of each demand that stands for stock that expires, how much that is; else 0. decisions:
        sorted by identity. last_day: nothing needed later is planned.
    """
    node_count = nodes.shape[0]
    head = np.full(node_count, -1, dtype=np.int64)
    following = np.empty(asked.shape[0], dtype=np.int64)
    beside_head = np.full(node_count, -1, dtype=np.int64)
    is_done = np.zeros(node_count, dtype=np.bool_)
    from_above = np.zeros(node_count, dtype=np.int64)
    bounds = np.zeros((B_WIDTH, node_count), dtype=np.int64)
    bounds[B_SHORT_DAY, :] = -1
    bounds[B_BOM_DAY, :] = -1
    fate = np.zeros((E_WIDTH, existing_count), dtype=np.int64)
    fate[E_NEEDED, :] = -1
    asked_count = demand_count
    stock_row = existing_count
    supply_count = existing_count
    for node in range(node_count):
        supply_count += 1 if nodes[node, N_STOCK] > 0 else 0
    supplies = _wider(supplies, existing_count, supply_count)
    requirement_count = 0
    peg_count = 0
    decision_hashes = decisions[:, D_HASH].copy()
    free = np.zeros(node_count, dtype=np.int64)
    pool_from = 0
    pool_end = 0
    # Of one node after the other: all required up to each requirement, the days on which something happens, and the
    # supplies in the order in which they serve.
    total = np.empty(64, dtype=np.int64)
    event_day = np.empty(64, dtype=np.int64)
    event_required = np.empty(64, dtype=np.int64)
    least_deficit = np.empty(64, dtype=np.int64)
    sequence = np.empty(64, dtype=np.int64)

    for position in range(node_count):
        if position == pool_end:
            pool_from = position
            while pool_end < node_count and pool[pool_end] == pool[position]:
                pool_end += 1
            if pool_end > pool_from + 1:
                for member in order[pool_from:pool_end]:
                    _expire(member, demand_start, asked, from_above, head, following, expiring, first)
                    free[member] = _free(
                        member,
                        nodes,
                        demand_start,
                        asked,
                        from_above,
                        head,
                        following,
                        existing_start,
                        beside_head,
                        supplies,
                        as_of,
                        first,
                    )
                _needy_first(order, pool_from, pool_end, free)
        node = order[position]
        bounds[B_SUPPLY, node] = supply_count
        bounds[B_SUPPLY_END, node] = supply_count
        bounds[B_REQUIREMENT, node] = requirement_count
        bounds[B_REQUIREMENT_END, node] = requirement_count
        is_done[node] = True
        own = _own(node, existing_start, beside_head, supplies)
        existing = len(own)
        given = demand_start[node + 1] - demand_start[node]
        size = given + from_above[node]
        stock = max(nodes[node, N_STOCK], 0)
        safety = nodes[node, N_SAFETY]
        if size == 0 and existing == 0 and stock == 0 and safety <= 0:
            continue

        _expire(node, demand_start, asked, from_above, head, following, expiring, first)
        rows = _rows(node, demand_start, from_above, head, following)
        _follow_parents(asked, supplies, rows[:given], component_hash)
        rows = _ordered(asked, rows, first)
        held = _held_first(asked, rows)
        held_day = as_of
        if 0 < held < size:
            held_day = min(as_of, asked[rows[held], A_DAY])
        requirements = _wider(requirements, requirement_count, requirement_count + size)
        base = requirement_count
        requirement_count += size
        bounds[B_REQUIREMENT_END, node] = requirement_count
        if size + existing + 1 > len(event_day):
            room = 2 * (size + existing + 1)
            total = np.empty(room, dtype=np.int64)
            event_day = np.empty(room, dtype=np.int64)
            event_required = np.empty(room, dtype=np.int64)
            least_deficit = np.empty(room, dtype=np.int64)
        running = 0
        for i in range(size):
            row = rows[i]
            running += asked[row, A_QUANTITY]
            total[i] = running
            requirements[R_NODE, base + i] = node
            requirements[R_DAY, base + i] = held_day if i < held else asked[row, A_DAY]
            requirements[R_NEED, base + i] = asked[row, A_DAY]
            requirements[R_QUANTITY, base + i] = asked[row, A_QUANTITY]
            requirements[R_HASH, base + i] = asked[row, A_HASH]
            requirements[R_TOP, base + i] = asked[row, A_TOP]
            requirements[R_PARENT, base + i] = asked[row, A_PARENT]
            requirements[R_LEVEL, base + i] = asked[row, A_LEVEL]
            requirements[R_SOURCE, base + i] = row if row < demand_count else -1

        # The days on which something happens, with all required and all available up to and with the day.
        events = 0
        i = 0
        j = 0
        available = stock
        today_seen = False
        while i < size or j < existing or not today_seen:
            day = as_of if not today_seen else 1 << 60
            if i < size:
                day = min(day, requirements[R_DAY, base + i])
            if j < existing:
                day = min(day, supplies[S_DAY, own[j]])
            if day == as_of:
                today_seen = True
            while i < size and requirements[R_DAY, base + i] == day:
                i += 1
            while j < existing and supplies[S_DAY, own[j]] == day:
                available += supplies[S_QUANTITY, own[j]]
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
        sequence = _room(sequence, 1 + existing + 2 * events + pool_end - pool_from)
        length = 0
        supplies = _wider(supplies, supply_count, supply_count + 1 + 2 * events + pool_end - pool_from)
        if stock > 0:
            _begin(supplies, stock_row, node, STOCK, as_of, stock)
            sequence[length] = stock_row
            length += 1
            stock_row += 1
        if nodes[node, N_POLICY] == ECONOMIC and planned_events > 0:
            nodes[node, N_ECONOMIC] = economic_lot(
                event_required[planned_events - 1], last_day - as_of + 1, nodes[node, N_PART_PERIOD]
            )
        planned = 0
        served = stock
        trigger = 0
        same_trigger = 0
        last_trigger = -1
        same_move = 0
        last_move = -1
        helper = pool_from
        needed = 0
        j = 0
        for e in range(events):
            while j < existing and supplies[S_DAY, own[j]] <= event_day[e]:
                supply = own[j]
                while needed < events and event_required[needed] + safety <= served:
                    needed += 1
                if needed < events and supply < existing_count:
                    fate[E_NEEDED, supply] = event_day[needed]
                while trigger < size and total[trigger] <= served - safety:
                    trigger += 1
                mark = trigger
                cause = supplies[S_HASH, supply]
                if trigger < size:
                    cause = requirements[R_HASH, base + trigger]
                    if served < safety and requirements[R_DAY, base + trigger] > supplies[S_DAY, supply]:
                        mark = FOR_THE_FLOOR
                        cause = SAFETY_STOCK_HASH
                if supplies[S_KIND, supply] == BESIDE:
                    pass
                elif supplies[S_FROM, supply] >= 0 and nodes[node, N_FROM] < 0:
                    same_move = same_move + 1 if mark == last_move else 0
                    last_move = mark
                    supplies[S_HASH, supply] = mixed(mixed(nodes[node, N_MOVE_HASH], cause), same_move)
                else:
                    same_trigger = same_trigger + 1 if mark == last_trigger else 0
                    last_trigger = mark
                    supplies[S_HASH, supply] = mixed(mixed(nodes[node, N_HASH], cause), same_trigger)
                supplies[S_FIRST, supply] = -1
                if length == len(sequence):
                    sequence = np.append(sequence, np.empty(length, dtype=np.int64))
                served += supplies[S_QUANTITY, supply]
                sequence[length] = supply
                length += 1
                j += 1
            turn = 0
            while least_deficit[e] > planned and event_day[e] <= last_day:
                source = nodes[node, N_FROM]
                is_free = False
                if source < 0 and free[node] == 0:
                    while helper < pool_end and free[order[helper]] == 0:
                        helper += 1
                    if helper < pool_end:
                        source = order[helper]
                        is_free = True
                if nodes[node, N_IS_PLANNED] == 0 and not is_free:
                    if bounds[B_SHORT_DAY, node] < 0:
                        bounds[B_SHORT_DAY, node] = event_day[e]
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
                offer = -1
                least = nodes[node, N_SUPPLIER_MINIMUM]
                if offer_start[node] < offer_start[node + 1] and not is_free:
                    offer = _furthest_behind(offers, offer_start[node], offer_start[node + 1], need)
                    least = offers[offer, O_MINIMUM]
                quantity = lot_quantity(
                    need,
                    nodes[node, N_POLICY],
                    nodes[node, N_MINIMUM],
                    nodes[node, N_MULTIPLE],
                    least,
                    nodes[node, N_MAXIMUM],
                    nodes[node, N_ECONOMIC],
                )
                if turn >= MOST_LOTS:
                    quantity = need
                if length == len(sequence):
                    sequence = np.append(sequence, np.empty(length, dtype=np.int64))
                supplies = _wider(supplies, supply_count, supply_count + 2)
                if is_free:
                    covered = e
                    need = shortage
                    quantity = min(shortage, free[source])
                    free[source] -= quantity
                while trigger < size and total[trigger] <= served - safety:
                    trigger += 1
                is_for_requirement = trigger < size and requirements[R_DAY, base + trigger] <= event_day[e]
                mark = trigger if is_for_requirement else FOR_THE_FLOOR
                name = nodes[node, N_HASH]
                if is_free:
                    same_move = same_move + 1 if mark == last_move else 0
                    last_move = mark
                    name = nodes[node, N_MOVE_HASH]
                    turn_of_name = same_move
                else:
                    same_trigger = same_trigger + 1 if mark == last_trigger else 0
                    last_trigger = mark
                    turn_of_name = same_trigger
                cause = requirements[R_HASH, base + trigger] if is_for_requirement else SAFETY_STOCK_HASH
                identity = mixed(mixed(name, cause), turn_of_name)
                found = np.searchsorted(decision_hashes, identity) if len(decision_hashes) else 0
                while (
                    found < len(decision_hashes)
                    and decision_hashes[found] == identity
                    and decisions[found, D_STATE] == APPROVED
                ):
                    # That one is a document already; what is short beside it is a further suggestion.
                    turn_of_name += 1
                    identity = mixed(mixed(name, cause), turn_of_name)
                    found = np.searchsorted(decision_hashes, identity)
                if is_free:
                    same_move = turn_of_name
                else:
                    same_trigger = turn_of_name
                supply = supply_count
                supply_count += 1
                _begin(supplies, supply, node, PLANNED, event_day[e], quantity)
                supplies[S_HASH, supply] = identity
                supplies[S_DUE, supply] = max(event_day[e], nodes[node, N_FROZEN])
                supplies[S_FROM, supply] = source
                if is_for_requirement:
                    row = rows[trigger]
                    supplies[S_TOP, supply] = asked[row, A_TOP]
                    supplies[S_RANK, supply] = asked[row, A_RANK]
                    supplies[S_LEVEL, supply] = asked[row, A_LEVEL]
                supplies[S_SHORTAGE, supply] = shortage
                supplies[S_NEED, supply] = need
                supplies[S_COVERED, supply] = event_day[covered]
                supplies[S_REQUIRED, supply] = event_required[e] - (event_required[e - 1] if e > 0 else 0)
                if found < len(decision_hashes) and decision_hashes[found] == identity:
                    supplies[S_STATE, supply] = decisions[found, D_STATE]
                    supplies[S_DECISION, supply] = found
                    if supplies[S_STATE, supply] == CHANGED:
                        if decisions[found, D_QUANTITY] > 0:
                            supplies[S_QUANTITY, supply] = decisions[found, D_QUANTITY]
                        if decisions[found, D_DUE] >= 0:
                            supplies[S_DUE, supply] = decisions[found, D_DUE]
                if offer >= 0:
                    supplies[S_OFFER, supply] = offer
                    supplies[S_LEAD, supply] = offers[offer, O_LEAD]
                    offers[offer, O_GIVEN] += supplies[S_QUANTITY, supply]
                elif not is_free:
                    supplies[S_LEAD, supply] = lead_days(nodes, node, supplies[S_QUANTITY, supply])
                supplies[S_RELEASE, supply] = worked_back(
                    supplies[S_DUE, supply], supplies[S_LEAD, supply], first, worked, until
                )
                is_dated = supplies[S_STATE, supply] == CHANGED and decisions[found, D_DUE] >= 0
                if supplies[S_RELEASE, supply] < nodes[node, N_FENCE] and not is_dated:
                    supplies[S_RELEASE, supply] = worked_on(nodes[node, N_FENCE], 0, first, worked, until)
                    supplies[S_DUE, supply] = worked_on(
                        nodes[node, N_FENCE], supplies[S_LEAD, supply], first, worked, until
                    )
                planned += supplies[S_QUANTITY, supply]
                served += supplies[S_QUANTITY, supply]
                sequence[length] = supply
                length += 1
                turn += 1
        bounds[B_SUPPLY_END, node] = supply_count

        # Pegs.
        pegs = _wider(pegs, peg_count, peg_count + size + 3 * length + 1)
        s = 0
        left = supplies[S_QUANTITY, sequence[0]] if length > 0 else 0
        for i in range(size):
            requirements[R_PEG_START, base + i] = peg_count
            open_quantity = requirements[R_QUANTITY, base + i]
            while open_quantity > 0:
                while s < length and left == 0:
                    s += 1
                    left = supplies[S_QUANTITY, sequence[s]] if s < length else 0
                supply = sequence[s] if s < length else UNCOVERED
                taken = min(left, open_quantity) if s < length else open_quantity
                pegs[P_REQUIREMENT, peg_count] = base + i
                pegs[P_SUPPLY, peg_count] = supply
                pegs[P_QUANTITY, peg_count] = taken
                open_quantity -= taken
                if supply != UNCOVERED:
                    left -= taken
                    if supplies[S_FIRST, supply] < 0:
                        row = rows[i]
                        supplies[S_FIRST, supply] = base + i
                        supplies[S_PEG_START, supply] = peg_count
                        supplies[S_TOP, supply] = asked[row, A_TOP]
                        supplies[S_RANK, supply] = asked[row, A_RANK]
                        supplies[S_LEVEL, supply] = asked[row, A_LEVEL]
                    supplies[S_PEG_END, supply] = peg_count + 1
                peg_count += 1
            requirements[R_PEG_END, base + i] = peg_count
        to_keep = max(safety, 0)
        while s < length:
            supply = sequence[s]
            kept = min(left, to_keep)
            if kept > 0:
                pegs[P_REQUIREMENT, peg_count] = FOR_SAFETY_STOCK
                pegs[P_SUPPLY, peg_count] = supply
                pegs[P_QUANTITY, peg_count] = kept
                peg_count += 1
                to_keep -= kept
            if left > kept:
                pegs[P_REQUIREMENT, peg_count] = FOR_NOTHING
                pegs[P_SUPPLY, peg_count] = supply
                pegs[P_QUANTITY, peg_count] = left - kept
                peg_count += 1
                if supply < existing_count:
                    fate[E_EXCESS, supply] = left - kept
            s += 1
            left = supplies[S_QUANTITY, sequence[s]] if s < length else 0

        # What is moved is asked for where it comes from; of what is made, its components.
        for supply in range(bounds[B_SUPPLY, node], bounds[B_SUPPLY_END, node]):
            state = supplies[S_STATE, supply]
            if state in (REJECTED, SNOOZED):
                continue
            source = supplies[S_FROM, supply]
            if source >= 0:
                asked = _longer(asked, asked_count, asked_count + 1)
                following = _room(following, asked.shape[0])
                _ask(
                    asked,
                    asked_count,
                    source,
                    supplies[S_QUANTITY, supply],
                    supply,
                    supplies,
                    item_hash,
                    head,
                    following,
                )
                from_above[source] += 1
                asked_count += 1
                continue
            if nodes[node, N_IS_MADE] == 0 or version_start[node] == version_start[node + 1]:
                continue
            start = max(supplies[S_RELEASE, supply], as_of)
            version = made_by(
                version_start[node],
                version_start[node + 1],
                version_day,
                version_end,
                version_alternate,
                line_start,
                line_node,
                line_numerator,
                line_denominator,
                supplies[S_QUANTITY, supply],
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
            if version < 0:
                if bounds[B_BOM_DAY, node] < 0 or start < bounds[B_BOM_DAY, node]:
                    bounds[B_BOM_DAY, node] = start
                continue
            supplies[S_ALTERNATE, supply] = version_alternate[version]
            for line in range(beside_start[version], beside_start[version + 1]):
                if is_done[beside_node[line]]:
                    # What is planned already can count on nothing more.
                    continue
                quantity = divided_half_even(
                    supplies[S_QUANTITY, supply], beside_numerator[line], beside_denominator[line]
                )
                if quantity > 0:
                    supplies = _wider(supplies, supply_count, supply_count + 2)
                    _begin(
                        supplies, supply_count, beside_node[line], BESIDE, max(supplies[S_DUE, supply], as_of), quantity
                    )
                    supplies[S_HASH, supply_count] = mixed(supplies[S_HASH, supply], item_hash[beside_node[line]])
                    supplies[S_OF, supply_count] = supply
                    supplies[S_NEXT, supply_count] = beside_head[beside_node[line]]
                    beside_head[beside_node[line]] = supply_count
                    supply_count += 1
            asked = _longer(asked, asked_count, asked_count + line_start[version + 1] - line_start[version])
            following = _room(following, asked.shape[0])
            line = line_start[version]
            while line < line_start[version + 1]:
                component = line_node[line]
                quantity = 0
                while line < line_start[version + 1] and line_node[line] == component:
                    quantity += divided_up(supplies[S_QUANTITY, supply], line_numerator[line], line_denominator[line])
                    line += 1
                if quantity == 0:
                    continue
                _ask(asked, asked_count, component, quantity, supply, supplies, item_hash, head, following)
                from_above[component] += 1
                asked_count += 1

    return requirements[:, :requirement_count], supplies[:, :supply_count], pegs[:, :peg_count], fate, bounds
