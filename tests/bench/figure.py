"""A figure of the table: what was promised, what was measured, and how far a raw limit of the same run lies away."""

from __future__ import annotations

import importlib
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Promise:
    """At least, or at most, so much; `ratio` is the least share of the raw limit, `memory` the most megabytes."""

    at_least: float | None = None
    at_most: float | None = None
    ratio: float | None = None
    memory: float | None = None

    def text(self, unit: str) -> str:
        said = []
        if self.ratio is not None:
            said.append(f"≥ {self.ratio:g} of raw")
        if self.at_least is not None:
            said.append(f"≥ {self.at_least:,g} {unit}")
        if self.at_most is not None:
            said.append(f"≤ {self.at_most:,g} {unit}")
        if self.memory is not None:
            said.append(f"≤ {self.memory / 1024:g} GB")
        return ", ".join(said) or "–"


@dataclass
class Measured:
    """value: in the figure's unit. raw: the raw limit in the same unit. seconds: of every repetition of the work.

    rows: what one repetition handled. memory: megabytes at most, of the process and its children. parts: what else
    was seen (steps, cold and warm), name to text.
    """

    value: float
    rows: int
    seconds: list[float]
    raw: float | None = None
    raw_name: str = ""
    memory: float = 0.0
    parts: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class CannotBeMeasured(Exception):
    """What the figure is measured on is not here; the message says what."""


@dataclass(frozen=True)
class Figure:
    """measured_by: module of this package and function, which takes `arguments` and whether the run is a quick one
    (small sizes, nothing judged). It is imported in the process that measures, so that the memory of one figure is not
    that of another. more_is_better: a rate, no time."""

    name: str
    what: str
    unit: str
    promise: Promise
    measured_by: str
    arguments: tuple[Any, ...] = ()
    more_is_better: bool = False

    def measured(self, *, quick: bool) -> Measured:
        module, _, function = self.measured_by.partition(".")
        measure = getattr(importlib.import_module(f"tests.bench.{module}"), function)
        measured: Measured = measure(*self.arguments, quick)
        return measured

    def ratio(self, measured: Measured) -> float | None:
        """How good against the raw limit: 1 is as good, less is worse."""
        if not measured.raw or not measured.value:
            return None
        return measured.value / measured.raw if self.more_is_better else measured.raw / measured.value

    def is_kept(self, measured: Measured) -> bool:
        promise, ratio = self.promise, self.ratio(measured)
        return (
            (promise.at_least is None or measured.value >= promise.at_least)
            and (promise.at_most is None or measured.value <= promise.at_most)
            and (promise.ratio is None or (ratio is not None and ratio >= promise.ratio))
            and (promise.memory is None or measured.memory <= promise.memory)
        )


@contextmanager
def timed(seconds: list[float]) -> Iterator[None]:
    """Appends how long the block took."""
    start = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - start)


def median(values: list[float]) -> float:
    return statistics.median(values)


def peak_memory(*, children: bool = True) -> float:
    """Megabytes that this process, or one of its children that has ended, held at most."""
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN) if children else (resource.RUSAGE_SELF,)
    return max(resource.getrusage(who).ru_maxrss for who in whose) / scale
