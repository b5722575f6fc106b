"""Exact shares of whole numbers: what part of a value belongs to a part of a quantity.

Values reach 10^13 minor units and quantities 10^13 micro-units, so their product needs 128 bits; it is formed and
divided here in halves of 64 bits. Nothing passes through floating point. Signs: values may be negative, quantities
are not.
"""

import numpy as np
import numpy.typing as npt

from .compilation import compiled, compiled_step

Ints = npt.NDArray[np.int64]
Whole = int | np.int64

_ZERO = np.uint64(0)
_ONE = np.uint64(1)
_HALF_BITS = np.uint64(32)
_ALL_BITS = np.uint64(64)
_LOW = np.uint64(0xFFFFFFFF)
_BASE = np.uint64(1 << 32)
_TOP = np.uint64(1 << 63)
_TOO_LARGE = np.uint64(1 << 58)

COMPONENTS = 5


@compiled_step
def product_halves(a: np.uint64, b: np.uint64) -> tuple[np.uint64, np.uint64]:
    """The 128-bit product of two unsigned numbers as (high, low)."""
    a_low, a_high = a & _LOW, a >> _HALF_BITS
    b_low, b_high = b & _LOW, b >> _HALF_BITS
    low = a_low * b_low
    cross = a_low * b_high
    other = a_high * b_low
    middle = (low >> _HALF_BITS) + (cross & _LOW) + (other & _LOW)
    high = a_high * b_high + (cross >> _HALF_BITS) + (other >> _HALF_BITS) + (middle >> _HALF_BITS)
    return high, (low & _LOW) | (middle << _HALF_BITS)


@compiled_step
def quotient_of_halves(high: np.uint64, low: np.uint64, divisor: np.uint64) -> tuple[np.uint64, np.uint64]:
    """(quotient, remainder) of a 128-bit number by a 64-bit one; high < divisor. Knuth's algorithm D with two digits
    of 32 bits."""
    shift = _ZERO
    d = divisor
    while d < _TOP:
        d = d << _ONE
        shift = shift + _ONE
    d_high, d_low = d >> _HALF_BITS, d & _LOW
    if shift > _ZERO:
        top = (high << shift) | (low >> (_ALL_BITS - shift))
    else:
        top = high
    rest = low << shift
    rest_high, rest_low = rest >> _HALF_BITS, rest & _LOW

    first = top // d_high
    over = top - first * d_high
    while first >= _BASE or first * d_low > ((over << _HALF_BITS) | rest_high):
        first = first - _ONE
        over = over + d_high
        if over >= _BASE:
            break
    middle = (top << _HALF_BITS) + rest_high - first * d

    second = middle // d_high
    over = middle - second * d_high
    while second >= _BASE or second * d_low > ((over << _HALF_BITS) | rest_low):
        second = second - _ONE
        over = over + d_high
        if over >= _BASE:
            break
    remainder = ((middle << _HALF_BITS) + rest_low - second * d) >> shift
    return (first << _HALF_BITS) + second, remainder


@compiled
def floor_share(value: Whole, part: Whole, whole: Whole) -> tuple[Whole, Whole]:
    """(floor(value × part ÷ whole), remainder over |whole|), exact, all three signed; whole is not 0.

    A quotient beyond 2^58, far outside any money, is given as ±2^58 with remainder 0; whoever plays must refuse it.
    """
    negative = (value < 0) != (part < 0)
    if whole < 0:
        negative = not negative
    a, b, d = np.uint64(abs(int(value))), np.uint64(abs(int(part))), np.uint64(abs(int(whole)))
    high, low = product_halves(a, b)
    quotient, remainder = _TOO_LARGE, _ZERO
    if high == _ZERO:
        quotient = low // d
        remainder = low - quotient * d
    elif high < d:
        quotient, remainder = quotient_of_halves(high, low, d)
    if quotient >= _TOO_LARGE:
        quotient, remainder = _TOO_LARGE, _ZERO
    q, r = np.int64(quotient), np.int64(remainder)
    if negative and r > 0:
        return -q - 1, np.int64(d) - r
    if negative:
        return -q, r
    return q, r


@compiled
def half_even_share(value: Whole, part: Whole, whole: Whole) -> Whole:
    """value × part ÷ whole rounded half to even; whole > 0."""
    q, r = floor_share(value, part, whole)
    rest = whole - r
    if r > rest or (r == rest and (q & 1) == 1):
        return q + 1
    return q


@compiled_step
def total(values: Ints) -> int:
    """Sum of five amounts."""
    return int(values[0] + values[1] + values[2] + values[3] + values[4])


@compiled_step
def no_amounts() -> Ints:
    """Five amounts of 0, laid out like a row of a table, so that functions are compiled for one layout only."""
    return np.zeros((COMPONENTS, 1), np.int64)[:, 0]


@compiled_step
def copied(values: Ints, target: Ints) -> None:
    """Writes five amounts over five others."""
    for k in range(COMPONENTS):
        target[k] = values[k]


@compiled
def component_shares(amount: Whole, weights: Ints, part: Whole, whole: Whole, shares: Ints) -> None:
    """Splits `amount` over the five cost components in proportion to `weights`, by largest remainder, into `shares`.

    Equal remainders favour the earlier component. Where the weights cancel to 0 (a credit as large as the price)
    labour, overhead, subcontract and landed give floor(part ÷ whole) of themselves and material takes the rest.
    Where they nearly cancel a share may be beyond 2^58; then it is cut off there, and whoever plays must refuse it.
    """
    total = weights[0] + weights[1] + weights[2] + weights[3] + weights[4]
    if weights[1] == 0 and weights[2] == 0 and weights[3] == 0 and weights[4] == 0:
        shares[0] = amount
        shares[1] = shares[2] = shares[3] = shares[4] = 0
        return
    left = amount
    if total == 0:
        for k in range(1, COMPONENTS):
            shares[k] = floor_share(weights[k], part, whole)[0]
            left -= shares[k]
        shares[0] = left
        return
    remainders = np.zeros(COMPONENTS, np.int64)
    for k in range(COMPONENTS):
        shares[k] = 0
        if weights[k] != 0:
            shares[k], remainders[k] = floor_share(amount, weights[k], total)
            left -= shares[k]
    if left < 0 or left > COMPONENTS:  # a share beyond 2^58 was cut off
        shares[0] += left
        return
    while left > 0:
        best = 0
        for k in range(1, COMPONENTS):
            if remainders[k] > remainders[best]:
                best = k
        remainders[best] = 0
        shares[best] += 1
        left -= 1


@compiled
def largest_remainder_shares(amount: Whole, weights: Ints, shares: Ints) -> None:
    """Splits `amount` over `weights` (≥ 0, sum > 0) exactly, by largest remainder; equal remainders favour the
    earlier one."""
    count = weights.shape[0]
    whole = np.int64(0)
    for k in range(count):
        whole += weights[k]
    remainders = np.empty(count, np.int64)
    left = amount
    for k in range(count):
        shares[k], remainders[k] = floor_share(amount, weights[k], whole)
        left -= shares[k]
    while left > 0:
        best = 0
        for k in range(1, count):
            if remainders[k] > remainders[best]:
                best = k
        remainders[best] = 0
        shares[best] += 1
        left -= 1
