"""What happens inside a pool of goods: layers laid, slices cut, debts settled, costs remembered."""

import numpy as np

from .compilation import compiled, compiled_step
from .proportion import COMPONENTS, Whole, component_shares, copied, half_even_share, no_amounts, total
from .tables import (
    CHANGE,
    DEBT_COUNT,
    DEBTS_FULL,
    DIVERGED,
    ESTIMATE,
    FIFO,
    LARGEST_VALUE,
    LAYER_COUNT,
    LAYERS_FULL,
    MONTH_AVERAGE,
    OVERFLOW,
    REVALUATION,
    SLICE_COUNT,
    SLICES_FULL,
    STAMP,
    STANDARD,
    TAKEN,
    VARIANCE_COUNT,
    VARIANCES_FULL,
    Ints,
    State,
    Table,
)

# Numbers of NumPy, not plain ones: for each plain number a function gets it would be compiled anew.
UNIT_COST_SCALE = np.int64(1_000_000_000_000)
NO_ENTRY = np.int64(-1)

# What the value of an entry is to its work order.
ITS_COST, NOT_ITS_COST, SPARED_COST = np.int64(1), np.int64(0), np.int64(-1)


@compiled_step
def change_of_order(state: State, order: int, values: Ints, sign: Whole) -> None:
    """Adds sign × values to the cost of a work order; notes when somebody has already counted on the old cost."""
    orders, counts = state.orders, state.counts
    moved = 0
    differs = False
    for k in range(COMPONENTS):
        orders.cost[order, k] += sign * values[k]
        moved += values[k]
        differs = differs or values[k] != 0
    if differs:
        orders.is_stale[order] = 1
        if orders.read_stamp[order] == counts[STAMP]:
            counts[CHANGE] += max(abs(moved), 1)


@compiled_step
def revalued(state: State, entry: int, values: Ints, sign: Whole) -> None:
    """Sets the value of an entry and passes the difference on to the work order whose cost it is (sign 0: nobody's)."""
    entries = state.entries
    difference = no_amounts()
    for k in range(COMPONENTS):
        difference[k] = values[k] - entries.value[entry, k]
        entries.value[entry, k] = values[k]
        if abs(values[k]) > LARGEST_VALUE:
            state.counts[DIVERGED] = 1
    if sign != 0 and entries.order[entry] >= 0:
        change_of_order(state, entries.order[entry], difference, sign)


@compiled_step
def marked(state: State, entry: int) -> None:
    """Marks the value of an entry as estimated, and with it the work order that the goods went into; notes when
    somebody has already counted on the value as final.

    Marks stay from round to round: who takes from whom does not depend on values.
    """
    entries, orders, debts, counts = state.entries, state.orders, state.debts, state.counts
    if entries.is_estimated[entry] == 1:
        return
    state.entries.is_estimated[entry] = 1
    order = entries.order[entry]
    if order >= 0 and entries.source[entry] == TAKEN and orders.is_estimated[order] == 0:
        orders.is_estimated[order] = 1
        if orders.read_stamp[order] == counts[STAMP]:
            counts[CHANGE] += 1
    debt = entries.debt[entry]
    if debt >= 0 and debts.read_stamp[debt] == counts[STAMP]:
        counts[CHANGE] += 1


@compiled_step
def prepared(state: State, entry: int) -> None:
    """Empties the pools of an item at its first entry of a round, and puts them on the method and standard in force."""
    entries, nodes, counts = state.entries, state.nodes, state.counts
    node = entries.node[entry]
    if nodes.stamp[node] != counts[STAMP]:
        emptied(state, node)
    if nodes.change[node] + 1 < nodes.last_change[node]:
        methods_changed(state, node, entries.day[entry])
    if nodes.method[node] == STANDARD:
        standardised(state, node, entries.day[entry])


@compiled_step
def methods_changed(state: State, node: int, day: Whole) -> None:
    """Brings an item to the method in force on a day, change by change: value stays, and on standard what is there is
    revalued on the day of the change, whether or not anything moves then.

    A method that was once reached is not left again for an entry of before, which is played late.
    """
    nodes, changes = state.nodes, state.changes
    while nodes.change[node] + 1 < nodes.last_change[node] and changes.day[nodes.change[node] + 1] <= day:
        nodes.change[node] += 1
        since, method = changes.day[nodes.change[node]], changes.method[nodes.change[node]]
        if nodes.method[node] == method:
            continue
        if nodes.method[node] == STANDARD:
            standardised(state, node, since - 1)
        valued_layers(state, node)
        nodes.method[node] = method
        filled_purses(state, node)
        if method == STANDARD:
            nodes.standard[node] = standard_in_force(nodes, state.standards, node, since)
            standard_changed(state, node, since)


@compiled_step
def emptied(state: State, node: int) -> None:
    """The pools of an item before anything has come in."""
    pools, nodes, counts = state.pools, state.nodes, state.counts
    nodes.stamp[node] = counts[STAMP]
    nodes.change[node] = nodes.first_change[node]
    nodes.method[node] = FIFO
    if nodes.first_change[node] < nodes.last_change[node]:
        nodes.method[node] = state.changes.method[nodes.first_change[node]]
    nodes.known_quantity[node] = 0
    nodes.standard[node] = nodes.first_standard[node]
    for pool in range(nodes.first_pool[node], nodes.last_pool[node]):
        pools.head[pool] = pools.tail[pool] = -1
        pools.first_debt[pool] = pools.last_debt[pool] = -1
        pools.known_quantity[pool] = 0
    filled_purses(state, node)


@compiled_step
def filled_purses(state: State, node: int) -> None:
    """Gives the pools of an item the purses of its method, filled from their layers."""
    pools, purses, nodes, layers = state.pools, state.purses, state.nodes, state.layers
    for pool in range(nodes.first_pool[node], nodes.last_pool[node]):
        purse = purses.shape[0] - 1 - node if nodes.method[node] == MONTH_AVERAGE else pool
        pools.purse[pool] = purse
        if purse == pool or pool == nodes.first_pool[node]:
            purses.quantity[purse] = purses.base_quantity[purse] = purses.base_value[purse] = 0
            purses.estimated_quantity[purse] = 0
            purses.value[purse, :] = 0
        layer = pools.head[pool]
        while layer >= 0:
            if layers.quantity[layer] > 0:
                purses.quantity[purse] += layers.quantity[layer]
                purses.estimated_quantity[purse] += layers.is_estimated[layer] * layers.quantity[layer]
                for k in range(COMPONENTS):
                    purses.value[purse, k] += layers.value[layer, k]
            layer = layers.following[layer]
        mixed(state, node, purse)
        purses.base_quantity[purse] = purses.quantity[purse]
        purses.base_value[purse] = total(purses.value[purse])


@compiled_step
def mixed(state: State, node: int, purse: int) -> None:
    """An average that anything estimated is in is estimated as a whole, until it is emptied."""
    purses = state.purses
    if purses.estimated_quantity[purse] > 0 and state.nodes.method[node] != FIFO:
        purses.estimated_quantity[purse] = purses.quantity[purse]


@compiled_step
def valued_layers(state: State, node: int) -> None:
    """Gives the layers of an item that is not on fifo the value of their purse by quantity, pool by pool, oldest
    first."""
    pools, purses, nodes, layers = state.pools, state.purses, state.nodes, state.layers
    if nodes.method[node] == FIFO:
        return
    shares = no_amounts()
    left = no_amounts()
    quantity_left = 0
    for pool in range(nodes.first_pool[node], nodes.last_pool[node]):
        purse = pools.purse[pool]
        if purse == pool or pool == nodes.first_pool[node]:
            copied(purses.value[purse], left)
            quantity_left = purses.quantity[purse]
        layer = pools.head[pool]
        while layer >= 0:
            quantity = layers.quantity[layer]
            if quantity > 0:
                cut_from(purses.base_value[purse], purses.base_quantity[purse], left, quantity_left, quantity, shares)
                for k in range(COMPONENTS):
                    layers.value[layer, k] = shares[k]
                    left[k] -= shares[k]
                quantity_left -= quantity
                layers.start_quantity[layer] = quantity
                layers.start_value[layer] = total(shares)
                layers.is_estimated[layer] = 1 if purses.estimated_quantity[purse] > 0 else 0
            layer = layers.following[layer]


@compiled_step
def standardised(state: State, node: int, day: Whole) -> None:
    """Brings the pools of an item to the standard cost in force on a day; what they change by is a revaluation."""
    nodes, standards = state.nodes, state.standards
    while nodes.standard[node] + 1 < nodes.last_standard[node] and standards.day[nodes.standard[node] + 1] <= day:
        nodes.standard[node] += 1
        standard_changed(state, node, standards.day[nodes.standard[node]])


@compiled_step
def standard_changed(state: State, node: int, day: Whole) -> None:
    """Values the pools of an item at the standard cost in force."""
    pools, purses, nodes, counts = state.pools, state.purses, state.nodes, state.counts
    values = no_amounts()
    for pool in range(nodes.first_pool[node], nodes.last_pool[node]):
        purse = pools.purse[pool]
        if purses.quantity[purse] > 0 and counts[OVERFLOW] == 0:
            at_standard(state, node, purses.quantity[purse], values)
            for k in range(COMPONENTS):
                fell_by = purses.value[purse, k] - values[k]
                purses.value[purse, k] = values[k]
                values[k] = fell_by
            purses.base_quantity[purse] = purses.quantity[purse]
            purses.base_value[purse] = total(purses.value[purse])
            purses.estimated_quantity[purse] = 0
            varied(state, REVALUATION, NO_ENTRY, pool, day, values)


@compiled_step
def at_standard(state: State, node: int, quantity: int, values: Ints) -> None:
    """Value of a quantity at the standard cost in force."""
    unit_cost = state.standards.unit_cost[state.nodes.standard[node]]
    amount = half_even_share(total(unit_cost), quantity, UNIT_COST_SCALE)
    component_shares(amount, unit_cost, quantity, UNIT_COST_SCALE, values)


@compiled
def standard_values(nodes: Table, standards: Table, node: Ints, day: Ints, quantity: Ints) -> Ints:
    """Value (n × 5) of quantities of items at the standard cost in force on a day; every item has one."""
    values = np.empty((node.shape[0], COMPONENTS), np.int64)
    shares = no_amounts()
    for i in range(node.shape[0]):
        unit_cost = standards.unit_cost[standard_in_force(nodes, standards, node[i], day[i])]
        amount = half_even_share(total(unit_cost), quantity[i], UNIT_COST_SCALE)
        component_shares(amount, unit_cost, quantity[i], UNIT_COST_SCALE, shares)
        for k in range(COMPONENTS):
            values[i, k] = shares[k]
    return values


@compiled_step
def standard_in_force(nodes: Table, standards: Table, node: int, day: Whole) -> Whole:
    """Position of an item's latest standard cost at or before a day, else of its first."""
    target = nodes.first_standard[node]
    while target + 1 < nodes.last_standard[node] and standards.day[target + 1] <= day:
        target += 1
    return target


@compiled_step
def varied(state: State, rule: Whole, entry: Whole, pool: int, day: Whole, values: Ints) -> None:
    """Notes a variance (+ more than standard), unless it is nothing."""
    variances, counts = state.variances, state.counts
    at = counts[VARIANCE_COUNT]
    if at >= variances.shape[0]:
        counts[OVERFLOW] = VARIANCES_FULL
        return
    differs = False
    for k in range(COMPONENTS):
        variances.value[at, k] = values[k]
        differs = differs or values[k] != 0
    if differs:
        variances.rule[at] = rule
        variances.entry[at] = entry
        variances.pool[at] = pool
        variances.day[at] = day
        counts[VARIANCE_COUNT] = at + 1


@compiled_step
def cut_from(
    start_value: Whole, start_quantity: Whole, left: Ints, quantity_left: Whole, quantity: Whole, shares: Ints
) -> None:
    """Value of the next `quantity` out of what is left: round(start value × taken so far ÷ start quantity) − taken
    before."""
    if quantity == quantity_left:
        copied(left, shares)
        return
    value_left = total(left)
    upto = half_even_share(start_value, start_quantity - quantity_left + quantity, start_quantity)
    component_shares(upto - (start_value - value_left), left, quantity, quantity_left, shares)


@compiled_step
def sliced(state: State, entry: int, pool: int, layer: int, quantity: int, taken: Ints) -> None:
    """Takes `quantity` of a layer for an entry, notes the slice, and adds its value to `taken`."""
    purses, layers, slices, counts = state.purses, state.layers, state.slices, state.counts
    shares = no_amounts()
    purse = state.pools.purse[pool]
    if state.nodes.method[state.entries.node[entry]] == FIFO:
        is_estimated = layers.is_estimated[layer] == 1
        cut_from(
            layers.start_value[layer],
            layers.start_quantity[layer],
            layers.value[layer],
            layers.quantity[layer],
            quantity,
            shares,
        )
        for k in range(COMPONENTS):
            layers.value[layer, k] -= shares[k]
    else:
        is_estimated = purses.estimated_quantity[purse] > 0
        cut_from(
            purses.base_value[purse],
            purses.base_quantity[purse],
            purses.value[purse],
            purses.quantity[purse],
            quantity,
            shares,
        )
    layers.quantity[layer] -= quantity
    purses.quantity[purse] -= quantity
    at = counts[SLICE_COUNT]
    if at >= slices.shape[0]:
        counts[OVERFLOW] = SLICES_FULL
        return
    counts[SLICE_COUNT] = at + 1
    slices.entry[at] = entry
    slices.layer[at] = layer
    slices.quantity[at] = quantity
    slices.is_estimated[at] = is_estimated
    if is_estimated:
        purses.estimated_quantity[purse] -= quantity
        marked(state, entry)
    for k in range(COMPONENTS):
        purses.value[purse, k] -= shares[k]
        taken[k] += shares[k]
        slices.value[at, k] = shares[k]


@compiled_step
def layered(
    state: State, pool: int, entry: int, arrival: int, date: int, quantity: int, values: Ints, is_estimated: bool
) -> None:
    """Lays goods into a pool as its youngest layer and lets the pool's debts take from them."""
    pools, purses, layers, debts, counts = state.pools, state.purses, state.layers, state.debts, state.counts
    layer = counts[LAYER_COUNT]
    if layer >= layers.shape[0]:
        counts[OVERFLOW] = LAYERS_FULL
        return
    counts[LAYER_COUNT] = layer + 1
    layers.entry[layer] = entry
    layers.arrival[layer] = arrival
    layers.date[layer] = date
    layers.pool[layer] = pool
    layers.is_estimated[layer] = is_estimated
    layers.start_quantity[layer] = layers.quantity[layer] = quantity
    layers.start_value[layer] = total(values)
    layers.following[layer] = -1
    layers.same_entry[layer] = state.entries.first_layer[entry]
    state.entries.first_layer[entry] = layer
    if pools.head[pool] < 0:
        pools.head[pool] = layer
    else:
        layers.following[pools.tail[pool]] = layer
    pools.tail[pool] = layer
    purse = pools.purse[pool]
    purses.quantity[purse] += quantity
    if is_estimated:
        purses.estimated_quantity[purse] += quantity
    mixed(state, state.entries.node[entry], purse)
    for k in range(COMPONENTS):
        layers.value[layer, k] = values[k]
        purses.value[purse, k] += values[k]
    purses.base_quantity[purse] = purses.quantity[purse]
    purses.base_value[purse] = total(purses.value[purse])

    while pools.first_debt[pool] >= 0 and layers.quantity[layer] > 0 and counts[OVERFLOW] == 0:
        debt = pools.first_debt[pool]
        part = min(debts.left[debt], layers.quantity[layer])
        sliced(state, debts.entry[debt], pool, layer, part, debts.settled[debt])
        debts.left[debt] -= part
        if debts.left[debt] == 0:
            pools.first_debt[pool] = debts.following[debt]
            settled_debt(state, debt)


@compiled_step
def settled_debt(state: State, debt: int) -> None:
    """Replaces what an uncovered quantity was thought to cost by what it was found to cost."""
    debts, entries, counts = state.debts, state.entries, state.counts
    entry = debts.entry[debt]
    values = no_amounts()
    copied(entries.value[entry], values)
    moved = 0
    differs = False
    for k in range(COMPONENTS):
        difference = debts.settled[debt, k] - debts.best[debt, k]
        differs = differs or difference != 0
        moved += difference
        values[k] += difference
        debts.best[debt, k] = debts.settled[debt, k]
    if differs:
        revalued(state, entry, values, ITS_COST)
        if debts.read_stamp[debt] == counts[STAMP]:
            counts[CHANGE] += max(abs(moved), 1)


@compiled_step
def owed(state: State, entry: int, quantity: int) -> None:
    """Notes an uncovered quantity; in the first round it counts at the last known cost, later at what the last round
    found."""
    entries, pools, debts, counts = state.entries, state.pools, state.debts, state.counts
    pool = entries.pool[entry]
    debt = entries.debt[entry]
    if debt < 0:
        debt = counts[DEBT_COUNT]
        if debt >= debts.shape[0]:
            counts[OVERFLOW] = DEBTS_FULL
            return
        counts[DEBT_COUNT] = debt + 1
        entries.debt[entry] = debt
        debts.entry[debt] = entry
        last_known_cost(state, pool, entries.node[entry], quantity, debts.best[debt])
    debts.left[debt] = quantity
    debts.settled[debt, :] = 0
    debts.following[debt] = -1
    if pools.first_debt[pool] < 0:
        pools.first_debt[pool] = debt
    else:
        debts.following[pools.last_debt[pool]] = debt
    pools.last_debt[pool] = debt


@compiled_step
def last_known_cost(state: State, pool: int, node: int, quantity: int, shares: Ints) -> bool:
    """Value of a quantity at the last valued inflow of the pool, else of the item in the company; False when there is
    none."""
    pools, nodes = state.pools, state.nodes
    if nodes.method[node] == STANDARD:
        at_standard(state, node, quantity, shares)
        return True
    if pools.known_quantity[pool] > 0:
        known, known_quantity = pools.known_value[pool], pools.known_quantity[pool]
    elif nodes.known_quantity[node] > 0:
        known, known_quantity = nodes.known_value[node], nodes.known_quantity[node]
    else:
        shares[:] = 0
        return False
    amount = half_even_share(total(known), quantity, known_quantity)
    component_shares(amount, known, quantity, known_quantity, shares)
    return True


@compiled_step
def valued_at_last_known(state: State, first_debt: int) -> None:
    """At the end of a round, what is still uncovered takes the last known cost."""
    entries, debts, counts = state.entries, state.debts, state.counts
    shares = no_amounts()
    for debt in range(first_debt, counts[DEBT_COUNT]):
        if debts.left[debt] > 0:
            entry = debts.entry[debt]
            last_known_cost(state, entries.pool[entry], entries.node[entry], debts.left[debt], shares)
            for k in range(COMPONENTS):
                debts.settled[debt, k] += shares[k]
            if last_known_is_estimated(state, entries.pool[entry], entries.node[entry]):
                marked(state, entry)
            settled_debt(state, debt)


@compiled_step
def last_known_is_estimated(state: State, pool: int, node: int) -> bool:
    """Whether the last known cost is that of an estimated inflow."""
    pools, nodes = state.pools, state.nodes
    if nodes.method[node] == STANDARD:
        return False
    if pools.known_quantity[pool] > 0:
        return bool(pools.known_is_estimated[pool] == 1)
    return bool(nodes.known_quantity[node] > 0 and nodes.known_is_estimated[node] == 1)


@compiled_step
def cost_of_the_day_is_estimated(state: State, entry: int) -> bool:
    """Whether what comes in without a price does so at an estimated cost."""
    purses = state.purses
    pool, node = state.entries.pool[entry], state.entries.node[entry]
    purse = state.pools.purse[pool]
    if purses.quantity[purse] > 0 and state.nodes.method[node] != STANDARD:
        return bool(purses.estimated_quantity[purse] > 0)
    return last_known_is_estimated(state, pool, node)


@compiled_step
def cost_of_the_day(state: State, entry: int, quantity: int, shares: Ints) -> bool:
    """Value of a quantity that comes in without a price: at the pool's unit cost, else the last known, else the
    estimate."""
    purses, entries = state.purses, state.entries
    pool = entries.pool[entry]
    purse = state.pools.purse[pool]
    if purses.quantity[purse] > 0 and state.nodes.method[entries.node[entry]] != STANDARD:
        amount = half_even_share(total(purses.value[purse]), quantity, purses.quantity[purse])
        component_shares(amount, purses.value[purse], quantity, purses.quantity[purse], shares)
        return True
    if last_known_cost(state, pool, entries.node[entry], quantity, shares):
        return True
    if entries.given[entry] == ESTIMATE:
        copied(entries.value[entry], shares)
        return True
    return False


@compiled_step
def remembered(state: State, entry: int, quantity: int, values: Ints) -> None:
    """Makes an inflow the last known cost of its pool and item."""
    pools, nodes = state.pools, state.nodes
    pool, node = state.entries.pool[entry], state.entries.node[entry]
    pools.known_quantity[pool] = nodes.known_quantity[node] = quantity
    pools.known_is_estimated[pool] = nodes.known_is_estimated[node] = state.entries.is_estimated[entry]
    for k in range(COMPONENTS):
        pools.known_value[pool, k] = nodes.known_value[node, k] = values[k]
