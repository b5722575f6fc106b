"""The small exact parts of planning: ratios beyond 64 bits, working days, lots of least cost, identities."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from math import ceil

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_project.engines.planning.calendar import WorkingCalendar, day_number, worked_back, worked_on
from dbt_project.engines.planning.identity import read, text_identities, written
from dbt_project.engines.planning.lots import WAGNER_WHITIN, economic_order_quantity, last_covered
from dbt_project.engines.planning.ratio import divided, divided_half_even, divided_up

BIG = st.integers(0, 2**61)


@given(BIG, BIG, st.integers(1, 2**61))
def test_ratios_are_exact_beyond_64_bits(a: int, n: int, d: int) -> None:
    exact = Fraction(a * n, d)
    if exact < 2**61:
        assert divided(a, n, d) == divmod(a * n, d)
        assert divided_up(a, n, d) == ceil(exact)
        assert divided_half_even(a, n, d) == round(exact)


@given(st.sets(st.integers(0, 60), min_size=1), st.integers(-20, 80), st.integers(0, 15))
def test_lead_times_count_worked_days(given_days: set[int], offset: int, lead: int) -> None:
    start = date(2026, 3, 2)
    worked = sorted(start + timedelta(n) for n in given_days)
    first = day_number(start) - 200
    calendar = WorkingCalendar.of(pl.DataFrame({"date": worked}), first, first + 500)
    table = (calendar.first, calendar.worked, calendar.until)

    def is_worked(number: int) -> bool:
        day = date(1970, 1, 1) + timedelta(number)
        return day in worked if worked[0] <= day <= worked[-1] else day.weekday() < 5

    day = day_number(start) + offset
    release = worked_back(day, lead, *table)
    last = next(n for n in range(day, 0, -1) if is_worked(n))
    assert is_worked(release)
    assert sum(is_worked(n) for n in range(release + 1, last + 1)) == lead
    done = worked_on(day, lead, *table)
    begin = next(n for n in range(day, day + 500) if is_worked(n))
    assert is_worked(done)
    assert sum(is_worked(n) for n in range(begin + 1, done + 1)) == lead
    assert worked_on(release, lead, *table) == last


@settings(max_examples=200)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=7), st.integers(0, 100))
def test_wagner_whitin_finds_the_least_cost(net: list[int], part_period: int) -> None:
    """Against all ways to cut the periods into lots."""
    days = np.arange(len(net), dtype=np.int64)
    needed = np.cumsum(net).astype(np.int64)
    cost, planned, at = 0, 0, 0
    while at < len(net):
        if needed[at] > planned:
            end = last_covered(WAGNER_WHITIN, at, len(net), days, needed, planned, 1, part_period)
            cost += part_period + sum(net[k] * (k - at) for k in range(at, end + 1))
            planned, at = int(needed[end]), end
        at += 1

    def least(start: int) -> int:
        while start < len(net) and net[start] == 0:
            start += 1
        if start >= len(net):
            return 0
        return min(
            part_period + sum(net[k] * (k - start) for k in range(start, end + 1)) + least(end + 1)
            for end in range(start, len(net))
        )

    assert cost == least(0)


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(1, 10**9))
def test_the_economic_quantity_balances_both_costs(use: int, order_cost: int, holding_cost: int) -> None:
    """At the quantity found, one micro-unit more or less is no closer to 2 · use · order cost ÷ holding cost."""
    quantity = economic_order_quantity(use, order_cost, holding_cost)
    square = Fraction(2 * use * 1_000_000 * order_cost, holding_cost)
    assert Fraction(2 * quantity - 1, 2) ** 2 <= square + 1 or quantity == 0
    assert square <= Fraction(2 * quantity + 1, 2) ** 2 + 1


@given(st.lists(st.text(max_size=8), max_size=20, unique=True))
def test_identities_depend_on_the_names_alone(names: list[str]) -> None:
    column = pl.Series("name", names, dtype=pl.String)
    identities = text_identities(column)
    assert len(set(identities.tolist())) == len(names)
    assert text_identities(column.reverse()).tolist() == identities.tolist()[::-1]
    assert read(written(identities, "S")).tolist() == identities.tolist()


def test_identities_stay_what_they_were() -> None:
    """Decisions are remembered by these names: a change here would lose them all."""
    assert written(text_identities(pl.Series(["SO:1", "螺丝"]), 1), "R").to_list() == [
        "Reae18d31df8e8e4a",
        "Rac165f7d362745c4",
    ]
