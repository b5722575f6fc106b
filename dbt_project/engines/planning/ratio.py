"""Exact multiplication and division of micro-quantities: a × n ÷ d without a float and without overflow on the way."""

from __future__ import annotations

from numba import njit

LARGEST = 9_223_372_036_854_775_807


@njit(cache=True)
def divided(a: int, n: int, d: int) -> tuple[int, int]:
    """Quotient and remainder of a × n ÷ d for a ≥ 0, n ≥ 0, d > 0; the product may need 128 bits, the quotient must fit
    into 63."""
    if n == 0 or a == 0:
        return 0, 0
    if a <= LARGEST // n:
        product = a * n
        return product // d, product % d
    whole = n // d
    part = n % d
    quotient = a * whole
    # a × part ÷ d by doubling: the running remainder stays below d.
    q = 0
    r = 0
    bit = 62
    while bit >= 0:
        q = q << 1
        if r >= d - r:
            r = r - (d - r)
            q += 1
        else:
            r = r << 1
        if (a >> bit) & 1:
            if r >= d - part:
                r = r - (d - part)
                q += 1
            else:
                r = r + part
        bit -= 1
    return quotient + q, r


@njit(cache=True)
def divided_up(a: int, n: int, d: int) -> int:
    """a × n ÷ d rounded up."""
    q, r = divided(a, n, d)
    if r > 0:
        return q + 1
    return q


@njit(cache=True)
def divided_half_even(a: int, n: int, d: int) -> int:
    """a × n ÷ d rounded half to even."""
    q, r = divided(a, n, d)
    rest = d - r
    if r > rest or (r == rest and (q & 1) == 1):
        return q + 1
    return q
