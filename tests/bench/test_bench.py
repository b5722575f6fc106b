"""The table of figures: quick sizes, every line there, nothing hidden."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.bench.figure import Figure, Measured, Promise
from tests.bench.figures import FIGURES
from tests.bench.table import COLUMNS, failed, header, line
from tests.tidiness.tracked import REPOSITORY


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.bench", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


def test_quick_figures_of_recording_and_replication_are_measured() -> None:
    """Each line says what was measured and how far the raw limit lies away; a quick run judges nothing."""
    run = bench("--quick", "record-order-sqlite", "record-moves-sqlite", "record-processes-sqlite", "replicate-sqlite")
    assert run.returncode == 0, run.stdout + run.stderr
    lines = run.stdout.splitlines()[3:-1]
    assert [text.split("  ")[0] for text in lines] == [
        "order to cash, 5 commands, SQLite", "4 programs at once, SQLite", "moves, 100 per command, SQLite",
        "1 M changed rows, SQLite",
    ]  # fmt: skip
    assert all(re.search(r" – +\d+\.\d\d ", text) for text in lines), run.stdout
    assert "183" in lines[0].split()  # rows that three orders of five lines leave


def test_quick_figures_of_the_engines_are_measured() -> None:
    run = bench("--quick", "costing-moves", "costing-corrections", "mrp-engine-small", "mrp-deep")
    assert run.returncode == 0, run.stdout + run.stderr
    lines = run.stdout.splitlines()[3:-1]
    assert len(lines) == 4
    assert all("conserved True" in text for text in lines[:2])


@pytest.mark.soak
def test_every_quick_figure_is_measured() -> None:
    run = bench("--quick")
    assert run.returncode == 0, run.stdout + run.stderr
    assert len(run.stdout.splitlines()) == 4 + len(FIGURES)


def test_an_unknown_figure_is_refused_with_the_names() -> None:
    run = bench("speed-of-light")
    assert run.returncode == 2
    assert "record-order-sqlite" in run.stderr


def test_a_missed_promise_is_shown() -> None:
    rate = Figure("x", "rate", "moves/s", Promise(at_least=10, ratio=0.5), "record.x", more_is_better=True)
    kept = Measured(12, 100, [1.0, 2.0, 3.0], raw=20, raw_name="raw")
    assert rate.ratio(kept) == 0.6
    assert "yes" in line(rate, kept, judged=True)
    assert "2.00 (1.00 – 3.00)" in line(rate, kept, judged=True)
    for missed in (Measured(9, 1, [1.0], raw=10), Measured(12, 1, [1.0], raw=100), Measured(12, 1, [1.0])):
        assert " NO " in line(rate, missed, judged=True)
    assert " NO " not in line(rate, Measured(9, 1, [1.0], raw=10), judged=False)


def test_a_time_is_judged_from_above_and_with_its_memory() -> None:
    time = Figure("x", "time", "s", Promise(at_most=5, memory=1024), "record.x")
    assert time.is_kept(Measured(5, 1, [5.0], memory=1000))
    assert not time.is_kept(Measured(5.1, 1, [5.1]))
    assert not time.is_kept(Measured(1, 1, [1.0], memory=1025))
    assert time.ratio(Measured(4, 1, [4.0], raw=1)) == 0.25
    assert time.promise.text("s") == "≤ 5 s, ≤ 1 GB"


def test_what_could_not_be_measured_is_a_line_too() -> None:
    assert "failed" in failed(FIGURES[0], "no disk")
    assert "no disk" in failed(FIGURES[0], "no disk")
    assert len(header().splitlines()[0].split()) >= len(COLUMNS)


def test_corrections_on_five_levels_are_restated_as_the_reference_says() -> None:
    run = bench("--quick", "restatement")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "10 in " in run.stdout
