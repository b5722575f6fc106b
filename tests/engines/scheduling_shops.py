"""Random shops, as the reference and the engine each want them; and the classic ones from their files."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import polars as pl
from hypothesis import strategies as st

from dbt_project.engines.scheduling import ScheduleInput
from tests.engines.scheduling_reference import Job, SmallShop

DAY = 100  # of the random shops: short, so that work crosses many nights


def shops() -> st.SearchStrategy[SmallShop]:
    """Any shop: machines side by side, work done outside, nights, queues, pins and frozen operations."""
    return st.integers(0, 2**32).map(shop_of_number)


def shop_of_number(number: int) -> SmallShop:
    random = Random(number)
    start = random.choice([0, 0, 230])
    nights = random.choice([False, True])
    centers = {}
    for name in "XYZ"[: random.randint(1, 3)]:
        spans = []
        if nights:
            opens, closes = random.choice([(20, 70), (20, 70), (0, 50), (60, 100)])
            spans = [(day * DAY + opens, day * DAY + closes) for day in range(12) if random.random() < 0.9]
        centers[name] = (random.choice([1, 1, 1, 2, 3, 0]), spans)
    holds = random.random() < 0.5
    jobs = {}
    for name in "abcdef"[: random.randint(1, 6)]:
        release = random.choice([0, start, start + random.randint(0, 150)])
        operations = []
        for _ in range(random.randint(1, 4)):
            pinned = start + random.randint(-30, 400) if holds and random.random() < 0.2 else None
            planned = start + random.randint(0, 300) if holds and random.random() < 0.3 else None
            operations.append(
                (random.choice(list(centers)), random.choice([0, 0, 5, 20]), random.randint(0, 60),
                 random.choice([0, 0, 0, 15]), pinned, planned)
            )  # fmt: skip
        due = None if random.random() < 0.2 else start + random.randint(-50, 500)
        before = tuple(other for other in jobs if random.random() < 0.15)
        jobs[name] = Job(release, due, operations, before)
    return SmallShop(start, random.choice([0, 150]), centers, jobs)


def tiny_shop(number: int) -> SmallShop:
    """At most six operations, nothing held: every order can be tried."""
    random = Random(number)
    opens = random.choice([None, (10, 60)])
    spans = [] if opens is None else [(day * DAY + opens[0], day * DAY + opens[1]) for day in range(40)]
    centers = {name: (random.choice([1, 1, 2]), spans) for name in "XY"}
    jobs = {
        name: Job(
            random.choice([0, 40]), None,
            [(random.choice("XY"), 0, random.randint(1, 40), random.choice([0, 0, 10]), None, None)
             for _ in range(random.randint(1, 2))],
        )
        for name in "abc"
    }  # fmt: skip
    return SmallShop(0, 0, centers, jobs)


def facts(shop: SmallShop, **more: Any) -> ScheduleInput:
    """The shop as the engine takes it."""
    operations = [
        (f"{name}{place}", name, place, center, setup, run, queue, pinned, planned)
        for name, job in shop.jobs.items()
        for place, (center, setup, run, queue, pinned, planned) in enumerate(job.operations)
    ]
    names = ("setup", "run", "queue", "pinned_start", "planned_start")
    return ScheduleInput(
        shop.start,
        pl.DataFrame(
            operations, orient="row",
            schema={"operation_id": pl.String, "job_id": pl.String, "sequence": pl.Int64, "work_center_id": pl.String}
            | dict.fromkeys(names, pl.Int64),
        ),
        pl.DataFrame(
            [(name, machines, name) for name, (machines, _spans) in shop.centers.items()], orient="row",
            schema=["work_center_id", "machine_count", "calendar_id"],
        ),
        pl.DataFrame(
            [(name, job.release, job.due) for name, job in shop.jobs.items()], orient="row",
            schema={"job_id": pl.String, "release": pl.Int64, "due": pl.Int64},
        ),
        pl.DataFrame(
            [(name, begin, end) for name, (_machines, spans) in shop.centers.items() for begin, end in spans],
            orient="row", schema={"calendar_id": pl.String, "start": pl.Int64, "end": pl.Int64},
        ),
        links=pl.DataFrame(
            [(other, name) for name, job in shop.jobs.items() for other in job.before], orient="row",
            schema={"before_job_id": pl.String, "job_id": pl.String},
        ),
        frozen=shop.frozen, day_length=DAY, **more,
    )  # fmt: skip


def classic(jobs: list[list[tuple[int, int]]], **more: Any) -> ScheduleInput:
    """Jobs as (machine, duration) in order; the end of all work counts."""
    rows = [
        (job * 1000 + place, job, place, machine, duration)
        for job, operations in enumerate(jobs)
        for place, (machine, duration) in enumerate(operations)
    ]
    machines = sorted({machine for operations in jobs for machine, _duration in operations})
    return ScheduleInput(
        0,
        pl.DataFrame(rows, schema=["operation_id", "job_id", "sequence", "work_center_id", "run"], orient="row"),
        pl.DataFrame({"work_center_id": machines}),
        objective="makespan",
        **more,
    )


def job_shop(file: Path) -> list[list[tuple[int, int]]]:
    """The jobs of a file of the JSPLIB: a line of sizes, then per job machine and duration in turn."""
    lines = [line.split() for line in file.read_text().splitlines() if line.strip() and not line.startswith("#")]
    count = int(lines[0][0])
    return [list(zip(map(int, row[::2]), map(int, row[1::2]), strict=True)) for row in lines[1 : count + 1]]


def flow_shop(file: Path) -> list[list[tuple[int, int]]]:
    """The jobs of a file of Taillard's: after its heading one row per machine, one column per job."""
    text = file.read_text().splitlines()
    jobs, machines = (int(word) for word in text[1].split()[:2])
    rows = [[int(word) for word in line.split()] for line in text[3 : 3 + machines]]
    return [[(machine, rows[machine][job]) for machine in range(machines)] for job in range(jobs)]
