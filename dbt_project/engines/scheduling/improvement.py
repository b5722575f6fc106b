"""Improvement by constraint programming (OR-Tools CP-SAT): a better order than a dispatch rule finds, if there is one.

The search knows one axis of working time: that of all work centres together. Where they have the same calendar it is
exact; where not, an operation is as long there as its work centre makes it on average, and what counts is the schedule
that the order found gives when everybody is placed exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from dbt_project.engines.scheduling.dispatch import Placed, turns_of
from dbt_project.engines.scheduling.exchange import LATENESS_WEIGHT
from dbt_project.engines.scheduling.shop import FREE, NO_DUE, Shop
from dbt_project.engines.scheduling.working_time import FOREVER, Int64s, WorkingTimes, worked_until

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolverSolutionCallback, IntVar


@dataclass(frozen=True)
class Search:
    """How long to look. deterministic_seconds: the solver's own measure of its work, the same on every machine.
    wall_seconds: an upper bound of real time; where it ends the search, the result depends on the machine.
    is_interleaved: many ways of searching in turn, on as many threads as there are workers, which changes nothing of
    what is found; else one way on one thread, which begins to improve at once.
    told: is given each better order as it is found, with the least that any schedule can reach; on another thread."""

    deterministic_seconds: float
    wall_seconds: float | None = None
    seed: int = 1
    is_interleaved: bool = True
    workers: int = 1
    told: Callable[[int, int], None] | None = None


@dataclass(frozen=True)
class Found:
    """order: all operations, each job's in their sequence. bound: the least any schedule can reach, on the axis."""

    order: Int64s
    bound: int
    axis: WorkingTimes
    is_exact: bool


def common_time(shop: Shop) -> tuple[WorkingTimes, bool]:
    """The time in which any work centre with machines works, and whether that is the calendar of all of them. What is
    done outside has days of its own, which would make the axis as long."""
    centers = np.unique(shop.center)
    own = [center for center in centers if shop.machine_first[center] < shop.machine_first[center + 1]]
    used = sorted({int(shop.calendar[center]) for center in own or centers})
    spans = [shop.times.spans(calendar) for calendar in used]
    everybody = [shop.times.spans(int(calendar)) for calendar in np.unique(shop.calendar[centers])]
    union = WorkingTimes.of([sorted(span for part in spans for span in part)], shop.facts.start)
    return union, all(part == spans[0] for part in everybody)


def improved_order(shop: Shop, hint: Placed, search: Search) -> Found | None:
    """A better order of starts than the hint's, or None where the search finds none."""
    from ortools.sat.python import cp_model

    axis, is_exact = common_time(shop)
    begins = _on_axis(axis, hint.start)
    sizes = _sizes(shop, axis, hint)
    ends = np.maximum(_on_axis(axis, hint.end), begins + sizes)
    horizon = int(ends.max(initial=0)) + int(sizes.sum())
    model = cp_model.CpModel()
    release = _on_axis(axis, shop.release)
    starts: list[Any] = []
    for operation in range(len(shop.job)):
        if shop.held[operation] == FREE:
            earliest = int(release[shop.job[operation]])
            starts.append(model.new_int_var(earliest, horizon, ""))
            model.add_hint(starts[-1], int(begins[operation]))
        else:
            starts.append(int(begins[operation]))
    _follow(shop, model, starts, sizes, begins, release)
    _follow_jobs(shop, model, starts, sizes)
    _share_machines(shop, model, starts, sizes, begins, ends)
    if shop.facts.keeps_order:
        _keep_order(shop, model, starts, sizes, begins)
    model.minimize(_objective(shop, model, starts, sizes, ends, _on_axis(axis, shop.due), horizon))
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = search.seed
    solver.parameters.num_workers = search.workers if search.is_interleaved else 1
    solver.parameters.interleave_search = search.is_interleaved
    solver.parameters.max_deterministic_time = search.deterministic_seconds
    if search.wall_seconds is not None:
        solver.parameters.max_time_in_seconds = search.wall_seconds
    status = solver.solve(model, _telling(search.told) if search.told is not None else None)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    found = np.array([at if isinstance(at, int) else solver.value(at) for at in starts], dtype=np.int64)
    return Found(turns_of(shop, found), int(np.ceil(solver.best_objective_bound - 1e-6)), axis, is_exact)


def _telling(told: Callable[[int, int], None]) -> CpSolverSolutionCallback:
    """Tells the objective and the bound of every order that is found."""
    from ortools.sat.python import cp_model

    class Telling(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            told(round(self.objective_value), int(np.ceil(self.best_objective_bound - 1e-6)))

    return Telling()


def measured_on(axis: WorkingTimes, shop: Shop, placed: Placed) -> int:
    """What the search minimises, of a schedule."""
    job_ends = _on_axis(axis, placed.end[shop.first[1:] - 1])
    if shop.facts.objective == "makespan":
        return int(job_ends.max(initial=0))
    late = np.maximum(job_ends - _on_axis(axis, shop.due), 0)
    return int((LATENESS_WEIGHT * shop.weight * late + job_ends).sum())


def _on_axis(axis: WorkingTimes, moments: Int64s) -> Int64s:
    table = (axis.first, axis.starts, axis.ends, axis.before)
    return np.array(
        [NO_DUE if at >= FOREVER else worked_until(0, int(at), *table) for at in moments.tolist()], dtype=np.int64
    )


def _sizes(shop: Shop, axis: WorkingTimes, hint: Placed) -> Int64s:
    """How long each operation takes on the axis: its duration, stretched where its work centre works less of it and
    shortened where it works more."""
    last = np.array([int(hint.end.max(initial=shop.facts.start)) + shop.facts.day_length], dtype=np.int64)
    first = np.array([shop.facts.start], dtype=np.int64)
    whole = int((_on_axis(axis, last) - _on_axis(axis, first))[0])
    sizes = shop.duration.copy()
    for calendar in np.unique(shop.calendar[shop.center]).tolist():
        part = slice(int(shop.times.first[calendar]), int(shop.times.first[calendar + 1]))
        own = WorkingTimes(
            np.array([0, part.stop - part.start]), shop.times.starts[part], shop.times.ends[part],
            shop.times.before[part], shop.times.given_until,
        )  # fmt: skip
        worked = int((_on_axis(own, last) - _on_axis(own, first))[0])
        if worked and worked != whole:
            of_calendar = shop.calendar[shop.center] == calendar
            sizes[of_calendar] = -(-shop.duration[of_calendar] * whole // worked)
    return sizes


def _follow(shop: Shop, model: CpModel, starts: list[Any], sizes: Int64s, begins: Int64s, release: Int64s) -> None:
    """Each operation after the one before it and its queue. What is held too early for that stays so."""
    for operation in range(len(shop.job)):
        queue = int(shop.queue[operation])
        if operation == shop.first[shop.job[operation]]:
            if queue and shop.held[operation] == FREE:
                model.add(starts[operation] >= int(release[shop.job[operation]]) + queue)
            continue
        before = operation - 1
        kept = shop.held[operation] != FREE
        if kept and begins[operation] < begins[before] + sizes[before]:
            continue
        model.add(starts[operation] >= starts[before] + int(sizes[before]) + (0 if kept else queue))


def _follow_jobs(shop: Shop, model: CpModel, starts: list[Any], sizes: Int64s) -> None:
    """The first operation of a job that is not held begins after the jobs before it have ended."""
    for job in range(len(shop.first) - 1):
        own = range(int(shop.first[job]), int(shop.first[job + 1]))
        free = next((at for at in own if shop.held[at] == FREE), None)
        if free is not None:
            for one in shop.before[shop.before_first[job] : shop.before_first[job + 1]].tolist():
                last = int(shop.first[one + 1]) - 1
                model.add(starts[free] >= starts[last] + int(sizes[last]) + int(shop.queue[free]))


def _share_machines(shop: Shop, model: CpModel, starts: list[Any], sizes: Int64s, begins: Int64s, ends: Int64s) -> None:
    """No more operations at a time than there are machines; what is held is taken out of their number."""
    for center in np.unique(shop.center).tolist():
        machines = int(shop.machine_first[center + 1] - shop.machine_first[center])
        if not machines:
            continue
        own = np.flatnonzero((shop.center == center) & (sizes > 0))
        intervals = [
            model.new_fixed_size_interval_var(starts[at], int(sizes[at]), "") for at in own if shop.held[at] == FREE
        ]
        demands = [1] * len(intervals)
        held = own[shop.held[own] != FREE]
        moments = sorted({*begins[held].tolist(), *ends[held].tolist()})
        for begin, end in pairwise(moments):
            taken = int(np.count_nonzero((begins[held] <= begin) & (ends[held] >= end)))
            if taken:
                intervals.append(model.new_fixed_size_interval_var(begin, end - begin, ""))
                demands.append(min(taken, machines))
        if machines == 1:
            model.add_no_overlap(intervals)
        else:
            model.add_cumulative(intervals, demands, machines)


def _keep_order(shop: Shop, model: CpModel, starts: list[Any], sizes: Int64s, begins: Int64s) -> None:
    """For any two jobs one goes first on every work centre that both visit."""
    at = [
        {int(shop.center[op]): op for op in range(int(shop.first[job]), int(shop.first[job + 1]))}
        for job in range(len(shop.first) - 1)
    ]
    for one in range(len(at)):
        for other in range(one + 1, len(at)):
            both = sorted(at[one].keys() & at[other].keys())
            if not both:
                continue
            is_first = model.new_bool_var("")
            model.add_hint(is_first, bool(begins[at[one][both[0]]] <= begins[at[other][both[0]]]))
            for center in both:
                a, b = at[one][center], at[other][center]
                model.add(starts[b] >= starts[a] + int(sizes[a])).only_enforce_if(is_first)
                model.add(starts[a] >= starts[b] + int(sizes[b])).only_enforce_if(~is_first)


def _objective(
    shop: Shop, model: CpModel, starts: list[Any], sizes: Int64s, ends: Int64s, due: Int64s, horizon: int
) -> Any:
    last = (shop.first[1:] - 1).tolist()
    job_ends = [starts[at] + int(sizes[at]) for at in last]
    if shop.facts.objective == "makespan":
        end: IntVar = model.new_int_var(0, horizon, "")
        for job_end in job_ends:
            model.add(end >= job_end)
        model.add_hint(end, int(ends.max()))
        return end
    terms: list[Any] = []
    for job, job_end in enumerate(job_ends):
        terms.append(job_end)
        if due[job] < NO_DUE:
            late = model.new_int_var(0, horizon, "")
            model.add(late >= job_end - int(due[job]))
            model.add_hint(late, max(int(ends[last[job]] - due[job]), 0))
            terms.append(LATENESS_WEIGHT * int(shop.weight[job]) * late)
    return sum(terms)
