"""The check of later days against a plain reference: every balance of every day, summed from the moves."""

from datetime import date, timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transactions.acting import Acting
from transactions import Door
from transactions.inventory.stock import StockWouldGoNegative
from transactions.kernel.clock import SetClock

FIRST = date(2026, 1, 1)
_item_codes = (f"ITEM{number}" for number in count())


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(-5, 5).filter(bool)), min_size=1, max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_a_move_is_refused_exactly_when_some_day_would_end_below_zero(
    sqlite_door: Door, clock: SetClock, asked: list[tuple[int, int]]
) -> None:
    acting = Acting(sqlite_door, clock)
    code = next(_item_codes)
    acting("create_item", code=code, name=code, unit="pcs", kind="bought")
    change = [0] * 7
    for day, quantity in asked:
        after = change.copy()
        after[day] += quantity
        allowed = all(sum(after[: end + 1]) >= 0 for end in range(7))
        line = {"item": code, "quantity": quantity, "reason": "random"} | ({"unit_cost": 1} if quantity > 0 else {})
        data = {"effective_date": str(FIRST + timedelta(days=day)), "lines": [line]}
        try:
            acting("adjust_stock", **data)
        except StockWouldGoNegative:
            assert not allowed
        else:
            assert allowed
            change = after
    assert acting.stock(code, "MAIN/stock") == sum(change)
