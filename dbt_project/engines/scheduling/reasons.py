"""Why an operation starts when it does, and why a job is late."""

from __future__ import annotations

import numpy as np
import polars as pl

from dbt_project.engines.scheduling.dispatch import Placed
from dbt_project.engines.scheduling.shop import FREE, FROZEN, NO_DUE, PINNED, Shop
from dbt_project.engines.scheduling.working_time import Int64s, finish, opening, worked_until

HELD = {FREE: None, PINNED: "pinned", FROZEN: "frozen"}


def ready_times(shop: Shop, ends: Int64s) -> Int64s:
    """When each operation could have started but for its machine: after the one before, its queue, an opening."""
    first, starts, span_ends, before = shop.calendars
    ready = np.zeros(len(shop.job), dtype=np.int64)
    for job in range(len(shop.first) - 1):
        after = max(int(shop.release[job]), linked_end(shop, ends, job)[0])
        for operation in range(int(shop.first[job]), int(shop.first[job + 1])):
            at = int(shop.calendar[shop.center[operation]])
            moment = opening(at, after, first, starts, span_ends)
            queue = int(shop.queue[operation])
            if queue:
                moment = finish(at, moment, queue, first, starts, span_ends, before)
                moment = opening(at, moment, first, starts, span_ends)
            ready[operation] = moment
            after = max(after, int(ends[operation]))
    return ready


def linked_end(shop: Shop, ends: Int64s, job: int) -> tuple[int, int]:
    """When the last of the jobs before this one ends, and its last operation; 0 and −1 without any."""
    ones = shop.before[shop.before_first[job] : shop.before_first[job + 1]]
    last = shop.first[ones + 1] - 1
    if not len(last):
        return 0, -1
    latest = int(last[np.argmax(ends[last])])
    return int(ends[latest]), latest


def operations_of(shop: Shop, placed: Placed) -> pl.DataFrame:
    """The operations with start, end, machine, and what each start waited for."""
    ready = ready_times(shop, placed.end)
    behind = _behind(shop, placed)
    table = shop.calendars
    rows: dict[str, list[object]] = {name: [] for name in ("held", "wait", "reason", "waits_for")}
    ids = shop.facts.operations["operation_id"]
    for operation in range(len(shop.job)):
        at = int(shop.calendar[shop.center[operation]])
        held, start = int(shop.held[operation]), int(placed.start[operation])
        wait = worked_until(at, start, *table) - worked_until(at, int(ready[operation]), *table)
        waits_for: object = None
        if held != FREE:
            reason: str | None = HELD[held]
        elif wait > 0:
            reason = "machine_busy"
            waits_for = ids[int(behind[operation])] if behind[operation] >= 0 else None
        elif operation > shop.first[shop.job[operation]]:
            reason, waits_for = "previous_operation", ids[operation - 1]
        else:
            reason = "order_start"
            ended, last = linked_end(shop, placed.end, int(shop.job[operation]))
            if ended > shop.release[shop.job[operation]]:
                reason, waits_for = "order_before", ids[last]
        for name, value in (("held", HELD[held]), ("wait", max(wait, 0)), ("reason", reason), ("waits_for", waits_for)):
            rows[name].append(value)
    return shop.facts.operations.select(
        "operation_id", "job_id", "sequence", "work_center_id",
        pl.Series("machine", placed.machine - shop.machine_first[shop.center], dtype=pl.Int64).set(
            pl.Series(placed.machine < 0), None
        ),
        pl.Series("start", placed.start, dtype=pl.Int64), pl.Series("end", placed.end, dtype=pl.Int64), "setup", "run",
        pl.Series("held", rows["held"], dtype=pl.String), pl.Series("ready", ready, dtype=pl.Int64),
        pl.Series("wait", rows["wait"], dtype=pl.Int64), pl.Series("reason", rows["reason"], dtype=pl.String),
        pl.Series("waits_for_operation_id", rows["waits_for"], dtype=ids.dtype),
    )  # fmt: skip


def _behind(shop: Shop, placed: Placed) -> Int64s:
    """Per operation the one that its machine did before it; −1 if none."""
    behind = np.full(len(shop.job), -1, dtype=np.int64)
    order = np.lexsort((placed.end, placed.start, placed.machine))
    last = -1
    for operation in order.tolist():
        if placed.machine[operation] < 0:
            continue
        if last >= 0 and placed.machine[last] == placed.machine[operation]:
            behind[operation] = last
        if placed.end[operation] > placed.start[operation]:
            last = operation
    return behind


def jobs_of(shop: Shop, placed: Placed, operations: pl.DataFrame) -> pl.DataFrame:
    """The jobs with start, end, lateness, and why the late ones are late."""
    alone = _alone(shop)
    jobs: dict[str, list[object]] = {
        name: [] for name in ("start", "end", "due", "alone_end", "reason", "center", "wait", "waits_for")
    }
    waits, reasons = operations["wait"].to_list(), operations["reason"].to_list()
    blockers = operations["waits_for_operation_id"].to_list()
    job_of = dict(zip(operations["operation_id"].to_list(), operations["job_id"].to_list(), strict=True))
    centers = operations["work_center_id"].to_list()
    for job in range(len(shop.first) - 1):
        own = range(int(shop.first[job]), int(shop.first[job + 1]))
        start, end, due = int(placed.start[own[0]]), int(placed.end[own[-1]]), int(shop.due[job])
        longest = max(own, key=lambda at: waits[at])
        ended, last = linked_end(shop, placed.end, job)
        ones = shop.before[shop.before_first[job] : shop.before_first[job + 1]].tolist()
        delayed = ended - max((alone[one] for one in ones), default=ended)
        reason = None
        if end > due:
            if due <= shop.release[job]:
                reason = "already_overdue" if due <= shop.facts.start else "due_too_early"
            elif alone[job] > due:
                reason = "due_too_early"
            elif delayed > waits[longest]:
                reason = "order_before"
            else:
                reason = "pinned" if reasons[longest] in ("pinned", "frozen") or not waits[longest] else "machine_busy"
        waited = waits[longest] > 0
        blocker = blockers[longest] if reasons[longest] == "machine_busy" else None
        if reason == "order_before":
            waited, blocker = False, operations["operation_id"][last]
        for name, value in (
            ("start", start), ("end", end), ("due", None if due == NO_DUE else due), ("alone_end", alone[job]),
            ("reason", reason), ("center", centers[longest] if waited else None),
            ("wait", sum(waits[at] for at in own)), ("waits_for", job_of.get(blocker)),
        ):  # fmt: skip
            jobs[name].append(value)
    numbers = {name: pl.Series(jobs[name], dtype=pl.Int64) for name in ("start", "end", "due", "alone_end", "wait")}
    ids = shop.facts.operations["job_id"]
    return pl.DataFrame(
        {
            "job_id": ids.unique(maintain_order=True),
            **numbers,
            "lateness": numbers["end"] - numbers["due"],
            "is_late": (numbers["end"] > numbers["due"]).fill_null(False),
            "reason": pl.Series(jobs["reason"], dtype=pl.String),
            "reason_work_center_id": pl.Series(jobs["center"], dtype=operations.schema["work_center_id"]),
            "waits_for_job_id": pl.Series(jobs["waits_for"], dtype=ids.dtype),
        }
    )


def _alone(shop: Shop) -> list[int]:
    """When each job would end if every machine were free for it, what is held included."""
    first, starts, ends, before = shop.calendars
    found = [0] * (len(shop.first) - 1)
    for job in np.argsort(shop.rank, kind="stable").tolist():
        ones = shop.before[shop.before_first[job] : shop.before_first[job + 1]].tolist()
        after = max([int(shop.release[job]), *(found[one] for one in ones)])
        for operation in range(int(shop.first[job]), int(shop.first[job + 1])):
            at = int(shop.calendar[shop.center[operation]])
            for duration in (int(shop.queue[operation]), int(shop.duration[operation])):
                if duration:
                    after = int(
                        finish(at, opening(at, after, first, starts, ends), duration, first, starts, ends, before)
                    )
        found[job] = after
    return found


def findings_of(shop: Shop, placed: Placed) -> pl.DataFrame:
    """What does not fit: pins against each other, the calendar or the order of operations; work beyond a calendar."""
    found = list(shop.findings)
    for operation in range(len(shop.job)):
        job = int(shop.job[operation])
        follows = operation > shop.first[job]
        earliest = int(placed.end[operation - 1]) if follows else linked_end(shop, placed.end, job)[0]
        if shop.held[operation] != FREE and placed.start[operation] < earliest:
            found.append((operation, "pin_before_operation"))
        if placed.end[operation] > shop.times.given_until[shop.calendar[shop.center[operation]]]:
            found.append((operation, "beyond_calendar"))
    ids = shop.facts.operations["operation_id"]
    found.sort()
    return pl.DataFrame(
        {
            "operation_id": pl.Series([ids[place] for place, _ in found], dtype=ids.dtype),
            "finding": pl.Series([finding for _, finding in found], dtype=pl.String),
        }
    )
