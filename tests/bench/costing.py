"""Costing a factory of five levels in memory: from moves to values, slices and layers."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from dataclasses import dataclass

from dbt_project.engines.costing import value_moves
from tests.engines.costing_factory import Tables, factory


@dataclass(frozen=True)
class CostingMeasured:
    """first_seconds: with whatever has to be compiled or loaded; seconds: each later run, elapsed; processor_seconds:
    the same on all cores together. peak_memory: bytes, of the process."""

    moves: int
    slices: int
    first_seconds: float
    seconds: list[float]
    processor_seconds: list[float]
    peak_memory: int

    def told(self) -> str:
        """One line."""
        return (
            f"costing {self.moves} moves: {self.slices} slices; first {self.first_seconds:.2f} s, "
            f"then {statistics.median(self.seconds):.2f} s ({min(self.seconds):.2f} to {max(self.seconds):.2f}), "
            f"of processor {statistics.median(self.processor_seconds):.2f} s; {self.peak_memory / 2**20:.0f} MB"
        )


def measure_costing(tables: Tables, repetitions: int = 3) -> CostingMeasured:
    """Values the same moves again and again."""
    elapsed, worked = [], []
    slices = 0
    for _ in range(repetitions + 1):
        start, began = time.perf_counter(), time.process_time()
        result = value_moves(*tables)
        elapsed.append(time.perf_counter() - start)
        worked.append(time.process_time() - began)
        slices = result.slices.height
        del result
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return CostingMeasured(tables[0].height, slices, elapsed[0], elapsed[1:], worked[1:], peak)


def main() -> None:
    """`python -m tests.bench.costing [moves …]` prints one line for each number of moves, by default a million."""
    for moves in [int(float(argument)) for argument in sys.argv[1:]] or [1_000_000]:
        print(measure_costing(factory(moves)).told())


if __name__ == "__main__":
    main()
