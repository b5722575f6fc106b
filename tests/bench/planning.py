"""Planning the factory that frePPLe is measured with, and a deep one, in memory: from facts to every frame of the
plan."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from dataclasses import dataclass

from dbt_project.engines.planning import PlanningInput, plan
from tests.engines.factory import deep_factory, factory


@dataclass(frozen=True)
class PlanningMeasured:
    """make, buy: suggestions. first_seconds: with whatever has to be compiled or loaded; seconds: each later plan,
    elapsed;
    processor_seconds: the same on all cores together. peak_memory: bytes, of the process."""

    make: int
    buy: int
    pegs: int
    first_seconds: float
    seconds: list[float]
    processor_seconds: list[float]
    peak_memory: int

    def told(self, name: str) -> str:
        """One line."""
        return (
            f"{name}: {self.make} make, {self.buy} buy, {self.pegs} pegs; first {self.first_seconds:.2f} s, "
            f"then {statistics.median(self.seconds):.2f} s ({min(self.seconds):.2f} to {max(self.seconds):.2f}), "
            f"of processor {statistics.median(self.processor_seconds):.2f} s; {self.peak_memory / 2**20:.0f} MB"
        )


def measure_planning(facts: PlanningInput, repetitions: int = 5) -> PlanningMeasured:
    """Plans the same facts again and again."""
    elapsed, worked = [], []
    make = buy = pegs = 0
    for _ in range(repetitions + 1):
        start, began = time.perf_counter(), time.process_time()
        result = plan(facts)
        elapsed.append(time.perf_counter() - start)
        worked.append(time.process_time() - began)
        make = int((result.suggestions["kind"] == "make").sum())
        buy, pegs = result.suggestions.height - make, result.pegging.height
        del result
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return PlanningMeasured(make, buy, pegs, elapsed[0], elapsed[1:], worked[1:], peak)


def main() -> None:
    """`python -m tests.bench.planning` prints the factories of 1,000 and 20,000 finished items; with `deep` the deep
    one."""
    if "deep" in sys.argv[1:]:
        print(measure_planning(deep_factory(100_000, 1_000_000), 2).told("100,000 items, 10 levels, 1,000,000 rows"))
        return
    for size in (1_000, 20_000):
        print(measure_planning(factory(size)).told(f"factory of {size:,} finished items"))


if __name__ == "__main__":
    main()
