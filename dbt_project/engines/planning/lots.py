"""How much is ordered when something is short: the lot rules of an item."""

from __future__ import annotations

from numba import njit

LOT_FOR_LOT = 0
MINIMUM_MULTIPLE = 1
FIXED = 2
POLICY_CODES = {"lot_for_lot": LOT_FOR_LOT, "minimum_multiple": MINIMUM_MULTIPLE, "fixed": FIXED}


@njit(cache=True)
def lot_quantity(shortage: int, policy: int, minimum: int, multiple: int, supplier_minimum: int) -> int:
    """The quantity to order for a shortage > 0 (micro-quantities; 0 for a rule that is not set).

    Lot for lot orders the shortage; minimum_multiple at least the minimum, rounded up to the multiple; fixed whole
    multiples of the fixed quantity. What the supplier sells at least is a floor for all.
    """
    quantity = max(shortage, supplier_minimum)
    step = 0
    if policy == MINIMUM_MULTIPLE:
        quantity = max(quantity, minimum)
        step = multiple
    elif policy == FIXED:
        step = multiple if multiple > 0 else minimum
    if step > 0:
        quantity = -(-quantity // step) * step
    return quantity
