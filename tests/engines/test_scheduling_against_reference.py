"""Random shops: every schedule keeps what a schedule has to keep, whatever the rule; the search never makes it worse
and finds the best where every order can be tried."""

from __future__ import annotations

import os
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from dbt_project.engines.scheduling import RULES, Search, job_ends, schedule
from tests.engines.scheduling_reference import SmallShop, faults, least_makespan
from tests.engines.scheduling_shops import facts, shop_of_number, shops, tiny_shop

EXAMPLES = 5_000 if os.environ.get("BIHUAN_SOAK") else 120
# A shop follows from its number: a smaller one is not a simpler one.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
SEARCH = Search(0.05)


@settings(max_examples=EXAMPLES, phases=PHASES)
@given(shops(), st.sampled_from(RULES))
def test_dispatched_schedules_have_no_faults(shop: SmallShop, rule: str) -> None:
    answer = schedule(facts(shop), rule=rule)
    assert faults(shop, answer) == []


@settings(max_examples=EXAMPLES // 4, phases=PHASES)
@given(shops(), st.sampled_from(["lateness", "makespan"]))
def test_improved_schedules_have_no_faults_and_are_no_worse(shop: SmallShop, objective: str) -> None:
    given_facts = facts(shop, objective=objective)
    answer = schedule(given_facts, search=SEARCH)
    assert faults(shop, answer) == []
    dispatched = schedule(given_facts)
    clashes = [
        len(found.findings.filter(pl.col("finding") == "pin_before_operation")) for found in (answer, dispatched)
    ]
    assert (clashes[0], answer.objective) <= (clashes[1], dispatched.objective)
    if answer.bound is not None:
        assert answer.bound <= answer.makespan or clashes[0]


@settings(max_examples=EXAMPLES, phases=PHASES)
@given(shops(), st.sampled_from(["lateness", "makespan"]))
def test_exchanged_schedules_have_no_faults_and_are_no_worse(shop: SmallShop, objective: str) -> None:
    given_facts = facts(shop, objective=objective)
    answer = schedule(given_facts, exchanges=200)
    assert faults(shop, answer) == []
    assert answer.operations.equals(schedule(given_facts, exchanges=200).operations)
    dispatched = schedule(given_facts)
    clashes = [
        len(found.findings.filter(pl.col("finding") == "pin_before_operation")) for found in (answer, dispatched)
    ]
    assert (clashes[0], answer.objective) <= (clashes[1], dispatched.objective)


@settings(max_examples=EXAMPLES, phases=PHASES)
@given(shops(), st.booleans())
def test_a_schedule_that_is_followed_ends_as_it_says(shop: SmallShop, is_searched: bool) -> None:
    given_facts = facts(shop)
    answer = schedule(given_facts, exchanges=200, search=SEARCH if is_searched else None)
    again = job_ends(given_facts, answer.operations, {})
    assert again.rows() == answer.jobs.select("job_id", "end").rows()


@settings(max_examples=EXAMPLES // 4, phases=PHASES)
@given(st.integers(0, 2**32), st.sampled_from([Fraction(1, 3), Fraction(2), Fraction(5, 4)]))
def test_what_is_followed_faster_ends_no_later(number: int, rate: Fraction) -> None:
    """Where nothing is held; what is followed slower ends no earlier."""
    given_facts = facts(tiny_shop(number))
    answer = schedule(given_facts).operations
    before, after = (job_ends(given_facts, answer, {"X": each}) for each in (Fraction(1), rate))
    assert all((end <= was) if rate > 1 else (end >= was) for end, was in zip(after["end"], before["end"], strict=True))


@settings(max_examples=EXAMPLES // 4, phases=PHASES)
@given(st.integers(0, 2**32))
def test_exchange_comes_close_to_the_best_of_a_tiny_shop(number: int) -> None:
    """Of so few operations almost every order is tried."""
    shop = tiny_shop(number)
    answer = schedule(facts(shop, objective="makespan"), exchanges=2_000)
    assert least_makespan(shop) <= answer.makespan <= least_makespan(shop) * 1.25


@settings(max_examples=EXAMPLES // 4, phases=PHASES)
@given(st.integers(0, 2**32))
def test_the_best_schedule_of_a_tiny_shop_is_found(number: int) -> None:
    shop = tiny_shop(number)
    answer = schedule(facts(shop, objective="makespan"), search=Search(2))
    assert (answer.is_best, answer.makespan) == (True, least_makespan(shop))


@pytest.mark.parametrize("number", range(3))
def test_the_same_facts_give_the_same_schedule(number: int) -> None:
    shop = shop_of_number(number)
    once = schedule(facts(shop), search=SEARCH)
    again = schedule(facts(shop), search=Search(0.05, workers=2))
    for name in ("operations", "jobs", "load", "findings"):
        assert_frame_equal(getattr(once, name), getattr(again, name))


@settings(max_examples=EXAMPLES // 2, phases=PHASES)
@given(shops())
def test_reasons_are_true(shop: SmallShop) -> None:
    answer = schedule(facts(shop))
    ends = {row["operation_id"]: row["end"] for row in answer.operations.iter_rows(named=True)}
    for row in answer.operations.iter_rows(named=True):
        if row["reason"] == "machine_busy":
            assert row["wait"] > 0
            assert row["start"] > row["ready"]
            blocker = row["waits_for_operation_id"]
            assert blocker is None or ends[blocker] <= row["start"]
        elif row["held"] is None:
            assert row["start"] == row["ready"]
        if row["reason"] == "order_before":
            assert ends[row["waits_for_operation_id"]] <= row["start"]
    for row in answer.jobs.iter_rows(named=True):
        due = shop.jobs[row["job_id"]].due
        assert row["is_late"] == (due is not None and row["end"] > due)
        assert (row["reason"] is not None) == row["is_late"]
        if row["reason"] == "machine_busy":
            assert row["alone_end"] <= due < row["end"]
            assert row["reason_work_center_id"] is not None
