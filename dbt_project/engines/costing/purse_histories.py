"""What the value of an average pool is a mixture of, at any moment.

On averages and at standard the goods of a pool have one value. What leaves takes a part of everything that came in so
far: the latest inflow gives the share it had in the value just after it came, the one before it the same of the rest,
and so on back to when the pool was empty.
"""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from .parts import Amounts, half_even


class Slice(NamedTuple):
    """What an outflow took: from the layer of an entry (−1: not covered yet), how much, at which value."""

    layer: int
    quantity: int
    value: Amounts


class Inflow(NamedTuple):
    """Something that came into a purse (entry −1: a new standard cost), and what was in it then."""

    entry: int
    quantity: int
    value: Amounts
    quantity_after: int
    value_after: Amounts


class Movement(NamedTuple):
    """An entry of a purse in order of play: signed quantity, value (unsigned), pool, and the slices of an outflow."""

    entry: int
    pool: int
    day: int
    quantity: int
    value: Amounts
    slices: Sequence[Slice]


class PurseHistory:
    """The inflows of a purse in order of play, and after which of them each slice was cut."""

    def __init__(self, movements: Sequence[Movement], revaluations: Sequence[tuple[int, Amounts]]) -> None:
        self.inflows: list[Inflow] = []
        self.cut_after: dict[tuple[int, int], int] = {}
        self.quantity = 0
        self.value = [0] * 5
        self.on_hand: dict[int, int] = {}
        self.waiting: dict[int, deque[tuple[int, int, Slice]]] = {}
        changes = deque(sorted(revaluations, key=lambda change: change[0]))
        for movement in movements:
            while changes and changes[0][0] <= movement.day:
                self.came(-1, 0, changes.popleft()[1])
            if movement.quantity >= 0:
                self.came(movement.entry, movement.quantity, movement.value)
                self.paid(movement.pool, movement.quantity)
            else:
                self.went(movement)

    def came(self, entry: int, quantity: int, value: Amounts) -> None:
        self.quantity += quantity
        self.value = [a + b for a, b in zip(self.value, value, strict=True)]
        self.inflows.append(Inflow(entry, quantity, value, self.quantity, self.value))

    def cut(self, entry: int, place: int, taken: Slice) -> None:
        self.quantity -= taken.quantity
        self.value = [a - b for a, b in zip(self.value, taken.value, strict=True)]
        self.cut_after[(entry, place)] = len(self.inflows) - 1

    def went(self, movement: Movement) -> None:
        """Takes what is there at once; the slices beyond that were cut when something came in later."""
        there = max(self.on_hand.get(movement.pool, 0), 0)
        self.on_hand[movement.pool] = self.on_hand.get(movement.pool, 0) + movement.quantity
        for place, taken in enumerate(movement.slices):
            if taken.layer < 0:
                continue
            if taken.quantity <= there:
                there -= taken.quantity
                self.cut(movement.entry, place, taken)
            else:
                self.waiting.setdefault(movement.pool, deque()).append((movement.entry, place, taken))

    def paid(self, pool: int, quantity: int) -> None:
        """What came in covers what went out uncovered before, first in first out."""
        self.on_hand[pool] = self.on_hand.get(pool, 0) + quantity
        waiting = self.waiting.get(pool)
        while waiting and waiting[0][2].quantity <= quantity:
            entry, place, taken = waiting.popleft()
            quantity -= taken.quantity
            self.cut(entry, place, taken)

    def moment(self, entry: int, place: int) -> int:
        """After which inflow a slice of an entry was cut."""
        return self.cut_after.get((entry, place), len(self.inflows) - 1)

    def sources(self, last: int, quantity: int, amounts: Amounts) -> list[tuple[int, int, Amounts]]:
        """(inflow entry or −1 for a new standard, quantity, amounts) of what was taken after the inflow `last`; adds
        up to it."""
        found: list[tuple[int, int, Amounts]] = []
        left, quantity_left = list(amounts), quantity
        for at in range(last, -1, -1):
            inflow = self.inflows[at]
            part = [
                half_even(rest * came, after) if rest and came and after else 0
                for rest, came, after in zip(left, inflow.value, inflow.value_after, strict=True)
            ]
            goods = half_even(quantity_left * inflow.quantity, inflow.quantity_after) if inflow.quantity_after else 0
            if any(part) or goods:
                found.append((inflow.entry, goods, part))
                left = [rest - taken for rest, taken in zip(left, part, strict=True)]
                quantity_left -= goods
            if not any(left):
                break
        if any(left):
            nearest = found[0] if found else (self.inflows[last].entry, 0, [0] * 5)
            more = [a + b for a, b in zip(nearest[2], left, strict=True)]
            found[:1] = [(nearest[0], nearest[1], more)]
        return found
