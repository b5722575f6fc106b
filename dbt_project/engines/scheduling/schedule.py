"""A schedule: dispatched by a rule, improved where that is asked for, and explained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from dbt_project.engines.scheduling.dispatch import Placed, dispatched, in_order, turns_of
from dbt_project.engines.scheduling.exchange import CLASH, exchanged, measured
from dbt_project.engines.scheduling.facts import RULES, ScheduleInput, SchedulingFactIsInvalid
from dbt_project.engines.scheduling.improvement import Found, Search, improved_order, measured_on
from dbt_project.engines.scheduling.load import load_of
from dbt_project.engines.scheduling.reasons import findings_of, jobs_of, operations_of
from dbt_project.engines.scheduling.shop import Shop, shop_of
from dbt_project.engines.scheduling.working_time import begin_after

APPROVED = "approved"  # in place of a rule: the order of the approved plan, which counts where no rule is better


@dataclass(frozen=True)
class Schedule:
    """operations: operation_id, job_id, sequence, work_center_id, machine (from 0; null where there is no end of them),
        start, end, setup, run, held (pinned, frozen, null), ready (when it could have started but for its machine),
        wait (working time it then waited), reason (what its start waited for: pinned, frozen, order_start,
        order_before (the end of a job before it), previous_operation, machine_busy), waits_for_operation_id.
    jobs: job_id, start, end, due, lateness (units after due, negative if early; null without due), is_late, alone_end
        (when it would end with every machine free for it), reason of a late one (already_overdue,
        due_too_early, order_before, machine_busy, pinned),
        reason_work_center_id (where it waited longest), wait, waits_for_job_id.
    load: work_center_id, day (number), capacity, setup, run, operation_count.
    findings: operation_id, finding (pin_has_passed, pins_overlap, pin_in_closed_time, pin_before_operation,
        beyond_calendar, links_in_circle).
    makespan: end of the last operation less start. objective: what was minimised. rule: of the dispatch it came from,
        or approved.
    is_improved: exchange or search found a better order. is_best: there is no better schedule, lateness counted in
        working time. bound: the least makespan of any schedule; null where nothing was searched, or it is not exact.
    """

    operations: pl.DataFrame
    jobs: pl.DataFrame
    load: pl.DataFrame
    findings: pl.DataFrame
    makespan: int
    objective: int
    rule: str
    is_improved: bool
    is_best: bool
    bound: int | None


def schedule(
    facts: ScheduleInput, *, rule: str | None = None, exchanges: int = 0, search: Search | None = None, seed: int = 1
) -> Schedule:
    """Schedule the operations. rule: one of RULES; None: each of them, and the best counts. exchanges: how many
    other turns of single operations are tried from there (not on a line, which keeps its order). search: look for a
    better order from there; None: do not. Raises SchedulingFactIsInvalid."""
    if rule is not None and rule not in RULES:
        raise SchedulingFactIsInvalid(f"rule: {rule!r} is none of {', '.join(RULES)}")
    facts = facts.conformed()
    shop = shop_of(facts)
    tried = [(name, _kept_in_order(shop, dispatched(shop, name))) for name in ([rule] if rule else RULES)]
    chosen, best = min(tried, key=lambda pair: _measure(shop, pair[1]))
    if rule is None and not facts.keeps_order and facts.operations["planned_start"].null_count() < len(shop.job):
        followed = _as_planned(shop, best)
        if _measure(shop, followed) <= _measure(shop, best):
            chosen, best = APPROVED, followed
    found: Found | None = None
    is_improved = False
    if exchanges and len(shop.job) and not facts.keeps_order:
        better = exchanged(shop, best, exchanges, seed)
        if _measure(shop, better) < _measure(shop, best):
            best, is_improved = better, True
    if search is not None and len(shop.job):
        found = improved_order(shop, best, search)
        if found is not None:
            better = in_order(shop, found.order)
            if _measure(shop, better) < _measure(shop, best):
                best, is_improved = better, True
    clashes, objective = _measure(shop, best)
    bounded = found is not None and found.is_exact and not clashes
    operations = operations_of(shop, best)
    return Schedule(
        operations, jobs_of(shop, best, operations), load_of(shop, best), findings_of(shop, best),
        int(best.end.max(initial=facts.start)) - facts.start, objective, chosen, is_improved,
        found is not None and bounded and measured_on(found.axis, shop, best) <= found.bound,
        _least_makespan(facts, found) if found is not None and bounded and facts.objective == "makespan" else None,
    )  # fmt: skip


def _as_planned(shop: Shop, rest: Placed) -> Placed:
    """In the order of the approved plan; what it does not have starts in turn as in the other schedule."""
    planned = shop.facts.operations["planned_start"].fill_null(-1).to_numpy()
    return in_order(shop, turns_of(shop, np.where(planned >= 0, planned, rest.start).astype(np.int64)))


def _least_makespan(facts: ScheduleInput, found: Found) -> int:
    """The bound of the search as a makespan of the calendar."""
    axis = found.axis
    return max(int(begin_after(0, max(found.bound - 1, 0), axis.first, axis.starts, axis.before)) + 1 - facts.start, 0)


def _kept_in_order(shop: Shop, placed: Placed) -> Placed:
    """On a line the jobs go through in the order in which they were first dispatched."""
    if not shop.facts.keeps_order:
        return placed
    entered = placed.start[shop.first[:-1]]
    rank = np.empty(len(entered), dtype=np.int64)
    rank[np.argsort(entered, kind="stable")] = np.arange(len(entered))
    return in_order(shop, np.argsort(rank[shop.job], kind="stable").astype(np.int64))


def _measure(shop: Shop, placed: Placed) -> tuple[int, int]:
    """What is minimised: first, pins that come before the operation they follow; then the objective."""
    total = measured(
        placed.start, placed.end, shop.first, shop.due, shop.weight, shop.facts.start,
        shop.facts.objective == "makespan", shop.before_first, shop.before,
    )  # fmt: skip
    return divmod(int(total), CLASH)
