"""Measures the promises about speed and memory: `python -m tests.bench [names] [--quick]`, `make bench`.

Every figure is measured in a process of its own, one after the other. Exit code 1 when a promise is missed or a figure
could not be measured; a quick run has sizes too small to judge and fails only on what could not be measured.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys

from tests.bench.figure import CannotBeMeasured, Figure, Measured, peak_memory
from tests.bench.figures import FIGURES
from tests.bench.table import failed, header, line

FIGURE_SECONDS = 3600


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="figures, or the beginnings of their names; none for all")
    parser.add_argument("--quick", action="store_true", help="small sizes, nothing judged, under a minute")
    parser.add_argument("--list", action="store_true", help="only say which figures there are")
    parser.add_argument("--measure", metavar="NAME", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.measure:
        return measure(asked.measure, quick=asked.quick)
    chosen = [figure for figure in FIGURES if not asked.names or figure.name.startswith(tuple(asked.names))]
    if not chosen:
        parser.error(f"no such figure; there are {', '.join(figure.name for figure in FIGURES)}")
    if asked.list:
        print("\n".join(f"{figure.name:28} {figure.what}" for figure in chosen))
        return 0
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} before{', quick sizes' * asked.quick}")
    print(header(), flush=True)
    is_good = True
    for figure in chosen:
        answer = in_its_own_process(figure, quick=asked.quick)
        if isinstance(answer, str):
            print(failed(figure, answer), flush=True)
            is_good = False
        else:
            print(line(figure, answer, judged=not asked.quick), flush=True)
            is_good = is_good and (asked.quick or figure.is_kept(answer))
    print(f"load average {os.getloadavg()[0]:.1f} after")
    return 0 if is_good else 1


def in_its_own_process(figure: Figure, *, quick: bool) -> Measured | str:
    """What was measured, or why it could not be."""
    command = [sys.executable, "-m", "tests.bench", "--measure", figure.name, *(["--quick"] if quick else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    last = done.stdout.strip().splitlines()[-1:] or [""]
    if done.returncode == 0:
        return Measured(**json.loads(last[0]))
    said = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
    return said[0]


def measure(name: str, *, quick: bool) -> int:
    """Measures one figure in this process and prints it as JSON in the last line."""
    figure = next(figure for figure in FIGURES if figure.name == name)
    try:
        measured = figure.measured(quick=quick)
    except CannotBeMeasured as reason:
        print(reason, file=sys.stderr)
        return 2
    measured.memory = measured.memory or peak_memory()
    print(json.dumps(measured.as_dict()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
