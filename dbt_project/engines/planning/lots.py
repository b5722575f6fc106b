"""How much is ordered when something is short: the lot rules of an item.

Some rules look ahead and order for several days at once. With h the cost of holding a unit for a day and K the cost of
an order, K ÷ h is the number of unit-days that are worth one order (the economic part-period); all comparisons are made
in whole micro-unit-days.
"""

from __future__ import annotations

from math import isqrt

import numpy as np
from numba import njit

from dbt_project.engines.planning.ratio import divided
from dbt_project.engines.planning.records import Int64s

LOT_FOR_LOT = 0
MINIMUM_MULTIPLE = 1
FIXED = 2
PERIOD = 3
ORDER_UP_TO = 4
LEAST_TOTAL_COST = 5
SILVER_MEAL = 6
WAGNER_WHITIN = 7
ECONOMIC = 8
POLICY_CODES = {
    "lot_for_lot": LOT_FOR_LOT,
    "minimum_multiple": MINIMUM_MULTIPLE,
    "fixed": FIXED,
    "period": PERIOD,
    "order_up_to": ORDER_UP_TO,
    "least_total_cost": LEAST_TOTAL_COST,
    "silver_meal": SILVER_MEAL,
    "wagner_whitin": WAGNER_WHITIN,
    "economic": ECONOMIC,
}


@njit(cache=True)
def lot_quantity(
    need: int, policy: int, minimum: int, multiple: int, supplier_minimum: int, maximum: int, economic: int
) -> int:
    """The quantity to order for a need > 0 (micro-quantities; 0 for a rule that is not set).

    fixed orders whole multiples of the fixed quantity, economic of the economic one; lot_for_lot the need; all others
    at least the minimum, rounded up to the multiple. What the supplier sells at least is a floor for all, the maximum a
    ceiling, as far as a multiple fits below it.
    """
    quantity = max(need, supplier_minimum)
    step = 0
    if policy == ECONOMIC and economic > 0:
        quantity = -(-quantity // economic) * economic
    if policy == FIXED:
        step = multiple if multiple > 0 else minimum
    elif policy != LOT_FOR_LOT:
        quantity = max(quantity, minimum)
        step = multiple
    if step > 0:
        quantity = -(-quantity // step) * step
    if 0 < maximum < quantity:
        quantity = maximum // step * step if 0 < step <= maximum else maximum
    return quantity


@njit(cache=True)
def last_covered(
    policy: int, first: int, end: int, days: Int64s, needed: Int64s, planned: int, period_days: int, part_period: int
) -> int:
    """The last of the days first … end − 1 whose need one order is made for.

    needed: all that has to be planned up to each day, never falling; planned: what is planned before this order. period
    and order_up_to cover period_days from the first day; silver_meal goes on while the cost per day covered falls;
    least_total_cost stops where the unit-days held come nearest to part_period; wagner_whitin makes the total cost of
    all orders least.
    """
    if policy == ECONOMIC:
        return first
    if policy in (PERIOD, ORDER_UP_TO):
        last = first
        while last + 1 < end and days[last + 1] < days[first] + period_days:
            last += 1
        return last
    if policy == WAGNER_WHITIN:
        return _wagner_whitin(first, end, days, needed, planned, part_period)
    last = first
    held = 0
    best = part_period
    best_span = 1
    for k in range(first + 1, end):
        net = needed[k] - max(needed[k - 1], planned)
        if net <= 0:
            continue
        longer = held + net * (days[k] - days[first])
        if policy == SILVER_MEAL:
            span = days[k] - days[first] + 1
            if (part_period + longer) * best_span > best * span:
                break
            best = part_period + longer
            best_span = span
        elif longer > part_period:
            if longer - part_period < part_period - held:
                last = k
            break
        held = longer
        last = k
    return last


@njit(cache=True)
def _wagner_whitin(first: int, end: int, days: Int64s, needed: Int64s, planned: int, part_period: int) -> int:
    """Where the first order of the cheapest sequence ends; of equal ones the longest."""
    count = end - first
    cost = np.zeros(count + 1, dtype=np.int64)
    stop = np.zeros(count, dtype=np.int64)
    for start in range(count - 1, -1, -1):
        held = 0
        cost[start] = -1
        for k in range(start, count):
            before = planned if k == 0 else max(needed[first + k - 1], planned)
            net = needed[first + k] - before
            if k == start and net <= 0:
                # Nothing is needed on this day: the next order starts later.
                cost[start] = cost[start + 1]
                stop[start] = start
                break
            held += net * (days[first + k] - days[first + start])
            total = part_period + held + cost[k + 1]
            if cost[start] < 0 or total <= cost[start]:
                cost[start] = total
                stop[start] = k
            if part_period + held > cost[start]:
                break
    return first + int(stop[0])


@njit(cache=True)
def economic_lot(required: int, days: int, part_period: int) -> int:
    """The economic order quantity for micro-units required within so many days, by the unit-days worth an order:
    √(2 · required ÷ days · part_period), rounded to the nearest; 0 where nothing is required."""
    if required <= 0 or days <= 0 or part_period <= 0:
        return 0
    # A first guess, then exactly: the largest half unit h with h² · days ≤ 8 · required · part_period.
    half = max(int(np.sqrt(8.0 * required / days * part_period)), 1)
    while divided(8 * required, part_period, days * half)[0] < half:
        half -= 1
    while divided(8 * required, part_period, days * (half + 1))[0] >= half + 1:
        half += 1
    return max((half + 1) // 2, 1)


def economic_order_quantity(use: int, order_cost: int, holding_cost: int) -> int:
    """The lot whose order and holding costs are equal (Wilson): √(2 · use · order_cost ÷ holding_cost), in micro-units,
    rounded to the nearest.

    use in micro-units per period, order_cost per order and holding_cost per unit and period in one currency unit.
    Raises ZeroDivisionError when holding costs nothing.
    """
    return (isqrt(8 * use * 1_000_000 * order_cost // holding_cost) + 1) // 2
