"""The cases of ../shared/cases/scheduling.yaml come out at their known values: quick ones always, all in the soak.

Each is a job shop or a flow shop in which the end of all work counts. Where the best is known it is reached within a
minute, of ta01 and ta02 to two per cent, of swv11 (500 operations) to fifteen per cent of its upper bound.
"""

from __future__ import annotations

import time
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
import yaml

from dbt_project.engines.scheduling import Schedule, ScheduleInput, Search, schedule
from tests.conftest import SHARED
from tests.engines.scheduling_shops import classic, flow_shop, job_shop

FILE = SHARED / "cases" / "scheduling.yaml"
CASES: dict[str, dict[str, Any]] = (
    {case["id"]: case for case in yaml.safe_load(FILE.read_text())["cases"]} if FILE.exists() else {}
)
pytestmark = pytest.mark.skipif(not CASES, reason="../shared/cases/scheduling.yaml is not here")

QUICK = ("jobshop-ft06", "jobshop-la01", "jobshop-la05")
WITHIN = {"jobshop-ta01": Fraction(2, 100), "jobshop-ta02": Fraction(2, 100), "jobshop-swv11": Fraction(15, 100)}
SHOPS = [name for name in CASES if "instance_file" in CASES[name]["given"]]
MINUTE = 60


def facts(case: dict[str, Any]) -> ScheduleInput:
    file = SHARED / case["given"]["instance_file"]
    if case["problem"].startswith("job shop"):
        jobs = job_shop(file)
        assert (len(jobs), len(jobs[0])) == (case["given"]["jobs"], case["given"]["machines"])
        return classic(jobs)
    return classic(flow_shop(file), keeps_order=True)


def judged(answer: Schedule) -> None:
    """No machine does two things at once, no job does, and everything takes its time."""
    for key in ("work_center_id", "job_id"):
        rows = list(answer.operations.sort(key, "start", "end").select(key, "start", "end").iter_rows())
        for (one, _start, end), (other, start, _end) in pairwise(rows):
            assert one != other or end <= start
    assert (answer.operations["end"] - answer.operations["start"] == answer.operations["run"]).all()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.soak) for name in SHOPS]
)
def test_classic_shops(name: str) -> None:
    case = CASES[name]
    expected = case["expected"]
    known = expected.get("optimal_makespan") or expected["bounds"]["upper"]
    given = facts(case)
    began = time.monotonic()
    answer = schedule(given, search=Search(200, wall_seconds=MINUTE - 10, workers=2))
    took = time.monotonic() - began
    print(f"{name}: {answer.makespan}, known {known}, {took:.1f} s")
    judged(answer)
    assert expected.get("optimal_makespan", 0) <= answer.makespan
    assert answer.makespan <= known * (1 + WITHIN.get(name, Fraction(0)))
    assert took < MINUTE


@pytest.mark.parametrize("name", ["flowshop2-justaaa-LMNOP", "flowshop2-schroeder-7"])
def test_two_machine_flow_shops(name: str) -> None:
    """Hours with decimals are hundredths of hours."""
    case = CASES[name]
    given, expected = case["given"]["jobs"], case["expected"]
    jobs = [[(machine, round(hours * 100)) for machine, hours in enumerate(times)] for times in given.values()]
    line = classic(jobs, keeps_order=True)
    answer = schedule(line, search=Search(10))
    judged(answer)
    assert (answer.makespan, answer.is_best) == (round(expected["optimal_makespan"] * 100), True)
    # The printed sequence is as good.
    ends = [0, 0]
    for job in expected["one_optimal_sequence"]:
        first, second = (round(hours * 100) for hours in given[job])
        ends[0] += first
        ends[1] = max(ends) + second
    assert ends[1] == answer.makespan


def test_every_case_is_run() -> None:
    assert {*SHOPS, "flowshop2-justaaa-LMNOP", "flowshop2-schroeder-7"} == set(CASES)
