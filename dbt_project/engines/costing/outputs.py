"""What the outputs of a work order take of its cost.

Closed: by-products first, by their share, then good outputs by quantity, to the last minor unit. Open: the estimate of
each output; one without takes cost to date × quantity ÷ planned quantity, and the rest stays in work in progress.
"""

import numpy as np

from .compilation import compiled_step
from .proportion import (
    COMPONENTS,
    Whole,
    component_shares,
    copied,
    half_even_share,
    largest_remainder_shares,
    no_amounts,
    total,
)
from .tables import DIVERGED, ESTIMATE, LARGEST_VALUE, MADE, NO_AMOUNTS, Ints, State

WHOLE_SHARE = np.int64(1_000_000)


@compiled_step
def spread_cost(state: State, order: int) -> None:
    """Spreads a work order's cost over its outputs: by-products by their share, then good outputs by quantity, exactly.

    While the order is open, outputs without an estimate take cost to date × quantity ÷ planned quantity (or ÷ what is
    already made, when that is more).
    """
    orders, entries, counts = state.orders, state.entries, state.counts
    first, last = orders.first_place[order], orders.last_place[order]
    left = no_amounts()
    copied(orders.cost[order], left)
    shares = no_amounts()
    cost = total(left)
    if abs(cost) > LARGEST_VALUE:
        counts[DIVERGED] = 1
    good = 0
    made = 0
    for place in range(first, last):
        entry = state.outputs.entry[place]
        quantity = entries.quantity[entry]
        if entries.source[entry] == MADE:
            if orders.is_closed[order] == 1 or entries.given[entry] != ESTIMATE:
                good += 1
                made += quantity
            continue
        if state.outputs.share[place] >= 0 and (orders.is_closed[order] == 1 or entries.given[entry] == NO_AMOUNTS):
            amount = half_even_share(cost, state.outputs.share[place], WHOLE_SHARE)
            component_shares(amount, left, state.outputs.share[place], WHOLE_SHARE, shares)
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
def spread_cost_to_date(state: State, order: int, left: Ints, made: Whole) -> None:
    """The outputs without estimate of an open work order: cost to date ÷ planned quantity, cumulatively rounded."""
    orders, entries = state.orders, state.entries
    shares = no_amounts()
    cost = total(left)
    whole = max(orders.planned_quantity[order], made)
    so_far = 0
    given: Whole = 0
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
