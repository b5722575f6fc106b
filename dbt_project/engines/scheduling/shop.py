"""The facts as the arrays that dispatching and improvement work on, and what is held where it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from dbt_project.engines.scheduling.facts import ScheduleInput
from dbt_project.engines.scheduling.working_time import (
    FOREVER,
    Int64s,
    WorkingTimes,
    finish,
    opening,
    spans_by_calendar,
)

FREE, PINNED, FROZEN = 0, 1, 2
NO_DUE = FOREVER


@dataclass(frozen=True)
class Shop:
    """Operations stand by job and sequence; first[j] … first[j + 1] are those of job j.

    held: FREE, PINNED or FROZEN; held_start, held_end, held_machine of those that are held. wanted_by: the due moment
    of the job, or of what waits for it, or the start of a later operation that is pinned before that. block_*: per
    machine, block_first[m] … block_first[m + 1], the times that held operations take, ascending. before: per job,
    before_first[j] … before_first[j + 1], the jobs that end before it begins; rank: an order of jobs that has those
    first. machine_first[c]: the first machine of centre c.
    """

    facts: ScheduleInput
    first: Int64s
    job: Int64s
    center: Int64s
    duration: Int64s
    queue: Int64s
    release: Int64s
    due: Int64s
    weight: Int64s
    calendar: Int64s
    times: WorkingTimes
    machine_first: Int64s
    held: Int64s
    held_start: Int64s
    held_end: Int64s
    held_machine: Int64s
    wanted_by: Int64s
    block_first: Int64s
    block_start: Int64s
    block_end: Int64s
    before_first: Int64s
    before: Int64s
    rank: Int64s
    findings: list[tuple[int, str]]

    @property
    def calendars(self) -> tuple[Int64s, Int64s, Int64s, Int64s]:
        return self.times.first, self.times.starts, self.times.ends, self.times.before


def shop_of(facts: ScheduleInput) -> Shop:
    """The shop of conformed facts. What is pinned is held first, then what is frozen and still fits."""
    operations, centers = facts.operations, facts.work_centers
    jobs = facts.jobs.join(operations.select("job_id").unique(), on="job_id", how="semi").with_row_index("job")
    numbered = (
        operations.join(jobs.select("job_id", "job"), on="job_id", how="left", maintain_order="left")
        .join(
            centers.with_row_index("center").select("work_center_id", "center"),
            on="work_center_id", how="left", maintain_order="left",
        )
    )  # fmt: skip
    spans = spans_by_calendar(facts.calendars)
    names = list(spans)
    calendar = [names.index(name) if name in spans else len(names) for name in centers["calendar_id"].to_list()]
    times = WorkingTimes.of([*spans.values(), []], facts.start)
    job, center = _numbers(numbered["job"]), _numbers(numbered["center"])
    shop_first = np.searchsorted(job, np.arange(jobs.height + 1)).astype(np.int64)
    duration = _numbers(numbered["setup"] + numbered["run"])
    count = len(job)
    machine_first = np.concatenate([[0], np.cumsum(_numbers(centers["machine_count"]))]).astype(np.int64)
    held, held_start = np.zeros(count, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    held_end, held_machine = held_start.copy(), held_start.copy()
    calendar_of = np.array(calendar, dtype=np.int64)
    table = (times.first, times.starts, times.ends)
    taken: list[list[tuple[int, int]]] = [[] for _ in range(int(machine_first[-1]))]
    findings: list[tuple[int, str]] = []

    def hold(operation: int, kind: int, asked: int) -> None:
        """Give the operation the time it asks for on the first machine that is free then; what is frozen yields."""
        at = int(calendar_of[center[operation]])
        begin = int(opening(at, asked, *table))
        end = int(finish(at, begin, int(duration[operation]), *table, times.before))
        machines = range(int(machine_first[center[operation]]), int(machine_first[center[operation] + 1]))
        free = [m for m in machines if all(e <= begin or b >= end for b, e in taken[m])]
        if machines and not free:
            if kind == FROZEN:
                return
            findings.append((operation, "pins_overlap"))
        if begin != asked:
            if kind == FROZEN:
                return
            findings.append((operation, "pin_in_closed_time"))
        machine = (free or list(machines) or [-1])[0]
        held[operation], held_start[operation], held_end[operation] = kind, begin, end
        held_machine[operation] = machine
        if machine >= 0 and end > begin:
            taken[machine].append((begin, end))

    rows = list(enumerate(zip(numbered["pinned_start"].to_list(), numbered["planned_start"].to_list(), strict=True)))
    for place, pinned in sorted(((p, pin) for p, (pin, _) in rows if pin is not None), key=lambda pair: pair[::-1]):
        if pinned < facts.start:
            findings.append((place, "pin_has_passed"))
        else:
            hold(place, PINNED, pinned)
    frozen = ((p, at) for p, (_, at) in rows if at is not None and facts.start <= at < facts.start + facts.frozen)
    for place, planned in sorted(frozen, key=lambda pair: pair[::-1]):
        if held[place] == FREE:
            hold(place, FROZEN, planned)
    due = _numbers(jobs["due"].fill_null(NO_DUE))
    before_first, before, rank = _links(facts, jobs, findings, shop_first)
    block_first, blocks = [0], []
    for spans_taken in taken:
        blocks += sorted(spans_taken)
        block_first.append(len(blocks))
    return Shop(
        facts, shop_first, job, center, duration, _numbers(numbered["queue"]), _numbers(jobs["release"]), due,
        _numbers(jobs["weight"]), calendar_of, times, machine_first, held, held_start, held_end, held_machine,
        _wanted_by(shop_first, job, due, held, held_start, before_first, before, rank),
        np.array(block_first, dtype=np.int64), np.array([b for b, _ in blocks], dtype=np.int64),
        np.array([e for _, e in blocks], dtype=np.int64), before_first, before, rank, findings,
    )  # fmt: skip


def _links(
    facts: ScheduleInput, jobs: pl.DataFrame, findings: list[tuple[int, str]], first: Int64s
) -> tuple[Int64s, Int64s, Int64s]:
    """Per job the jobs before it, and each job's place in an order that has those first. Circles are named and cut."""
    number = dict(zip(jobs["job_id"].to_list(), range(jobs.height), strict=True))
    pairs = [
        (number[one], number[other])
        for one, other in facts.links.select("before_job_id", "job_id").iter_rows()
        if one in number and other in number
    ]
    before: list[list[int]] = [[] for _ in number]
    after: list[list[int]] = [[] for _ in number]
    for one, other in pairs:
        before[other].append(one)
        after[one].append(other)
    waits = [len(ones) for ones in before]
    ready = [job for job, count in enumerate(waits) if not count]
    rank = np.full(len(number), -1, dtype=np.int64)
    for place, job in enumerate(ready):  # grows while it is read
        rank[job] = place
        for other in after[job]:
            waits[other] -= 1
            if not waits[other]:
                ready.append(other)
    circled = [job for job in range(len(number)) if rank[job] < 0]
    for place, job in enumerate(circled):
        rank[job] = len(ready) + place
        before[job] = [one for one in before[job] if one not in circled]
        findings.append((int(first[job]), "links_in_circle"))
    starts = np.concatenate([[0], np.cumsum([len(ones) for ones in before])]).astype(np.int64)
    return starts, np.array([one for ones in before for one in ones], dtype=np.int64), rank


def _wanted_by(
    first: Int64s, job: Int64s, due: Int64s, held: Int64s, held_start: Int64s, before_first: Int64s, before: Int64s,
    rank: Int64s,
) -> Int64s:  # fmt: skip
    wanted = due[job]
    wanted_job = due.copy()
    for number in np.argsort(-rank, kind="stable").tolist():
        latest = wanted_job[number]
        for place in range(int(first[number + 1]) - 1, int(first[number]) - 1, -1):
            wanted[place] = latest
            if held[place] == PINNED:
                latest = min(latest, held_start[place])
        ones = before[before_first[number] : before_first[number + 1]]
        wanted_job[ones] = np.minimum(wanted_job[ones], latest)
    return wanted


def _numbers(column: pl.Series) -> Int64s:
    return column.cast(pl.Int64).to_numpy().astype(np.int64)
