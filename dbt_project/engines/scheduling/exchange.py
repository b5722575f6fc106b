"""Improvement by exchange: one operation at a time takes another turn, and what is not worse stays.

Cheap and good where the search for a proof is dear: some ten thousand orders are tried in a second, of a hundred
operations each. The same seed tries the same.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from dbt_project.engines.scheduling.dispatch import LATEST, Placed, _in_order, in_order, turns_of
from dbt_project.engines.scheduling.shop import NO_DUE, Shop
from dbt_project.engines.scheduling.working_time import Int64s

LATENESS_WEIGHT = 100  # a unit late counts as much as so many units of any end
CLASH = 1 << 50  # a pin before the operation it follows counts more than any time


@njit(cache=True)
def measured(
    start: Int64s, end: Int64s, job_first: Int64s, due: Int64s, weight: Int64s, begin: int, is_makespan: bool,
    link_first: Int64s, links: Int64s,
) -> int:  # fmt: skip
    """What is minimised, from the start of the schedule: clashes; the last end, or lateness and ends of all jobs."""
    total = 0
    for job in range(len(job_first) - 1):
        last = end[job_first[job + 1] - 1]
        if is_makespan:
            total = max(total, last - begin)
        else:
            total += last - begin
            if due[job] < NO_DUE and last > due[job]:
                total += LATENESS_WEIGHT * weight[job] * (last - due[job])
    for job in range(len(job_first) - 1):
        for operation in range(job_first[job] + 1, job_first[job + 1]):
            if start[operation] < end[operation - 1]:
                total += CLASH
        for link in range(link_first[job], link_first[job + 1]):
            if start[job_first[job]] < end[job_first[links[link] + 1] - 1]:
                total += CLASH
    return total


@njit(cache=True)
def _order_of(turns: Int64s, job_first: Int64s) -> Int64s:
    following = job_first[:-1].copy()
    order = np.empty(len(turns), dtype=np.int64)
    for place, job in enumerate(turns):
        order[place] = following[job]
        following[job] += 1
    return order


@njit(cache=True)
def _exchanged(
    turns: Int64s, tries: int, seed: int, is_makespan: bool, begin: int, due: Int64s, weight: Int64s, job_first: Int64s,
    job: Int64s, center: Int64s, duration: Int64s, queue: Int64s, release: Int64s, calendar: Int64s,
    machine_first: Int64s, held: Int64s, held_start: Int64s, held_end: Int64s, held_machine: Int64s,
    block_first: Int64s, block_start: Int64s, block_end: Int64s, link_first: Int64s, links: Int64s, first: Int64s,
    starts: Int64s, ends: Int64s, before: Int64s,
) -> Int64s:  # fmt: skip
    count = len(turns)
    best = LATEST
    random = 1 + seed % 2147483646  # Lehmer's generator
    source = target = 0
    for number in range(tries + 1):
        if number:
            random = random * 48271 % 2147483647
            source = (random >> 3) % count
            random = random * 48271 % 2147483647
            target = (random >> 3) % count
            if turns[source] == turns[target]:
                continue
            _move(turns, source, target)
            if not _keeps_links(turns, link_first, links):
                _move(turns, target, source)
                continue
        start, end, _machine = _in_order(
            _order_of(turns, job_first), job, center, duration, queue, release, calendar, machine_first, held,
            held_start, held_end, held_machine, block_first, block_start, block_end, link_first, links, first, starts,
            ends, before,
        )  # fmt: skip
        found = measured(start, end, job_first, due, weight, begin, is_makespan, link_first, links)
        if found <= best:
            best = found
        else:
            _move(turns, target, source)
    return _order_of(turns, job_first)


@njit(cache=True)
def _move(turns: Int64s, source: int, target: int) -> None:
    """Take the turn out at the source and put it in at the target."""
    taken = turns[source]
    if source < target:
        for place in range(source, target):
            turns[place] = turns[place + 1]
    else:
        for place in range(source, target, -1):
            turns[place] = turns[place - 1]
    turns[target] = taken


@njit(cache=True)
def _keeps_links(turns: Int64s, link_first: Int64s, links: Int64s) -> bool:
    """Whether every job has its first turn after the last turns of the jobs before it."""
    if len(links) == 0:
        return True
    begins = np.full(len(link_first) - 1, len(turns), dtype=np.int64)
    finishes = np.zeros(len(link_first) - 1, dtype=np.int64)
    for place, job in enumerate(turns):
        begins[job] = min(begins[job], place)
        finishes[job] = place
    for job in range(len(begins)):
        for link in range(link_first[job], link_first[job + 1]):
            if finishes[links[link]] > begins[job]:
                return False
    return True


def exchanged(shop: Shop, placed: Placed, tries: int, seed: int) -> Placed:
    """The schedule after so many tries, not worse than the one it starts from."""
    order = turns_of(shop, placed.start)
    improved = _exchanged(
        shop.job[order].astype(np.int64), tries, seed, shop.facts.objective == "makespan", shop.facts.start, shop.due,
        shop.weight, shop.first, shop.job, shop.center, shop.duration, shop.queue, shop.release, shop.calendar,
        shop.machine_first, shop.held, shop.held_start, shop.held_end, shop.held_machine, shop.block_first,
        shop.block_start, shop.block_end, shop.before_first, shop.before, *shop.calendars,
    )  # fmt: skip
    return in_order(shop, improved)
