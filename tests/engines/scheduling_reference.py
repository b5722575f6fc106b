"""What any schedule has to keep, said plainly: minute by minute, with sets and loops, from the facts and the answer
alone. And the best schedule of a tiny shop, by trying every order.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from dbt_project.engines.scheduling import Schedule


@dataclass(frozen=True)
class Job:
    """operations: (work centre, setup, run, queue, pinned start or None, planned start or None) in their sequence."""

    release: int
    due: int | None
    operations: list[tuple[str, int, int, int, int | None, int | None]]
    before: tuple[str, ...] = ()  # jobs that end before this one begins


@dataclass(frozen=True)
class SmallShop:
    """centers: work centre → (machines, spans of working time; none: always open)."""

    start: int
    frozen: int
    centers: dict[str, tuple[int, list[tuple[int, int]]]]
    jobs: dict[str, Job]

    def is_open(self, center: str, minute: int) -> bool:
        """Open within a span, and for good after the last one."""
        spans = self.centers[center][1]
        return not spans or any(begin <= minute < end for begin, end in spans) or minute >= max(e for _, e in spans)

    def opening(self, center: str, minute: int) -> int:
        while not self.is_open(center, minute):
            minute += 1
        return minute

    def after_work(self, center: str, minute: int, work: int) -> int:
        """The moment at which so many open minutes from this one on are over."""
        while work:
            work -= self.is_open(center, minute)
            minute += 1
        return minute


def faults(shop: SmallShop, answer: Schedule) -> list[str]:
    """Everything that is wrong with the answer; pins that cannot be kept must be among its findings."""
    said: dict[str, set[str]] = defaultdict(set)
    for name, finding in answer.findings.iter_rows():
        said[name].add(finding)
    rows = {row["operation_id"]: row for row in answer.operations.iter_rows(named=True)}
    wrong = []
    busy: dict[tuple[str, Any, int], list[str]] = defaultdict(list)
    for job_name, job in shop.jobs.items():
        ends = [end_of(answer, other) for other in job.before]
        after = max(job.release, shop.start, *ends) if ends else max(job.release, shop.start)
        before = max(ends, default=shop.start)
        for place, (center, setup, run, queue, pinned, planned) in enumerate(job.operations):
            name = f"{job_name}{place}"
            row = rows.pop(name)
            start, end = row["start"], row["end"]
            machines = shop.centers[center][0]
            minutes = [minute for minute in range(start, end) if shop.is_open(center, minute)]
            if len(minutes) != setup + run or (minutes and (minutes[0] != start or minutes[-1] != end - 1)):
                wrong.append(f"{name}: {start}–{end} is not {setup + run} of working time")
            ready = shop.opening(center, after)
            if queue:
                ready = shop.opening(center, shop.after_work(center, ready, queue))
            if pinned is not None and pinned >= shop.start:
                if start != shop.opening(center, pinned) or row["held"] != "pinned":
                    wrong.append(f"{name}: pinned to {pinned}, starts at {start}")
                if (start != pinned) != ("pin_in_closed_time" in said[name]):
                    wrong.append(f"{name}: moved to {start} and not said so")
                if (start < before) != ("pin_before_operation" in said[name]):
                    wrong.append(f"{name}: starts before {before}")
            elif pinned is not None and "pin_has_passed" not in said[name]:
                wrong.append(f"{name}: its pin has passed")
            elif row["held"] == "frozen":
                if start != planned or not shop.start <= planned < shop.start + shop.frozen:
                    wrong.append(f"{name}: frozen at {start}, was planned for {planned}")
            elif start < ready:
                wrong.append(f"{name}: starts at {start}, ready at {ready}")
            if (row["machine"] is None) != (machines == 0) or (machines and not 0 <= row["machine"] < machines):
                wrong.append(f"{name}: machine {row['machine']} of {machines}")
            for minute in range(start, end):
                busy[center, row["machine"], minute].append(name)
            after, before = max(after, end), end
    for (center, machine, minute), names in busy.items():
        clash = machine is not None and sum("pins_overlap" not in said[name] for name in names) > 1
        if clash:
            wrong.append(f"{center}/{machine} at {minute}: {names}")
    return wrong + [f"{name}: nobody asked" for name in rows] + wrong_loads(shop, answer)


def end_of(answer: Schedule, job: str) -> int:
    rows = answer.operations.filter(answer.operations["job_id"] == job).sort("sequence")
    return int(rows["end"][-1])


def wrong_loads(shop: SmallShop, answer: Schedule, day: int = 100) -> list[str]:
    """The load of every work centre and day, counted minute by minute."""
    capacity: dict[tuple[str, int], int] = defaultdict(int)
    load: dict[tuple[str, int], int] = defaultdict(int)
    last = max([*answer.operations["end"].to_list(), shop.start + 1])
    for center, (machines, _spans) in shop.centers.items():
        for minute in range(shop.start, -(-last // day) * day):
            capacity[center, minute // day] += machines * shop.is_open(center, minute)
    for row in answer.operations.iter_rows(named=True):
        for minute in range(row["start"], row["end"]):
            load[row["work_center_id"], minute // day] += shop.is_open(row["work_center_id"], minute)
    wrong = []
    for row in answer.load.iter_rows(named=True):
        key = (row["work_center_id"], row["day"])
        told = (row["capacity"], row["setup"] + row["run"])
        if told != (capacity.pop(key, 0), load.pop(key, 0)):
            wrong.append(f"load of {key}: {told}")
    return wrong + [f"no load of {key}" for key, minutes in {**capacity, **load}.items() if minutes]


def least_makespan(shop: SmallShop) -> int:
    """Of a shop without held operations: the earliest end of all work over every order of the operations."""
    turns = [name for name, job in shop.jobs.items() for _ in job.operations]
    best = None
    for order in set(permutations(turns)):
        at = dict.fromkeys(shop.jobs, 0)
        after = {name: max(job.release, shop.start) for name, job in shop.jobs.items()}
        free = {center: [shop.start] * machines for center, (machines, _spans) in shop.centers.items()}
        for name in order:
            center, setup, run, queue, _pinned, _planned = shop.jobs[name].operations[at[name]]
            ready = shop.opening(center, after[name])
            ready = shop.after_work(center, ready, queue) if queue else ready
            if free[center]:
                machine = min(range(len(free[center])), key=free[center].__getitem__)
                ready = max(ready, free[center][machine])
            end = shop.after_work(center, shop.opening(center, ready), setup + run)
            if free[center]:
                free[center][machine] = end
            after[name] = end
            at[name] += 1
        end_of_all = max(after[name] for name in shop.jobs)
        best = end_of_all if best is None else min(best, end_of_all)
    assert best is not None
    return best - shop.start
