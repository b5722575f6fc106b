"""Two things at the same time: compiled code and NumPy let other threads run beside them."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Work = TypeVar("Work")
Done = TypeVar("Done")

THREADS = 2


def at_the_same_time(function: Callable[[Work], Done], works: Iterable[Work]) -> list[Done]:
    """What the function makes of each, in their order. Raises what the first of them raised."""
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(function, works))
