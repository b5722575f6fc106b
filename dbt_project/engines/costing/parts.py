"""Amounts taken apart in plain whole numbers of any size: what is handed out adds up to what there was."""

from collections.abc import Sequence

Amounts = list[int]
"""One amount for each cost component."""


def half_even(numerator: int, denominator: int) -> int:
    """numerator ÷ denominator rounded half to even; the denominator is not 0."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, remainder = divmod(numerator, denominator)
    if 2 * remainder > denominator or (2 * remainder == denominator and quotient % 2):
        return quotient + 1
    return quotient


def weighted_parts(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount split by weights of either sign whose sum is not 0, by largest remainder, the earlier of equals first.

    Where the weights add up to the amount the parts are the weights.
    """
    whole = sum(weights)
    if whole == amount:
        return list(weights)
    if whole < 0:
        whole, weights = -whole, [-weight for weight in weights]
    quotients = [divmod(amount * weight, whole) for weight in weights]
    parts = [quotient for quotient, _ in quotients]
    missing = amount - sum(parts)
    if missing:
        ranking = sorted(range(len(parts)), key=lambda place: (-quotients[place][1], place))
        for place in ranking[:missing]:
            parts[place] += 1
    return parts


def split_amounts(amounts: Amounts, weights: Sequence[Amounts]) -> tuple[list[Amounts], Amounts]:
    """(parts for each row of weights, what nobody could take): every component split by its own column of weights.

    A component that has no weight of its own is split like all components together, and is left over where those
    cancel out too.
    """
    parts = [[0] * len(amounts) for _ in weights]
    left = [0] * len(amounts)
    totals: list[int] | None = None
    for component, amount in enumerate(amounts):
        if amount == 0:
            continue
        column = [row[component] for row in weights]
        if sum(column) == 0:
            totals = totals or [sum(row) for row in weights]
            column = totals
        if sum(column) == 0:
            left[component] = amount
            continue
        for place, part in enumerate(weighted_parts(amount, column)):
            parts[place][component] = part
    return parts, left
