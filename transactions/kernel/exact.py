"""Exact numbers: quantities and prices in millionths, amounts in whole minor units, all as integers.

Nothing here or behind it is a float. A *micro* is 10⁻⁶ of a unit (quantity, unit price, rate of discount or tax,
minutes, hourly rate); a *nano* is 10⁻⁹ (exchange rates); a *minor* is the smallest unit of a currency's amounts
(10⁻ᵉ, e = the company's amount exponent, 0 to 4). Rounding is half-even, once, where a name says so.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer

MICRO = 1_000_000
NANO = 1_000_000_000
LARGEST = Decimal(10) ** 12  # quantities, prices and amounts beyond this are mistakes, and 64 bits end soon after


def _exact(value: object) -> object:
    """A JSON number arrives as a float: its shortest decimal text is what its writer meant."""
    return repr(value) if isinstance(value, float) else value


def _plain(value: Decimal) -> str:
    return format(value, "f")


Exact = Annotated[
    Decimal,
    BeforeValidator(_exact),
    Field(allow_inf_nan=False, ge=-LARGEST, le=LARGEST),
    PlainSerializer(_plain, return_type=str, when_used="json"),
]
Quantity = Annotated[Exact, Field(decimal_places=6, gt=0)]
SignedQuantity = Annotated[Exact, Field(decimal_places=6)]
ZeroOrQuantity = Annotated[Exact, Field(decimal_places=6, ge=0)]
UnitPrice = Annotated[Exact, Field(decimal_places=6, ge=0)]
Rate = Annotated[Exact, Field(decimal_places=6, ge=0, le=1)]
ExchangeRate = Annotated[Exact, Field(decimal_places=9, gt=0)]
Amount = Annotated[Exact, Field(decimal_places=4, ge=0)]
PositiveAmount = Annotated[Exact, Field(decimal_places=4, gt=0)]


def micro(value: Decimal | None) -> int:
    """The number in millionths; it has at most six decimals, so nothing is rounded. None is 0."""
    return 0 if value is None else int(value.scaleb(6))


def micro_or_none(value: Decimal | None) -> int | None:
    """Like `micro`, but an absent number stays absent."""
    return None if value is None else int(value.scaleb(6))


def nano(value: Decimal) -> int:
    """The number in billionths (exchange rates); it has at most nine decimals."""
    return int(value.scaleb(9))


def from_micro(value: int) -> Decimal:
    """The decimal number of so many millionths, without trailing zeros."""
    return plain_decimal(value, 6)


def plain_decimal(value: int, exponent: int) -> Decimal:
    """value × 10⁻ᵉˣᵖᵒⁿᵉⁿᵗ, without trailing zeros and never in scientific notation."""
    number = Decimal(value).scaleb(-exponent).normalize()
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number


def rounded_ratio(numerator: int, denominator: int) -> int:
    """numerator ÷ denominator as an integer, half-even; the denominator is positive."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


def priced(quantity: int, unit_price: int, exponent: int, discount_rate: int = 0) -> int:
    """Amount in minor units of quantity (micro) × unit price (micro) less discount (micro share), rounded once."""
    return rounded_ratio(quantity * unit_price * (MICRO - discount_rate) * 10**exponent, MICRO**3)


def converted(amount: int, exchange_rate: int) -> int:
    """Minor units of company currency for minor units of document currency, at a rate in nano, rounded once."""
    return amount if exchange_rate == NANO else rounded_ratio(amount * exchange_rate, NANO)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """The total shared by non-negative weights so that the parts add up to it (largest remainder, earliest first).

    With all weights zero the total is shared evenly.
    """
    if not weights:
        return []
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    sign = -1 if total < 0 else 1
    shares = [divmod(abs(total) * weight, whole) for weight in weights]
    parts = [share for share, _ in shares]
    by_remainder = sorted(range(len(parts)), key=lambda position: -shares[position][1])
    for position in by_remainder[: abs(total) - sum(parts)]:
        parts[position] += 1
    return [sign * part for part in parts]
