"""Exact shares agree with Python's unbounded integers, up to values and quantities of 10^13."""

from fractions import Fraction

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from dbt_project.engines.costing.proportion import (
    component_shares,
    floor_share,
    half_even_share,
    largest_remainder_shares,
)

from .costing_reference import by_component, by_largest_remainder

LARGEST = 10**13

values = st.one_of(st.integers(-LARGEST, LARGEST), st.integers(-1000, 1000))
wholes = st.one_of(st.integers(1, LARGEST), st.integers(1, 1000))


@given(values, st.data(), wholes)
@example(LARGEST, None, LARGEST)
@example(-LARGEST, None, LARGEST)
def test_shares_are_exact(value: int, data: st.DataObject | None, whole: int) -> None:
    part = data.draw(st.integers(0, whole)) if data is not None else whole - 1
    assert floor_share(value, part, whole) == divmod(value * part, whole)
    assert half_even_share(value, part, whole) == round(Fraction(value * part, whole))


@given(values, values, st.one_of(st.integers(1, LARGEST), st.integers(-LARGEST, -1)))
def test_signs_follow_the_floor(value: int, part: int, whole: int) -> None:
    exact = value * part // whole
    if abs(exact) < 1 << 58:
        expected = (exact, value * part % whole * (1 if whole > 0 else -1))
        assert floor_share(value, part, whole) == expected


def test_what_is_far_outside_any_money_is_marked() -> None:
    assert floor_share(10**13, 10**13, 1) == (1 << 58, 0)
    assert floor_share(-(10**13), 10**13, 1) == (-(1 << 58), 0)


@given(st.integers(0, LARGEST), st.lists(st.integers(0, LARGEST), min_size=1, max_size=9).filter(any))
def test_largest_remainder(amount: int, weights: list[int]) -> None:
    shares = np.zeros(len(weights), np.int64)
    largest_remainder_shares(amount, np.array(weights), shares)
    assert shares.tolist() == by_largest_remainder(amount, weights)
    assert shares.sum() == amount


@given(st.data(), st.lists(st.one_of(st.just(0), st.integers(-500, LARGEST)), min_size=5, max_size=5), wholes)
def test_components_add_up(data: st.DataObject, weights: list[int], whole: int) -> None:
    part = data.draw(st.integers(0, whole))
    amount = round(Fraction(sum(weights) * part, whole))
    shares = np.zeros(5, np.int64)
    component_shares(amount, np.array(weights), part, whole, shares)
    assert shares.tolist() == by_component(amount, weights, part, whole)
    assert shares.sum() == amount


def test_components_that_nearly_cancel_are_cut_off_at_once() -> None:
    shares = np.zeros(5, np.int64)
    for sign in (1, -1):
        weights = np.array([sign * 10**13, 1 - sign * 10**13, 0, 0, 0])
        component_shares(10**12, weights, 1, 2, shares)
        assert shares.sum() == 10**12
        assert np.abs(shares).max() >= 1 << 57
