"""Dispatching: operations put on machines one after the other, each as early as its machine allows.

`dispatched` looks at every moment at who could start and takes the first by a rule: nobody waits beside a free machine.
`in_order` puts them in an order that is given, which is how an improved order becomes a schedule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from dbt_project.engines.scheduling.facts import RULES
from dbt_project.engines.scheduling.shop import FREE, Shop
from dbt_project.engines.scheduling.working_time import FOREVER, Int64s, finish, opening

LATEST = 1 << 62


@dataclass(frozen=True)
class Placed:
    """Start, end and machine of every operation, in the order of the shop; machine −1 where there is no end of them."""

    start: Int64s
    end: Int64s
    machine: Int64s


@njit(cache=True)
def _place(
    center: int, calendar: int, duration: int, ready: int, machine_first: Int64s, free: Int64s, block_first: Int64s,
    block_start: Int64s, block_end: Int64s, first: Int64s, starts: Int64s, ends: Int64s, before: Int64s,
) -> tuple[int, int, int]:  # fmt: skip
    """The earliest start, its end and machine; of machines that allow the same start the one that rested least."""
    if machine_first[center] == machine_first[center + 1]:
        begin = opening(calendar, ready, first, starts, ends)
        return begin, finish(calendar, begin, duration, first, starts, ends, before), -1
    best, best_end, best_machine = FOREVER * 2, 0, -1
    for machine in range(machine_first[center], machine_first[center + 1]):
        begin = opening(calendar, max(ready, free[machine]), first, starts, ends)
        end = finish(calendar, begin, duration, first, starts, ends, before)
        for block in range(block_first[machine], block_first[machine + 1]):
            if block_end[block] > begin and block_start[block] < end:
                begin = opening(calendar, block_end[block], first, starts, ends)
                end = finish(calendar, begin, duration, first, starts, ends, before)
        if begin < best or (begin == best and free[machine] > free[best_machine]):
            best, best_end, best_machine = begin, end, machine
    return best, best_end, best_machine


@njit(cache=True)
def _ready(
    operation: int, after: int, calendar: int, queue: Int64s, first: Int64s, starts: Int64s, ends: Int64s,
    before: Int64s,
) -> int:  # fmt: skip
    if queue[operation] == 0:
        return after
    return finish(
        calendar, opening(calendar, after, first, starts, ends), queue[operation], first, starts, ends, before
    )


@njit(cache=True)
def _dispatched(
    rule: int, job_first: Int64s, center: Int64s, duration: Int64s, queue: Int64s, release: Int64s, wanted_by: Int64s,
    calendar: Int64s, machine_first: Int64s, held: Int64s, held_start: Int64s, held_end: Int64s, held_machine: Int64s,
    block_first: Int64s, block_start: Int64s, block_end: Int64s, link_first: Int64s, links: Int64s, first: Int64s,
    starts: Int64s, ends: Int64s, before: Int64s,
) -> tuple[Int64s, Int64s, Int64s]:  # fmt: skip
    count, jobs = len(center), len(job_first) - 1
    start, end, machine = held_start.copy(), held_end.copy(), held_machine.copy()
    free = np.zeros(machine_first[-1], dtype=np.int64)
    remaining = np.zeros(count, dtype=np.int64)  # work of the job from this operation on
    for job in range(jobs):
        total = 0
        for operation in range(job_first[job + 1] - 1, job_first[job] - 1, -1):
            total += duration[operation] + queue[operation]
            remaining[operation] = total
    after = release.copy()
    following = job_first[:-1].copy()
    offered_start = np.full(jobs, -1, dtype=np.int64)
    offered_end = np.zeros(jobs, dtype=np.int64)
    offered_machine = np.zeros(jobs, dtype=np.int64)
    is_open = np.zeros(jobs, dtype=np.bool_)
    while True:
        best, best_start, best_key, best_tie = -1, LATEST, np.inf, LATEST
        skipped = False
        for job in range(jobs):
            operation = following[job]
            while operation < job_first[job + 1] and held[operation] != FREE:
                after[job] = max(after[job], held_end[operation])
                operation += 1
                offered_start[job] = -1
                skipped = True
            following[job] = operation
            if operation == job_first[job + 1]:
                continue
            if not is_open[job]:
                waits = False
                for link in range(link_first[job], link_first[job + 1]):
                    one = links[link]
                    waits = waits or following[one] < job_first[one + 1]
                    after[job] = max(after[job], after[one])
                if waits:
                    continue
                is_open[job] = True
            if offered_start[job] < 0:
                at = calendar[center[operation]]
                ready = _ready(operation, after[job], at, queue, first, starts, ends, before)
                offered_start[job], offered_end[job], offered_machine[job] = _place(
                    center[operation], at, duration[operation], ready, machine_first, free, block_first, block_start,
                    block_end, first, starts, ends, before,
                )  # fmt: skip
            begin = offered_start[job]
            if begin > best_start:
                continue
            slack = wanted_by[operation] - begin - remaining[operation]
            if rule == 0:
                key = float(wanted_by[operation])
            elif rule == 1:
                key = (wanted_by[operation] - begin) / max(remaining[operation], 1)
            elif rule == 2:
                key = float(slack)
            elif rule == 3:
                key = float(duration[operation])
            else:
                key = -float(remaining[operation])
            if begin < best_start or key < best_key or (key == best_key and slack < best_tie):
                best, best_start, best_key, best_tie = job, begin, key, slack
        if best < 0 and not skipped:
            return start, end, machine
        if best < 0:
            continue
        operation = following[best]
        start[operation], end[operation] = offered_start[best], offered_end[best]
        machine[operation] = offered_machine[best]
        if machine[operation] >= 0:
            free[machine[operation]] = max(free[machine[operation]], end[operation])
        after[best] = max(after[best], end[operation])
        following[best] += 1
        taken = center[operation]
        for job in range(jobs):
            if job == best or (following[job] < job_first[job + 1] and center[following[job]] == taken):
                offered_start[job] = -1


@njit(cache=True)
def _in_order(
    order: Int64s, job: Int64s, center: Int64s, duration: Int64s, queue: Int64s, release: Int64s, calendar: Int64s,
    machine_first: Int64s, held: Int64s, held_start: Int64s, held_end: Int64s, held_machine: Int64s,
    block_first: Int64s, block_start: Int64s, block_end: Int64s, link_first: Int64s, links: Int64s, first: Int64s,
    starts: Int64s, ends: Int64s, before: Int64s,
) -> tuple[Int64s, Int64s, Int64s]:  # fmt: skip
    start, end, machine = held_start.copy(), held_end.copy(), held_machine.copy()
    free = np.zeros(machine_first[-1], dtype=np.int64)
    after = release.copy()
    for operation in order:
        if held[operation] == FREE:
            at = calendar[center[operation]]
            for link in range(link_first[job[operation]], link_first[job[operation] + 1]):
                after[job[operation]] = max(after[job[operation]], after[links[link]])
            ready = _ready(operation, after[job[operation]], at, queue, first, starts, ends, before)
            start[operation], end[operation], machine[operation] = _place(
                center[operation], at, duration[operation], ready, machine_first, free, block_first, block_start,
                block_end, first, starts, ends, before,
            )  # fmt: skip
            if machine[operation] >= 0:
                free[machine[operation]] = max(free[machine[operation]], end[operation])
        after[job[operation]] = max(after[job[operation]], end[operation])
    return start, end, machine


def dispatched(shop: Shop, rule: str) -> Placed:
    """Everybody placed by the rule, one of RULES."""
    return Placed(
        *_dispatched(
            RULES.index(rule), shop.first, shop.center, shop.duration, shop.queue, shop.release, shop.wanted_by,
            shop.calendar, shop.machine_first, shop.held, shop.held_start, shop.held_end, shop.held_machine,
            shop.block_first, shop.block_start, shop.block_end, shop.before_first, shop.before, *shop.calendars,
        )
    )  # fmt: skip


def turns_of(shop: Shop, starts: Int64s) -> Int64s:
    """All operations in the order of these starts, each job's in their sequence and after the jobs before it: what is
    held before its time does not overtake."""
    key = starts.copy()
    for job in np.argsort(shop.rank, kind="stable").tolist():
        own = slice(int(shop.first[job]), int(shop.first[job + 1]))
        ones = shop.before[shop.before_first[job] : shop.before_first[job + 1]]
        least = int(key[shop.first[ones + 1] - 1].max(initial=0))
        key[own] = np.maximum(np.maximum.accumulate(key[own]), least)
    return np.lexsort((np.arange(len(key)), shop.rank[shop.job], key)).astype(np.int64)


def in_order(shop: Shop, order: Int64s) -> Placed:
    """Everybody placed in this order, which has each job's operations in their sequence."""
    return Placed(
        *_in_order(
            order, shop.job, shop.center, shop.duration, shop.queue, shop.release, shop.calendar, shop.machine_first,
            shop.held, shop.held_start, shop.held_end, shop.held_machine, shop.block_first, shop.block_start,
            shop.block_end, shop.before_first, shop.before, *shop.calendars,
        )
    )  # fmt: skip
