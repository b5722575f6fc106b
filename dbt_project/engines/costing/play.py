"""Playing the moves: which value goes with every move, decided one entry after the other in compiled code.

A pool (company × item × warehouse) keeps its goods in layers, oldest arrival first. On fifo a layer holds its own value; on
moving average the pool holds one value and the layers only quantities, so that age and origin stay known. What leaves is cut
from layers as slices. Uncovered quantities wait as debts and are paid by the next layers.

Items are played group by group, lowest consumed first. Where a value was needed before it was known (a late receipt covers what
has been transferred or returned meanwhile, an item is consumed to make itself) the group is played again with what the last
round found, until nothing needed changes.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .compilation import compiled, compiled_step
from .proportion import COMPONENTS, component_shares, half_even_share, largest_remainder_shares

Ints = npt.NDArray[np.int64]

MAXIMUM_ROUNDS = 100
LARGEST_VALUE = 1 << 50

PRICED, RETURNED, TRANSFERRED, MADE, MADE_BESIDE, UNPRICED, TAKEN = 0, 1, 2, 3, 4, 5, 6
NO_AMOUNTS, PRICE, ESTIMATE = 0, 1, 2
FIFO, MOVING_AVERAGE = 0, 1

LAYER_COUNT, SLICE_COUNT, DEBT_COUNT, STAMP, CHANGE, OVERFLOW, DIVERGED = 0, 1, 2, 3, 4, 5, 6


ENTRIES = np.dtype(
    [
        ("quantity", np.int64),  # micro-units, never negative; source TAKEN means outflow
        ("source", np.int64),
        ("given", np.int64),
        ("method", np.int64),
        ("pool", np.int64),
        ("node", np.int64),  # company × item
        ("date", np.int64),  # days since 1970-01-01
        ("order", np.int64),  # work order position or -1
        ("origin", np.int64),  # entry returned or transferred, or -1
        ("link", np.int64),  # position in the links when another entry refers to this one, or -1
        ("place", np.int64),  # position among the outputs of work orders, or -1
        ("debt", np.int64),  # its uncovered quantity among the debts, or -1
        ("first_layer", np.int64),  # youngest layer it laid, or -1
        ("is_unpriced", np.int64),  # came in and no cost could be found for it
        ("value", np.int64, COMPONENTS),  # amounts given on the way in, found on the way out; never negative for outflows
    ]
)
LINKS = np.dtype(  # what has come back so far of an entry that others refer to, and where its slices lie
    [
        ("returned_quantity", np.int64),
        ("first_slice", np.int64),
        ("last_slice", np.int64),
        ("returned_value", np.int64, COMPONENTS),
    ]
)
ORDERS = np.dtype(  # work orders; the outputs of order w are places first_place … last_place − 1, in order of play
    [
        ("is_closed", np.int64),
        ("planned_quantity", np.int64),
        ("first_place", np.int64),
        ("last_place", np.int64),
        ("is_stale", np.int64),
        ("read_stamp", np.int64),
        ("cost", np.int64, COMPONENTS),  # issues less returns, labour, overhead, subcontract
    ]
)
OUTPUTS = np.dtype(
    [
        ("entry", np.int64),
        ("share", np.int64),  # by-product: millionths of the order's cost, -1 where none is stated
        ("value", np.int64, COMPONENTS),
    ]
)
POOLS = np.dtype(
    [
        ("stamp", np.int64),
        ("method", np.int64),
        ("head", np.int64),
        ("tail", np.int64),
        ("quantity", np.int64),
        ("base_quantity", np.int64),  # average: quantity and value after the last inflow
        ("base_value", np.int64),
        ("first_debt", np.int64),
        ("last_debt", np.int64),
        ("known_quantity", np.int64),  # last valued inflow
        ("known_value", np.int64, COMPONENTS),
        ("value", np.int64, COMPONENTS),
    ]
)
NODES = np.dtype(  # last valued inflow of an item in a company, wherever it came in
    [("stamp", np.int64), ("known_quantity", np.int64), ("known_value", np.int64, COMPONENTS)]
)
LAYERS = np.dtype(
    [
        ("entry", np.int64),
        ("date", np.int64),
        ("pool", np.int64),
        ("start_quantity", np.int64),
        ("quantity", np.int64),
        ("start_value", np.int64),
        ("following", np.int64),  # next layer of the pool
        ("same_entry", np.int64),  # next older layer with the same entry
        ("value", np.int64, COMPONENTS),  # what is left; not kept while the pool is on average
    ]
)
SLICES = np.dtype(
    [("entry", np.int64), ("layer", np.int64), ("quantity", np.int64), ("value", np.int64, COMPONENTS)]
)
DEBTS = np.dtype(  # uncovered quantities of outflows
    [
        ("entry", np.int64),
        ("left", np.int64),
        ("following", np.int64),
        ("read_stamp", np.int64),
        ("settled", np.int64, COMPONENTS),  # this round
        ("best", np.int64, COMPONENTS),  # what counts until it is settled
    ]
)

Table = np.recarray[tuple[int], np.dtype[np.void]]


class State(NamedTuple):
    """Everything the play reads and writes."""

    entries: Table
    links: Table
    orders: Table
    outputs: Table
    pools: Table
    nodes: Table
    layers: Table
    slices: Table
    debts: Table
    counts: Ints


def with_more_room(state: State) -> State:
    """The same state with twice the room for layers, slices or debts, whichever are more than half full."""
    fullness = {
        "layers": (state.layers, state.counts[LAYER_COUNT]),
        "slices": (state.slices, state.counts[SLICE_COUNT]),
        "debts": (state.debts, state.counts[DEBT_COUNT]),
    }
    wider = {}
    for name, (rows, count) in fullness.items():
        if 2 * count >= rows.shape[0] or rows.shape[0] < 1 << 16:
            more = table(rows.dtype, 2 * rows.shape[0])
            more.view(np.int64)[: rows.size * rows.dtype.itemsize // 8] = rows.view(np.int64)
            wider[name] = more
    return state._replace(**(wider or {name: table(rows.dtype, 2 * len(rows)) for name, (rows, _) in fullness.items()}))


def table(columns: np.dtype[np.void], rows: int) -> Table:
    """An empty table: every column 0."""
    return np.zeros(rows, columns).view(np.recarray)


@compiled_step
def total(values: Ints) -> int:
    """Sum of the five components."""
    return values[0] + values[1] + values[2] + values[3] + values[4]


@compiled_step
def copied(values: Ints, target: Ints) -> None:
    """Writes five amounts over five others."""
    for k in range(COMPONENTS):
        target[k] = values[k]


@compiled_step
def change_of_order(state: State, order: int, values: Ints, sign: int) -> None:
    """Adds sign × values to the cost of a work order; notes when somebody has already counted on the old cost."""
    orders, counts = state.orders, state.counts
    moved = np.int64(0)
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
def revalued(state: State, entry: int, values: Ints, sign: int) -> None:
    """Sets the value of an entry and passes the difference on to the work order whose cost it is (sign 0: nobody's)."""
    entries = state.entries
    difference = np.empty(COMPONENTS, np.int64)
    for k in range(COMPONENTS):
        difference[k] = values[k] - entries.value[entry, k]
        entries.value[entry, k] = values[k]
    if sign != 0 and entries.order[entry] >= 0:
        change_of_order(state, entries.order[entry], difference, sign)


@compiled_step
def spread_cost(state: State, order: int) -> None:
    """Spreads a work order's cost over its outputs: by-products by their share, then good outputs by quantity, exactly.

    While the order is open, outputs without an estimate take cost to date × quantity ÷ planned quantity (or ÷ what is already
    made, when that is more).
    """
    orders, entries, counts = state.orders, state.entries, state.counts
    first, last = orders.first_place[order], orders.last_place[order]
    left = orders.cost[order].copy()
    shares = np.empty(COMPONENTS, np.int64)
    cost = total(left)
    if abs(cost) > LARGEST_VALUE:
        counts[DIVERGED] = 1
    good = 0
    made = np.int64(0)
    for place in range(first, last):
        entry = state.outputs.entry[place]
        quantity = entries.quantity[entry]
        if entries.source[entry] == MADE:
            if orders.is_closed[order] == 1 or entries.given[entry] != ESTIMATE:
                good += 1
                made += quantity
            continue
        if state.outputs.share[place] >= 0 and (orders.is_closed[order] == 1 or entries.given[entry] == NO_AMOUNTS):
            amount = half_even_share(cost, state.outputs.share[place], 1_000_000)
            component_shares(amount, left, state.outputs.share[place], 1_000_000, shares)
            for k in range(COMPONENTS):
                state.outputs.value[place, k] = shares[k]
                left[k] -= shares[k]
        elif entries.given[entry] != NO_AMOUNTS:
            for k in range(COMPONENTS):
                state.outputs.value[place, k] = entries.value[entry, k]
                left[k] -= entries.value[entry, k]
        else:
            state.outputs.value[place, :] = 0
    if good == 0:
        return
    if orders.is_closed[order] == 0:
        spread_cost_to_date(state, order, left, made)
        return
    amounts = np.empty(good, np.int64)
    if good == 1:
        amounts[0] = total(left)
    else:
        weights = np.empty(good, np.int64)
        at = 0
        for place in range(first, last):
            entry = state.outputs.entry[place]
            if entries.source[entry] == MADE:
                weights[at] = entries.quantity[entry]
                at += 1
        largest_remainder_shares(total(left), weights, amounts)
    at = 0
    quantity_left = made
    for place in range(first, last):
        entry = state.outputs.entry[place]
        if entries.source[entry] == MADE:
            quantity = entries.quantity[entry]
            if at == good - 1:
                copied(left, shares)
            else:
                component_shares(amounts[at], left, quantity, quantity_left, shares)
            for k in range(COMPONENTS):
                state.outputs.value[place, k] = shares[k]
                left[k] -= shares[k]
            quantity_left -= quantity
            at += 1


@compiled_step
def spread_cost_to_date(state: State, order: int, left: Ints, made: int) -> None:
    """The outputs without estimate of an open work order: cost to date ÷ planned quantity, cumulatively rounded."""
    orders, entries = state.orders, state.entries
    shares = np.empty(COMPONENTS, np.int64)
    cost = total(left)
    whole = max(orders.planned_quantity[order], made)
    so_far = np.int64(0)
    given = np.int64(0)
    for place in range(orders.first_place[order], orders.last_place[order]):
        entry = state.outputs.entry[place]
        if entries.source[entry] == MADE and entries.given[entry] != ESTIMATE:
            quantity = entries.quantity[entry]
            upto = half_even_share(cost, so_far + quantity, whole)
            component_shares(upto - given, left, quantity, whole - so_far, shares)
            for k in range(COMPONENTS):
                state.outputs.value[place, k] = shares[k]
                left[k] -= shares[k]
            so_far += quantity
            given = upto


@compiled_step
def prepared(state: State, pool: int, node: int, method: int) -> None:
    """Empties a pool and its item at their first entry of a round, and changes the pool's method when another is in force."""
    pools, nodes, counts = state.pools, state.nodes, state.counts
    stamp = counts[STAMP]
    if pools.stamp[pool] != stamp:
        pools.stamp[pool] = stamp
        pools.method[pool] = method
        pools.head[pool] = pools.tail[pool] = -1
        pools.first_debt[pool] = pools.last_debt[pool] = -1
        pools.quantity[pool] = pools.base_quantity[pool] = pools.base_value[pool] = pools.known_quantity[pool] = 0
        pools.value[pool, :] = 0
        if nodes.stamp[node] != stamp:
            nodes.stamp[node] = stamp
            nodes.known_quantity[node] = 0
    elif pools.method[pool] != method:
        if method == FIFO:
            valued_layers(state, pool)
        else:
            pools.base_quantity[pool] = pools.quantity[pool]
            pools.base_value[pool] = total(pools.value[pool])
        pools.method[pool] = method


@compiled_step
def valued_layers(state: State, pool: int) -> None:
    """Gives the layers of an average pool the pool's value by quantity, oldest first; the pool's total stays what it was."""
    pools, layers = state.pools, state.layers
    shares = np.empty(COMPONENTS, np.int64)
    left = pools.value[pool].copy()
    quantity_left = pools.quantity[pool]
    layer = pools.head[pool]
    while layer >= 0:
        quantity = layers.quantity[layer]
        if quantity > 0:
            cut_from(pools.base_value[pool], pools.base_quantity[pool], left, quantity_left, quantity, shares)
            for k in range(COMPONENTS):
                layers.value[layer, k] = shares[k]
                left[k] -= shares[k]
            quantity_left -= quantity
            layers.start_quantity[layer] = quantity
            layers.start_value[layer] = total(shares)
        layer = layers.following[layer]


@compiled_step
def cut_from(start_value: int, start_quantity: int, left: Ints, quantity_left: int, quantity: int, shares: Ints) -> None:
    """Value of the next `quantity` out of what is left: round(start value × taken so far ÷ start quantity) − taken before."""
    if quantity == quantity_left:
        copied(left, shares)
        return
    value_left = total(left)
    upto = half_even_share(start_value, start_quantity - quantity_left + quantity, start_quantity)
    component_shares(upto - (start_value - value_left), left, quantity, quantity_left, shares)


@compiled_step
def sliced(state: State, entry: int, pool: int, layer: int, quantity: int, taken: Ints) -> None:
    """Takes `quantity` of a layer for an entry, notes the slice, and adds its value to `taken`."""
    pools, layers, slices, counts = state.pools, state.layers, state.slices, state.counts
    shares = np.empty(COMPONENTS, np.int64)
    if pools.method[pool] == FIFO:
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
        cut_from(
            pools.base_value[pool], pools.base_quantity[pool], pools.value[pool], pools.quantity[pool], quantity, shares
        )
    layers.quantity[layer] -= quantity
    pools.quantity[pool] -= quantity
    at = counts[SLICE_COUNT]
    if at >= slices.shape[0]:
        counts[OVERFLOW] = 1
        return
    counts[SLICE_COUNT] = at + 1
    slices.entry[at] = entry
    slices.layer[at] = layer
    slices.quantity[at] = quantity
    for k in range(COMPONENTS):
        pools.value[pool, k] -= shares[k]
        taken[k] += shares[k]
        slices.value[at, k] = shares[k]


@compiled_step
def layered(state: State, pool: int, entry: int, date: int, quantity: int, values: Ints) -> None:
    """Lays goods into a pool as its youngest layer and lets the pool's debts take from them."""
    pools, layers, debts, counts = state.pools, state.layers, state.debts, state.counts
    layer = counts[LAYER_COUNT]
    if layer >= layers.shape[0]:
        counts[OVERFLOW] = 1
        return
    counts[LAYER_COUNT] = layer + 1
    layers.entry[layer] = entry
    layers.date[layer] = date
    layers.pool[layer] = pool
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
    pools.quantity[pool] += quantity
    on_fifo = pools.method[pool] == FIFO
    for k in range(COMPONENTS):
        layers.value[layer, k] = values[k] if on_fifo else 0
        pools.value[pool, k] += values[k]
    pools.base_quantity[pool] = pools.quantity[pool]
    pools.base_value[pool] = total(pools.value[pool])

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
    values = entries.value[entry].copy()
    moved = np.int64(0)
    differs = False
    for k in range(COMPONENTS):
        difference = debts.settled[debt, k] - debts.best[debt, k]
        differs = differs or difference != 0
        moved += difference
        values[k] += difference
        debts.best[debt, k] = debts.settled[debt, k]
    if differs:
        revalued(state, entry, values, 1)
        if debts.read_stamp[debt] == counts[STAMP]:
            counts[CHANGE] += max(abs(moved), 1)


@compiled_step
def last_known_cost(state: State, pool: int, node: int, quantity: int, shares: Ints) -> bool:
    """Value of a quantity at the last valued inflow of the pool, else of the item in the company; False when there is none."""
    pools, nodes = state.pools, state.nodes
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
def cost_of_the_day(state: State, entry: int, quantity: int, shares: Ints) -> bool:
    """Value of a quantity that comes in without a price: at the pool's unit cost, else the last known, else the estimate."""
    pools, entries = state.pools, state.entries
    pool = entries.pool[entry]
    if pools.quantity[pool] > 0:
        amount = half_even_share(total(pools.value[pool]), quantity, pools.quantity[pool])
        component_shares(amount, pools.value[pool], quantity, pools.quantity[pool], shares)
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
    for k in range(COMPONENTS):
        pools.known_value[pool, k] = nodes.known_value[node, k] = values[k]


@compiled_step
def brought_back(state: State, entry: int, values: Ints) -> bool:
    """Value of a return: its part of what the origin left at; False when more comes back than left and that has no cost."""
    entries, links, debts, counts = state.entries, state.links, state.debts, state.counts
    origin = entries.origin[entry]
    link = entries.link[origin]
    debt = entries.debt[origin]
    if debt >= 0 and debts.left[debt] > 0:
        debts.read_stamp[debt] = counts[STAMP]
    quantity = entries.quantity[entry]
    quantity_left = entries.quantity[origin] - links.returned_quantity[link]
    part = min(quantity, quantity_left)
    left = entries.value[origin] - links.returned_value[link]
    values[:] = 0
    if part > 0:
        cut_from(total(entries.value[origin]), entries.quantity[origin], left, quantity_left, part, values)
        links.returned_quantity[link] += part
        for k in range(COMPONENTS):
            links.returned_value[link, k] += values[k]
    if part < quantity:
        shares = np.empty(COMPONENTS, np.int64)
        if not cost_of_the_day(state, entry, quantity - part, shares):
            return False
        for k in range(COMPONENTS):
            values[k] += shares[k]
    return True


@compiled_step
def moved_over(state: State, entry: int) -> None:
    """A transfer that arrives whole: every slice it took becomes a layer here, with its value, date and origin."""
    entries, links, layers, slices, debts, counts = (
        state.entries,
        state.links,
        state.layers,
        state.slices,
        state.debts,
        state.counts,
    )
    origin = entries.origin[entry]
    link = entries.link[origin]
    pool = entries.pool[entry]
    debt = entries.debt[origin]
    if debt >= 0 and debts.left[debt] > 0:
        debts.read_stamp[debt] = counts[STAMP]
    values = entries.value[origin].copy()
    links.returned_quantity[link] = entries.quantity[origin]
    for k in range(COMPONENTS):
        links.returned_value[link, k] = values[k]
    revalued(state, entry, values, 0)
    remembered(state, entry, entries.quantity[entry], values)
    covered = np.int64(0)
    for at in range(links.first_slice[link], links.last_slice[link]):
        layer = slices.layer[at]
        covered += slices.quantity[at]
        for k in range(COMPONENTS):
            values[k] -= slices.value[at, k]
        layered(state, pool, layers.entry[layer], layers.date[layer], slices.quantity[at], slices.value[at].copy())
        if counts[OVERFLOW] == 1:
            return
    if covered < entries.quantity[origin]:
        layered(state, pool, entry, entries.date[entry], entries.quantity[origin] - covered, values)


@compiled_step
def came_in(state: State, entry: int) -> None:
    """Plays an inflow: finds its value and lays it into its pool."""
    entries, links, orders, counts = state.entries, state.links, state.orders, state.counts
    source = entries.source[entry]
    quantity = entries.quantity[entry]
    values = np.empty(COMPONENTS, np.int64)
    known = True
    if source == PRICED:
        copied(entries.value[entry], values)
    elif source == MADE or source == MADE_BESIDE:
        order = entries.order[entry]
        if orders.is_closed[order] == 0 and entries.given[entry] != NO_AMOUNTS:
            copied(entries.value[entry], values)
        else:
            if orders.is_stale[order] == 1:
                spread_cost(state, order)
                orders.is_stale[order] = 0
            orders.read_stamp[order] = counts[STAMP]
            copied(state.outputs.value[entries.place[entry]], values)
    elif source == UNPRICED:
        known = cost_of_the_day(state, entry, quantity, values)
        if not known:
            values[:] = 0
    else:
        origin = entries.origin[entry]
        link = entries.link[origin]
        if (
            source == TRANSFERRED
            and links.returned_quantity[link] == 0
            and quantity == entries.quantity[origin]
            and entries.source[origin] == TAKEN
        ):
            moved_over(state, entry)
            return
        known = brought_back(state, entry, values)
    if not known:
        state.entries.is_unpriced[entry] = 1
    if source == PRICED or source == MADE or source == MADE_BESIDE:
        if source != PRICED and entries.given[entry] == NO_AMOUNTS or orders_closed(state, entry):
            revalued(state, entry, values, 0)
    else:
        revalued(state, entry, values, -1)
    if quantity > 0:
        if known:
            remembered(state, entry, quantity, values)
        layered(state, entries.pool[entry], entry, entries.date[entry], quantity, values)


@compiled_step
def orders_closed(state: State, entry: int) -> bool:
    """Whether the entry belongs to a closed work order."""
    order = state.entries.order[entry]
    return order >= 0 and state.orders.is_closed[order] == 1


@compiled_step
def went_out(state: State, entry: int) -> None:
    """Plays an outflow: from the layer of the entry it returns, then oldest first, and the rest is a debt."""
    entries, links, pools, layers, debts, counts = (
        state.entries,
        state.links,
        state.pools,
        state.layers,
        state.debts,
        state.counts,
    )
    pool = entries.pool[entry]
    need = entries.quantity[entry]
    values = np.zeros(COMPONENTS, np.int64)
    link = entries.link[entry]
    if link >= 0:
        links.first_slice[link] = counts[SLICE_COUNT]
    origin = entries.origin[entry]
    if origin >= 0:
        layer = state.entries.first_layer[origin]
        while layer >= 0 and need > 0:
            if layers.pool[layer] == pool and layers.quantity[layer] > 0:
                part = min(need, layers.quantity[layer])
                sliced(state, entry, pool, layer, part, values)
                need -= part
            layer = layers.same_entry[layer]
    layer = pools.head[pool]
    while need > 0 and layer >= 0:
        if layers.quantity[layer] > 0:
            part = min(need, layers.quantity[layer])
            sliced(state, entry, pool, layer, part, values)
            need -= part
        if layers.quantity[layer] == 0:
            layer = layers.following[layer]
            pools.head[pool] = layer
    if link >= 0:
        links.last_slice[link] = counts[SLICE_COUNT]
    if need > 0:
        owed(state, entry, need)
        if counts[OVERFLOW] == 1:
            return
        for k in range(COMPONENTS):
            values[k] += debts.best[entries.debt[entry], k]
    revalued(state, entry, values, 1)


@compiled_step
def owed(state: State, entry: int, quantity: int) -> None:
    """Notes an uncovered quantity; in the first round it counts at the last known cost, later at what the last round found."""
    entries, pools, debts, counts = state.entries, state.pools, state.debts, state.counts
    pool = entries.pool[entry]
    debt = entries.debt[entry]
    if debt < 0:
        debt = counts[DEBT_COUNT]
        if debt >= debts.shape[0]:
            counts[OVERFLOW] = 1
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
def valued_at_last_known(state: State, first_debt: int) -> None:
    """At the end of a round, what is still uncovered takes the last known cost."""
    entries, debts, counts = state.entries, state.debts, state.counts
    shares = np.empty(COMPONENTS, np.int64)
    for debt in range(first_debt, counts[DEBT_COUNT]):
        if debts.left[debt] > 0:
            entry = debts.entry[debt]
            last_known_cost(state, entries.pool[entry], entries.node[entry], debts.left[debt], shares)
            for k in range(COMPONENTS):
                debts.settled[debt, k] += shares[k]
            settled_debt(state, debt)


@compiled_step
def forgotten(state: State, first: int, last: int, first_debt: int) -> None:
    """Takes everything a group has found back, so that it can be played as if for the first time."""
    entries, counts = state.entries, state.counts
    nothing = np.zeros(COMPONENTS, np.int64)
    for entry in range(first, last):
        source = entries.source[entry]
        entries.debt[entry] = -1
        if source == TAKEN:
            revalued(state, entry, nothing, 1)
        elif source == RETURNED or source == TRANSFERRED or (source == UNPRICED and entries.given[entry] == NO_AMOUNTS):
            revalued(state, entry, nothing, -1)
    counts[DEBT_COUNT] = first_debt


@compiled_step
def played_round(state: State, first: int, last: int) -> None:
    """Plays all entries of a group once, from empty pools."""
    entries, links, counts = state.entries, state.links, state.counts
    counts[STAMP] += 1
    counts[CHANGE] = 0
    for entry in range(first, last):
        state.entries.first_layer[entry] = -1
        state.entries.is_unpriced[entry] = 0
        if entries.link[entry] >= 0:
            links.returned_quantity[entries.link[entry]] = 0
            links.returned_value[entries.link[entry], :] = 0
    for entry in range(first, last):
        prepared(state, entries.pool[entry], entries.node[entry], entries.method[entry])
        if entries.source[entry] == TAKEN:
            went_out(state, entry)
        else:
            came_in(state, entry)
        if counts[OVERFLOW] == 1 or counts[DIVERGED] == 1:
            return


@compiled_step
def played_group(state: State, first: int, last: int) -> int:
    """Plays a group until nothing that was counted on changes; returns the rounds it took, negative when it did not settle.

    A group that has not come to rest after MAXIMUM_ROUNDS keeps the last round when the changes have at least halved since the
    first; otherwise (more cost comes out of a loop than went in, round after round) it is played once only. What does not
    tie then is the residual.
    """
    counts = state.counts
    first_layer, first_slice, first_debt = counts[LAYER_COUNT], counts[SLICE_COUNT], counts[DEBT_COUNT]
    change = np.int64(0)
    for round_number in range(1, MAXIMUM_ROUNDS + 1):
        counts[LAYER_COUNT], counts[SLICE_COUNT] = first_layer, first_slice
        played_round(state, first, last)
        if counts[OVERFLOW] == 1:
            return round_number
        if counts[DIVERGED] == 1:
            break
        valued_at_last_known(state, first_debt)
        if counts[CHANGE] == 0:
            return round_number
        if round_number == 1:
            change = counts[CHANGE]
    if counts[DIVERGED] == 0 and 2 * counts[CHANGE] <= change:
        return -MAXIMUM_ROUNDS
    forgotten(state, first, last, first_debt)
    counts[DIVERGED] = 0
    counts[LAYER_COUNT], counts[SLICE_COUNT] = first_layer, first_slice
    played_round(state, first, last)
    if counts[OVERFLOW] == 0:
        valued_at_last_known(state, first_debt)
    return -1


@compiled
def played(state: State, group_start: Ints, rounds: Ints, first_group: int) -> int:
    """Plays the groups from `first_group` on, and leaves every remaining layer with its value.

    Returns the group that found too little room for its layers, slices or debts (it is as if it had not been played; more room
    and it can be played on from there), or the number of groups when all are done.
    """
    entries, pools, counts = state.entries, state.pools, state.counts
    groups = group_start.shape[0] - 1
    for group in range(first_group, groups):
        first, last = group_start[group], group_start[group + 1]
        if first == last:
            continue
        first_layer, first_slice, first_debt = counts[LAYER_COUNT], counts[SLICE_COUNT], counts[DEBT_COUNT]
        rounds[group] = played_group(state, first, last)
        if counts[OVERFLOW] == 1:
            forgotten(state, first, last, first_debt)
            counts[LAYER_COUNT], counts[SLICE_COUNT] = first_layer, first_slice
            counts[OVERFLOW] = counts[DIVERGED] = 0
            return group
        if counts[DIVERGED] == 1:
            raise OverflowError("the cost of a work order is out of range")
        for entry in range(first, last):
            pool = entries.pool[entry]
            if pools.method[pool] != FIFO and pools.head[pool] >= 0:
                valued_layers(state, pool)
                pools.method[pool] = FIFO
    return groups


@compiled
def version_in_force(first: Ints, version_day: Ints, version_code: Ints, node: Ints, day: Ints) -> Ints:
    """Per entry the code of its item's latest version at or before its day, before the first the first, 0 without any."""
    found = np.zeros(node.shape[0], np.int64)
    for i in range(node.shape[0]):
        low, high = first[node[i]], first[node[i] + 1]
        if low < high:
            at = high - 1
            while at > low and version_day[at] > day[i]:
                at -= 1
            found[i] = version_code[at]
    return found
