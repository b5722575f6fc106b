"""Exact numbers against fractions: nothing is lost, rounding is half-even and happens once."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from transactions.kernel.exact import (
    LARGEST,
    MICRO,
    NANO,
    Amount,
    Exact,
    ExchangeRate,
    Quantity,
    Rate,
    SignedQuantity,
    UnitPrice,
    converted,
    from_micro,
    micro,
    micro_or_none,
    nano,
    plain_decimal,
    priced,
    rounded_ratio,
    split,
)

whole = st.integers(-(10**24), 10**24)


@given(whole, st.integers(1, 10**18))
def test_a_ratio_is_rounded_half_even(numerator: int, denominator: int) -> None:
    assert rounded_ratio(numerator, denominator) == round(Fraction(numerator, denominator))


@given(st.integers(0, 10**18), st.integers(0, 10**12), st.integers(0, 4), st.integers(0, MICRO))
def test_a_price_times_a_quantity_is_rounded_once(quantity: int, price: int, exponent: int, discount: int) -> None:
    exact = Fraction(quantity, MICRO) * Fraction(price, MICRO) * (1 - Fraction(discount, MICRO)) * 10**exponent
    assert priced(quantity, price, exponent, discount) == round(exact)


@given(whole, st.integers(1, 10**15))
def test_a_conversion_is_rounded_once(amount: int, rate: int) -> None:
    assert converted(amount, rate) == round(amount * Fraction(rate, NANO))


@given(whole, st.lists(st.integers(0, 10**12), min_size=1, max_size=20))
def test_the_parts_of_a_split_add_up_and_are_next_to_their_exact_shares(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    weight = sum(weights)
    for part, own in zip(parts, weights, strict=True):
        exact = Fraction(total * own, weight) if weight else Fraction(total, len(weights))
        assert abs(part - exact) < 1


@given(st.integers(0, 10**9), st.lists(st.integers(0, 1000), min_size=1, max_size=10))
def test_a_split_of_less_than_nothing_mirrors_that_of_more(total: int, weights: list[int]) -> None:
    assert split(-total, weights) == [-part for part in split(total, weights)]


def test_a_split_favours_the_largest_remainder_then_the_earliest() -> None:
    assert split(10, [1, 1, 1]) == [4, 3, 3]
    assert split(2, [0, 0, 0]) == [1, 1, 0]
    assert split(5, [3, 0, 4]) == [2, 0, 3]
    assert split(7, []) == []


@given(st.integers(-(10**18), 10**18))
def test_micros_survive_the_way_to_decimals_and_back(value: int) -> None:
    assert micro(from_micro(value)) == value
    assert "E" not in str(from_micro(value))
    assert nano(plain_decimal(value, 9)) == value


def test_absent_numbers() -> None:
    assert micro(None) == 0
    assert micro_or_none(None) is None
    assert micro_or_none(Decimal("0.5")) == 500_000


@given(st.integers(-999_999, 999_999), st.integers(0, 6))
def test_a_json_number_means_its_shortest_text(digits: int, exponent: int) -> None:
    text = str(Decimal(digits).scaleb(-exponent))
    assert TypeAdapter(Exact).validate_json(text) == Decimal(text)
    assert TypeAdapter(Exact).validate_python(float(text)) == Decimal(repr(float(text)))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Quantity, 0),
        (Quantity, -1),
        (Quantity, "0.0000001"),
        (Quantity, "NaN"),
        (Quantity, float("inf")),
        (SignedQuantity, "1.2345678"),
        (UnitPrice, "-0.01"),
        (Rate, "1.000001"),
        (ExchangeRate, 0),
        (Amount, "0.00001"),
        (Amount, "a lot"),
        (Exact, LARGEST + 1),
    ],
)
def test_numbers_that_are_none(kind: Any, value: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)
