"""Scheduling in stories: what waits for what, what is held, what is said when something cannot be kept."""

from __future__ import annotations

import dataclasses
import time
from random import Random
from typing import Any

import polars as pl
import pytest

from dbt_project.engines.scheduling import Schedule, ScheduleInput, SchedulingFactIsInvalid, Search, schedule
from tests.engines.scheduling_shops import classic

HOUR = 60
DAYS = pl.DataFrame(
    [("day", day * 1440 + 8 * HOUR, day * 1440 + 16 * HOUR) for day in range(5)],
    schema=["calendar_id", "start", "end"], orient="row",
)  # fmt: skip
SAW = pl.DataFrame({"work_center_id": ["SAW"], "machine_count": [1], "calendar_id": ["day"]})


def operations(*rows: dict[str, Any]) -> pl.DataFrame:
    """Operations of jobs named by their first letter: a10 is operation 10 of job a; on SAW unless said."""
    return pl.DataFrame(
        [
            {"job_id": row["operation_id"][0], "sequence": int(row["operation_id"][1:]), "work_center_id": "SAW"} | row
            for row in rows
        ]
    )


def starts(answer: Schedule) -> dict[str, int]:
    return dict(answer.operations.select("operation_id", "start").iter_rows())


def one(rows: pl.DataFrame, **key: Any) -> dict[str, Any]:
    return rows.row(by_predicate=pl.all_horizontal(*(pl.col(name) == value for name, value in key.items())), named=True)


def test_work_stops_at_night_and_a_queue_is_working_time() -> None:
    answer = schedule(
        ScheduleInput(
            0, operations(
                {"operation_id": "a10", "setup": 30, "run": 9 * HOUR},
                {"operation_id": "a20", "run": HOUR, "queue": 2 * HOUR},
            ),
            SAW, calendars=DAYS,
        )
    )  # fmt: skip
    first, second = answer.operations.iter_rows(named=True)
    assert (first["start"], first["end"]) == (8 * HOUR, 1440 + 9 * HOUR + 30)
    assert second["start"] == 1440 + 11 * HOUR + 30
    assert (second["reason"], second["waits_for_operation_id"]) == ("previous_operation", "a10")
    load = answer.load.select("day", "capacity", "setup", "run", "operation_count").rows()
    assert load == [(0, 480, 30, 450, 1), (1, 480, 0, 90 + 60, 2)]


def test_a_late_job_says_where_it_waited_and_for_whom() -> None:
    answer = schedule(
        ScheduleInput(
            0, operations({"operation_id": "a10", "run": 5 * HOUR}, {"operation_id": "b10", "run": 4 * HOUR}), SAW,
            pl.DataFrame({"job_id": ["a", "b"], "due": [13 * HOUR, 14 * HOUR]}), DAYS,
        ),
        rule="earliest_due_date",
    )  # fmt: skip
    late = one(answer.jobs, job_id="b")
    assert (late["is_late"], late["lateness"], late["alone_end"]) == (True, 1440 + 9 * HOUR - 14 * HOUR, 12 * HOUR)
    assert (late["reason"], late["reason_work_center_id"], late["wait"]) == ("machine_busy", "SAW", 5 * HOUR)
    assert late["waits_for_job_id"] == "a"
    assert one(answer.operations, operation_id="b10")["waits_for_operation_id"] == "a10"


@pytest.mark.parametrize(("due", "reason"), [(-10, "already_overdue"), (9 * HOUR, "due_too_early")])
def test_no_machine_is_to_blame_for_a_due_date_that_nobody_could_keep(due: int, reason: str) -> None:
    jobs = pl.DataFrame({"job_id": ["a"], "due": [due]})
    answer = schedule(ScheduleInput(0, operations({"operation_id": "a10", "run": 2 * HOUR}), SAW, jobs, DAYS))
    assert one(answer.jobs, job_id="a")["reason"] == reason


def test_pins_stay_where_the_planner_put_them() -> None:
    answer = schedule(
        ScheduleInput(
            0, operations(
                {"operation_id": "a10", "run": 2 * HOUR, "pinned_start": 10 * HOUR},
                {"operation_id": "b10", "run": 3 * HOUR, "pinned_start": None},
                {"operation_id": "c10", "run": HOUR, "pinned_start": None},
            ),
            SAW, calendars=DAYS,
        ),
        search=Search(1),
    )  # fmt: skip
    assert starts(answer) == {"a10": 10 * HOUR, "b10": 12 * HOUR, "c10": 8 * HOUR}
    assert one(answer.operations, operation_id="a10")["held"] == "pinned"
    assert answer.findings.is_empty()


def test_a_pin_that_cannot_be_right_is_obeyed_and_named() -> None:
    answer = schedule(
        ScheduleInput(
            8 * HOUR, operations(
                {"operation_id": "a10", "run": 3 * HOUR, "pinned_start": None},
                {"operation_id": "a20", "run": HOUR, "pinned_start": 9 * HOUR},
                {"operation_id": "b10", "run": HOUR, "pinned_start": 9 * HOUR + 30},
                {"operation_id": "c10", "run": HOUR, "pinned_start": 20 * HOUR},
                {"operation_id": "d10", "run": HOUR, "pinned_start": HOUR},
            ),
            SAW, calendars=DAYS,
        ),
        search=Search(1),
    )  # fmt: skip
    assert [starts(answer)[name] for name in ("a20", "b10", "c10")] == [9 * HOUR, 9 * HOUR + 30, 1440 + 8 * HOUR]
    assert answer.findings.rows() == [
        ("a20", "pin_before_operation"), ("b10", "pins_overlap"), ("c10", "pin_in_closed_time"),
        ("d10", "pin_has_passed"),
    ]  # fmt: skip


def test_inside_the_frozen_time_the_approved_plan_stays() -> None:
    def at(frozen: int, **more: Any) -> dict[str, int]:
        rows = operations(
            {"operation_id": "a10", "run": HOUR, "planned_start": 12 * HOUR, "pinned_start": None},
            {"operation_id": "b10", "run": 2 * HOUR, "planned_start": None, "pinned_start": more.get("pin")},
        )
        jobs = pl.DataFrame({"job_id": ["a", "b"], "due": [1440, 10 * HOUR]})
        return starts(schedule(ScheduleInput(0, rows, SAW, jobs, DAYS, frozen=frozen)))

    assert at(0) == {"a10": 10 * HOUR, "b10": 8 * HOUR}
    assert at(1440) == {"a10": 12 * HOUR, "b10": 8 * HOUR}
    assert at(1440, pin=11 * HOUR) == {"a10": 8 * HOUR, "b10": 11 * HOUR}  # what is frozen yields


def test_an_order_waits_for_the_one_that_makes_its_parts() -> None:
    rows = operations({"operation_id": "a10", "run": HOUR}, {"operation_id": "b10", "run": 2 * HOUR},
                      {"operation_id": "c10", "run": 3 * HOUR})  # fmt: skip
    jobs = pl.DataFrame({"job_id": ["a", "b", "c"], "due": [11 * HOUR, 12 * HOUR, 11 * HOUR]})
    links = pl.DataFrame({"before_job_id": ["b"], "job_id": ["a"]})
    answer = schedule(ScheduleInput(0, rows, SAW, jobs, DAYS, links), search=Search(1), exchanges=100)
    # b is wanted by 11:00, because a is; c, the longest, is late whatever the others do.
    assert starts(answer) == {"b10": 8 * HOUR, "a10": 10 * HOUR, "c10": 11 * HOUR}
    waiting = one(answer.operations, operation_id="a10")
    assert (waiting["reason"], waiting["waits_for_operation_id"]) == ("order_before", "b10")
    assert one(answer.jobs, job_id="a")["alone_end"] == 11 * HOUR
    circle = pl.DataFrame({"before_job_id": ["a", "b", "c"], "job_id": ["b", "a", "a"]})
    found = schedule(ScheduleInput(0, rows, SAW, jobs, DAYS, circle)).findings
    assert found.rows() == [("a10", "links_in_circle"), ("b10", "links_in_circle")]


def test_a_late_order_names_the_order_before_it() -> None:
    rows = operations({"operation_id": "a10", "run": HOUR}, {"operation_id": "b10", "run": 2 * HOUR},
                      {"operation_id": "c10", "run": 3 * HOUR, "pinned_start": 8 * HOUR})  # fmt: skip
    jobs = pl.DataFrame({"job_id": ["a", "b"], "due": [12 * HOUR, 14 * HOUR]})
    links = pl.DataFrame({"before_job_id": ["b"], "job_id": ["a"]})
    late = one(schedule(ScheduleInput(0, rows, SAW, jobs, DAYS, links)).jobs, job_id="a")
    assert (late["end"], late["reason"], late["waits_for_job_id"]) == (14 * HOUR, "order_before", "b")


def test_machines_side_by_side_and_work_done_outside() -> None:
    centers = pl.DataFrame({"work_center_id": ["OUT", "SAW"], "machine_count": [0, 2]})
    rows = operations(
        *({"operation_id": f"{name}10", "run": 60} for name in "abc"),
        *({"operation_id": f"{name}20", "run": 100, "work_center_id": "OUT"} for name in "abc"),
    )
    answer = schedule(ScheduleInput(0, rows, centers), search=Search(1))
    assert sorted(starts(answer).values()) == [0, 0, 60, 60, 60, 120]
    assert answer.operations.filter(work_center_id="OUT")["machine"].null_count() == 3
    assert set(answer.operations.filter(work_center_id="SAW")["machine"]) == {0, 1}


def test_after_its_last_day_a_calendar_is_open_and_a_finding_says_so() -> None:
    answer = schedule(ScheduleInput(0, operations({"operation_id": "a10", "run": 41 * HOUR}), SAW, calendars=DAYS))
    assert answer.findings.rows() == [("a10", "beyond_calendar")]
    assert answer.operations["end"][0] == 4 * 1440 + 17 * HOUR


def test_nothing_to_do_is_a_schedule() -> None:
    nothing = operations({"operation_id": "a10", "run": 1}).head(0)
    answer = schedule(ScheduleInput(0, nothing, SAW, calendars=DAYS), search=Search(1))
    assert (answer.operations.height, answer.jobs.height, answer.makespan) == (0, 0, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"operations": operations({"operation_id": "a10", "run": -1})}, "operations.run: -1"),
        ({"operations": operations({"operation_id": "a10"})}, "operations has no column run"),
        ({"operations": operations({"operation_id": "a10", "run": 1, "work_center_id": "X"})}, "'X' is no work centre"),
        ({"operations": operations(*[{"operation_id": "a10", "run": 1}] * 2)}, "stands twice"),
        ({"calendars": DAYS.with_columns(end=pl.col("start"))}, "is not after start"),
        ({"jobs": pl.DataFrame({"job_id": ["a"], "weight": [0]})}, "jobs.weight: 0"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"operations": operations({"operation_id": "a10", "run": 1}), "work_centers": SAW}
    with pytest.raises(SchedulingFactIsInvalid, match=message):
        schedule(ScheduleInput(0, **(given | change)))


def test_a_rule_that_nobody_knows_is_refused() -> None:
    with pytest.raises(SchedulingFactIsInvalid, match="is none of"):
        schedule(ScheduleInput(0, operations({"operation_id": "a10", "run": 1}), SAW), rule="loudest")


def test_ten_thousand_operations_take_seconds() -> None:
    random = Random(1)
    rows = [
        (job * 10 + place, job, place, random.randrange(40), random.randint(0, 20), random.randint(5, 120))
        for job in range(2_000)
        for place in range(5)
    ]
    names = ["operation_id", "job_id", "sequence", "work_center_id", "setup", "run"]
    calendar = [("day", day * 1440 + 480, day * 1440 + 960) for day in range(365)]
    given = ScheduleInput(
        0,
        pl.DataFrame(rows, schema=names, orient="row"),
        pl.DataFrame({"work_center_id": range(40), "calendar_id": ["day"] * 40}),
        pl.DataFrame(
            [(job, random.randint(1_000, 60_000)) for job in range(2_000)], schema=["job_id", "due"], orient="row"
        ),
        pl.DataFrame(calendar, schema=["calendar_id", "start", "end"], orient="row"),
    )
    schedule(given, rule="earliest_due_date")  # compiled
    began = time.monotonic()
    answer = schedule(given)
    assert time.monotonic() - began < 10
    assert answer.operations.height == 10_000


def test_an_approved_order_stays_as_long_as_no_rule_is_better() -> None:
    """Three jobs on two machines, in an order that no rule finds; approved, it is what the next schedule follows."""
    shop = classic([[(0, 3), (1, 2)], [(1, 4), (0, 3)], [(0, 2), (1, 1)]])
    plain, best = schedule(shop), schedule(shop, search=Search(1))
    planned = shop.operations.join(best.operations.select("operation_id", planned_start="start"), on="operation_id")
    again = schedule(dataclasses.replace(shop, operations=planned))
    assert again.objective == best.objective <= plain.objective
    assert starts(again) == starts(best)
    assert again.rule == "approved"
    half = planned.with_columns(pl.when(pl.col("job_id") != 2).then("planned_start"))
    assert schedule(dataclasses.replace(shop, operations=half)).objective <= plain.objective
