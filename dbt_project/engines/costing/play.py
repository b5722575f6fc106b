"""Playing the moves: which value goes with every move, decided one entry after the other in compiled code.

A pool (company × item × warehouse) keeps its goods in layers, oldest arrival first. On fifo a layer holds its own
value; on moving average the pool holds one value and the layers only quantities, so that age and origin stay known.
What leaves is cut from layers as slices. Uncovered quantities wait as debts and are paid by the next layers.

Items are played group by group, lowest consumed first. Where a value was needed before it was known (a late receipt
covers what has been transferred or returned meanwhile, an item is consumed to make itself) the group is played again
with what the last round found, until nothing needed changes.
"""

import numpy as np

from .compilation import compiled, compiled_step
from .outputs import spread_cost
from .pools import (
    ITS_COST,
    NOT_ITS_COST,
    SPARED_COST,
    at_standard,
    cost_of_the_day,
    cost_of_the_day_is_estimated,
    cut_from,
    layered,
    marked,
    methods_changed,
    owed,
    prepared,
    remembered,
    revalued,
    sliced,
    standardised,
    valued_at_last_known,
    valued_layers,
    varied,
)
from .proportion import COMPONENTS, copied, no_amounts, total
from .tables import (
    CHANGE,
    DEBT_COUNT,
    DIVERGED,
    FIFO,
    LAYER_COUNT,
    MADE,
    MADE_BESIDE,
    NO_AMOUNTS,
    OVERFLOW,
    PRICE,
    PRICED,
    RETURNED,
    SLICE_COUNT,
    STAMP,
    STANDARD,
    TAKEN,
    TRANSFERRED,
    UNPRICED,
    VARIANCE,
    VARIANCE_COUNT,
    Ints,
    State,
)

MAXIMUM_ROUNDS = 100
LAST_DAY = np.int64(1 << 40)


@compiled_step
def brought_back(state: State, entry: int, values: Ints) -> bool:
    """Value of a return: its part of what the origin left at; False when more comes back than left and that has no
    cost."""
    entries, links, debts, counts = state.entries, state.links, state.debts, state.counts
    origin = entries.origin[entry]
    link = entries.link[origin]
    debt = entries.debt[origin]
    if debt >= 0 and debts.left[debt] > 0:
        debts.read_stamp[debt] = counts[STAMP]
    quantity = entries.quantity[entry]
    quantity_left = entries.quantity[origin] - links.returned_quantity[link]
    part = min(quantity, quantity_left)
    left = no_amounts()
    for k in range(COMPONENTS):
        left[k] = entries.value[origin, k] - links.returned_value[link, k]
    values[:] = 0
    if part > 0:
        cut_from(total(entries.value[origin]), entries.quantity[origin], left, quantity_left, part, values)
        links.returned_quantity[link] += part
        for k in range(COMPONENTS):
            links.returned_value[link, k] += values[k]
    if part < quantity:
        shares = no_amounts()
        if not cost_of_the_day(state, entry, quantity - part, shares):
            return False
        for k in range(COMPONENTS):
            values[k] += shares[k]
    return True


@compiled_step
def comes_back_estimated(state: State, entry: int) -> bool:
    """Whether a return brings back what left at an estimate, or what comes back beyond that enters at one."""
    entries = state.entries
    origin = entries.origin[entry]
    quantity_left = entries.quantity[origin] - state.links.returned_quantity[entries.link[origin]]
    if entries.is_estimated[origin] == 1 and quantity_left > 0:
        return True
    return bool(quantity_left < entries.quantity[entry] and cost_of_the_day_is_estimated(state, entry))


@compiled_step
def comes_out_estimated(state: State, entry: int) -> bool:
    """Whether what an output took of its order's cost is not final: the order is open or was issued something
    estimated. The stated value of a by-product is final."""
    entries, orders = state.entries, state.orders
    order = entries.order[entry]
    is_beside = entries.source[entry] == MADE_BESIDE
    if orders.is_closed[order] == 0:
        return not (is_beside and entries.given[entry] == PRICE)
    takes_share = not is_beside or state.outputs.share[entries.place[entry]] > 0
    return bool(orders.is_estimated[order] == 1 and takes_share)


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
    values = no_amounts()
    copied(entries.value[origin], values)
    links.returned_quantity[link] = entries.quantity[origin]
    for k in range(COMPONENTS):
        links.returned_value[link, k] = values[k]
    revalued(state, entry, values, NOT_ITS_COST)
    is_estimated = entries.is_estimated[origin] == 1
    if is_estimated:
        marked(state, entry)
    remembered(state, entry, entries.quantity[entry], values)
    covered = 0
    for at in range(links.first_slice[link], links.last_slice[link]):
        layer = slices.layer[at]
        covered += slices.quantity[at]
        for k in range(COMPONENTS):
            values[k] -= slices.value[at, k]
        layered(
            state,
            pool,
            layers.entry[layer],
            entry,
            layers.date[layer],
            slices.quantity[at],
            slices.value[at],
            slices.is_estimated[at] == 1,
        )
        if counts[OVERFLOW] > 0:
            return
    if covered < entries.quantity[origin]:
        layered(
            state, pool, entry, entry, entries.date[entry], entries.quantity[origin] - covered, values, is_estimated
        )


@compiled_step
def came_in(state: State, entry: int) -> None:
    """Plays an inflow: finds its value and lays it into its pool."""
    entries, links, orders, counts = state.entries, state.links, state.orders, state.counts
    source = entries.source[entry]
    quantity = entries.quantity[entry]
    values = no_amounts()
    known = True
    is_estimated = False
    if source == PRICED:
        copied(entries.value[entry], values)
    elif source in (MADE, MADE_BESIDE):
        order = entries.order[entry]
        if orders.is_closed[order] == 0 and entries.given[entry] != NO_AMOUNTS:
            copied(entries.value[entry], values)
        else:
            if orders.is_stale[order] == 1:
                spread_cost(state, order)
                orders.is_stale[order] = 0
            orders.read_stamp[order] = counts[STAMP]
            copied(state.outputs.value[entries.place[entry]], values)
        is_estimated = comes_out_estimated(state, entry)
    elif source == UNPRICED:
        is_estimated = cost_of_the_day_is_estimated(state, entry)
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
        is_estimated = comes_back_estimated(state, entry)
        known = brought_back(state, entry, values)
    if not known:
        state.entries.is_unpriced[entry] = 1
    revalued(state, entry, values, SPARED_COST if source in (RETURNED, TRANSFERRED, UNPRICED) else NOT_ITS_COST)
    if state.nodes.method[entries.node[entry]] == STANDARD:
        brought_to_standard(state, entry, values)
        is_estimated = False
    if is_estimated:
        marked(state, entry)
    if quantity > 0:
        if known:
            remembered(state, entry, quantity, values)
        is_estimated = entries.is_estimated[entry] == 1
        layered(state, entries.pool[entry], entry, entry, entries.date[entry], quantity, values, is_estimated)


@compiled_step
def brought_to_standard(state: State, entry: int, values: Ints) -> None:
    """Puts the standard value of an inflow in place of what it cost, and notes the difference as its variance.

    An output of an open work order has none: the standard is its estimate, and the rest stays in work in progress.
    """
    entries = state.entries
    variance = no_amounts()
    copied(values, variance)
    at_standard(state, entries.node[entry], entries.quantity[entry], values)
    for k in range(COMPONENTS):
        variance[k] -= values[k]
    varied(state, VARIANCE, entry, entries.pool[entry], entries.day[entry], variance)


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
    values = no_amounts()
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
        if counts[OVERFLOW] > 0:
            return
        for k in range(COMPONENTS):
            values[k] += debts.best[entries.debt[entry], k]
    revalued(state, entry, values, ITS_COST)


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
        prepared(state, entry)
        if entries.source[entry] == TAKEN:
            went_out(state, entry)
        else:
            came_in(state, entry)
        if counts[OVERFLOW] > 0 or counts[DIVERGED] == 1:
            return


@compiled_step
def played_group(state: State, first: int, last: int) -> int:
    """Plays a group until nothing that was counted on changes; returns the rounds it took, negative when it did not
    settle.

    A group that has not come to rest after MAXIMUM_ROUNDS keeps the last round when the changes have at least halved
    since the first; otherwise (more cost comes out of a loop than went in, round after round) it is played once only.
    What does not tie then is the residual.
    """
    counts = state.counts
    mark = counts.copy()
    change = 0
    for round_number in range(1, MAXIMUM_ROUNDS + 1):
        reset(state, mark)
        played_round(state, first, last)
        if counts[OVERFLOW] > 0:
            return round_number
        if counts[DIVERGED] == 1:
            break
        valued_at_last_known(state, mark[DEBT_COUNT])
        if counts[CHANGE] == 0:
            return round_number
        if round_number == 1:
            change = counts[CHANGE]
    if counts[DIVERGED] == 0 and 2 * counts[CHANGE] <= change:
        return -MAXIMUM_ROUNDS
    forgotten(state, first, last, mark)
    played_round(state, first, last)
    if counts[OVERFLOW] == 0:
        valued_at_last_known(state, mark[DEBT_COUNT])
    return -1


@compiled_step
def reset(state: State, mark: Ints) -> None:
    """Takes back the layers, slices and variances of a round."""
    counts = state.counts
    counts[LAYER_COUNT], counts[SLICE_COUNT] = mark[LAYER_COUNT], mark[SLICE_COUNT]
    counts[VARIANCE_COUNT] = mark[VARIANCE_COUNT]


@compiled_step
def forgotten(state: State, first: int, last: int, mark: Ints) -> None:
    """Takes everything a group has found back, so that it can be played as if for the first time."""
    entries, counts = state.entries, state.counts
    nothing = no_amounts()
    for entry in range(first, last):
        source = entries.source[entry]
        entries.debt[entry] = -1
        if source == TAKEN:
            revalued(state, entry, nothing, ITS_COST)
        elif source in (RETURNED, TRANSFERRED) or (source == UNPRICED and entries.given[entry] == NO_AMOUNTS):
            revalued(state, entry, nothing, SPARED_COST)
    reset(state, mark)
    counts[DEBT_COUNT] = mark[DEBT_COUNT]
    counts[OVERFLOW] = counts[DIVERGED] = 0


@compiled_step
def finished(state: State, first: int, last: int) -> None:
    """Brings items to their last method and standard and gives every remaining layer its value."""
    entries, nodes = state.entries, state.nodes
    for entry in range(first, last):
        node = entries.node[entry]
        if nodes.change[node] + 1 < nodes.last_change[node]:
            methods_changed(state, node, LAST_DAY)
        if nodes.method[node] != FIFO:
            if nodes.method[node] == STANDARD:
                standardised(state, node, LAST_DAY)
            valued_layers(state, node)
            nodes.method[node] = FIFO


@compiled
def played(state: State, group_start: Ints, rounds: Ints, first_group: int, last_group: int) -> int:
    """Plays the groups from `first_group` to before `last_group`, and leaves every remaining layer with its value.

    Returns the group at which it stopped. It stops before a group that finds too little room (that group is as if it
    had not been played; with more room it can be played on from there), at one whose values are out of range
    (counts[DIVERGED] is 1), or at the end.
    """
    counts = state.counts
    for group in range(first_group, last_group):
        first, last = group_start[group], group_start[group + 1]
        if first == last:
            continue
        mark = counts.copy()
        rounds[group] = played_group(state, first, last)
        if counts[DIVERGED] == 1:
            return group
        if counts[OVERFLOW] == 0:
            finished(state, first, last)
        if counts[OVERFLOW] > 0:
            full = counts[OVERFLOW]
            forgotten(state, first, last, mark)
            counts[OVERFLOW] = full
            return group
    return last_group
