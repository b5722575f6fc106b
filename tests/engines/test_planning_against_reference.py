"""The planning engine agrees with a plain reference on random small factories: suggestions, pegs, dates; and keeps its
own promises."""

from __future__ import annotations

import dataclasses
import os
from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dbt_project.engines.planning import PlanningResult, plan
from tests.engines import planning_reference
from tests.engines.planning_factories import batch, factories, facts
from tests.engines.planning_reference import Factory, Name

EXAMPLES = 5_000 if os.environ.get("BIHUAN_SOAK") else 150
FACTORIES, BATCH = 2_000, 200
# A factory follows from its number: a smaller one is not a simpler one.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


def supply_names(result: PlanningResult) -> dict[str, Name]:
    """Each supply of the result as the reference names it."""
    names: dict[str, Name] = {}
    lots: Counter[tuple[Any, ...]] = Counter()
    for row in result.suggestions.iter_rows(named=True):
        need = (row["item_id"], row["warehouse_id"], row["need_date"])
        if row["lot_rule"] == "free_stock":
            names[row["suggestion_id"]] = ("move", *need, row["from_warehouse_id"])
        else:
            names[row["suggestion_id"]] = ("plan", *need, lots[need])
            lots[need] += 1
    for row in result.pegging.iter_rows(named=True):
        if row["supply_kind"] == "by_product":
            order, item = row["supply_id"].split(":")
            names[row["supply_id"]] = (*names[order], "beside", item)
        elif row["supply_kind"] == "stock":
            names[row["supply_id"]] = ("stock", row["item_id"], row["warehouse_id"])
        elif row["supply_id"] is not None:
            names.setdefault(row["supply_id"], (row["supply_id"],))
    return names


def pegs(result: PlanningResult) -> Counter[tuple[Any, ...]]:
    names = supply_names(result)
    found: Counter[tuple[Any, ...]] = Counter()
    for row in result.pegging.iter_rows(named=True):
        supply = names[row["supply_id"]] if row["supply_id"] is not None else None
        if row["requirement_id"] is None:
            requirement: Name | None = None
        elif row["requirement_kind"] in ("planned_order_component", "planned_move"):
            requirement = (*names[row["parent_supply_id"]], row["item_id"])
        else:
            requirement = (row["requirement_id"],)
        found[requirement, supply] += row["quantity"]
    return found


@pytest.mark.parametrize("first", range(0, FACTORIES, BATCH))
def test_agrees_with_the_reference(first: int) -> None:
    agrees(range(first, first + BATCH))


@pytest.mark.soak
@pytest.mark.parametrize("first", range(10**6, 10**6 + 20_000, BATCH))
def test_agrees_with_the_reference_for_long(first: int) -> None:
    agrees(range(first, first + BATCH))


def agrees(numbers: range) -> None:
    """The factories of these numbers, planned as one; where that differs, the first that differs for itself."""
    whole, every = batch(numbers)
    try:
        agrees_with(whole, [planning_reference.plan(factory) for factory in every])
    except AssertionError:
        for number, factory in zip(numbers, every, strict=True):
            try:
                agrees_with(factory, [planning_reference.plan(factory)])
            except AssertionError as error:
                error.add_note(f"factory {number}")
                raise
        raise


def agrees_with(factory: Factory, found: list[planning_reference.Plan]) -> None:
    """Suggestions, pegs, dates and the orders behind each supply are the same."""
    expected = planning_reference.joined(found)
    result = plan(facts(factory))

    names = supply_names(result)
    suggested = {
        names[row["suggestion_id"]]: (
            row["quantity"], row["due_date"], row["release_date"], row["from_warehouse_id"], row["alternate"],
        )
        for row in result.suggestions.iter_rows(named=True)
    }  # fmt: skip
    assert suggested == {
        supply.name: (
            supply.quantity,
            supply.due,
            supply.release,
            supply.source[1] if supply.source else None,
            supply.alternate,
        )
        for supply in expected.supplies
        if supply.kind == "plan"
    }

    wanted: Counter[tuple[Any, ...]] = Counter()
    for need in expected.requirements:
        for supply, quantity in need.pegs:
            wanted[need.name, None if supply is None else supply.name] += quantity
    for supply in expected.supplies:
        if supply.free:
            wanted[None, supply.name] += supply.free
    assert pegs(result) == wanted

    horizon = set(result.delivery_dates.filter(pl.col("reason_key") == "beyond_horizon")["sales_order_line_id"])
    predicted = dict(result.delivery_dates.select("sales_order_line_id", "predicted_date").iter_rows())
    assert set(predicted) == set(expected.predicted)
    for line, day in expected.predicted.items():
        assert predicted[line] == day or (line in horizon and day is None)

    held_up = {supply.name[0]: supply.held_up for supply in expected.supplies if len(supply.name) == 1}
    for row in result.delivery_dates.iter_rows(named=True):
        assert row["capacity_days"] == sum(step["capacity_days"] for step in row["steps"])
        for step in row["steps"]:
            assert step["capacity_days"] == held_up.get(step["supply_id"], 0) <= step["days"]

    behind = planning_reference.lines_behind(expected)
    margins = {row["sales_order_line_id"]: row["margin_amount"] for row in factory.demands}
    for row in result.suggestions.iter_rows(named=True):
        lines = behind[names[row["suggestion_id"]]]
        assert row["sales_order_line_count"] == len(lines)
        assert row["margin_of_pegged_orders"] == sum(margins[line] for line in lines)
        assert 0 <= row["margin_at_risk"] <= sum(max(margins[line], 0) for line in lines)
        day = expected.available[names[row["suggestion_id"]]]
        assert row["available_date"] == day or day == planning_reference.NEVER


@settings(max_examples=EXAMPLES // 3, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(factories())
def test_pegs_add_up_to_both_sides_and_the_records_close(factory: Factory) -> None:
    result = plan(facts(factory))
    asked: dict[str, int] = {row["demand_id"]: row["quantity"] for row in factory.demands}
    by_requirement: defaultdict[str, int] = defaultdict(int)
    by_supply: defaultdict[str, int] = defaultdict(int)
    for row in result.pegging.iter_rows(named=True):
        assert row["quantity"] > 0
        if row["requirement_id"] is not None:
            by_requirement[row["requirement_id"]] += row["quantity"]
        if row["supply_id"] is not None and row["supply_kind"] != "by_product":
            by_supply[row["supply_id"]] += row["quantity"]
    assert {key: value for key, value in by_requirement.items() if key in asked} == asked
    given_supplies = {row["supply_id"]: row["quantity"] for row in factory.supplies}
    given_supplies |= {f"STOCK:{item}@{at}": quantity for (item, at), quantity in factory.stock.items()}
    given_supplies |= dict(result.suggestions.select("suggestion_id", "quantity").iter_rows())
    assert dict(by_supply) == given_supplies

    # Requirements of the record = requirements of the pegs, and the last balance is what nothing needs.
    gross: defaultdict[tuple[str, str], int] = defaultdict(int)
    last: dict[tuple[str, str], int] = {}
    for row in result.projection.sort("item_id", "warehouse_id", "date").iter_rows(named=True):
        place = (row["item_id"], row["warehouse_id"])
        before = last.get(place, factory.stock.get(place, 0))
        change = row["scheduled_receipt"] + row["planned_receipt"] - row["gross_requirement"]
        assert row["projected_balance"] == before + change
        last[place] = row["projected_balance"]
        gross[place] += row["gross_requirement"]
    pegged: defaultdict[tuple[str, str], int] = defaultdict(int)
    free: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in result.pegging.iter_rows(named=True):
        place = (row["item_id"], row["warehouse_id"])
        if row["requirement_id"] is not None:
            pegged[place] += row["quantity"]
        free[place] += (row["requirement_id"] is None) * row["quantity"] - (row["supply_id"] is None) * row["quantity"]
    assert {k: v for k, v in gross.items() if v} == dict(pegged)
    assert {k: v for k, v in last.items() if v} == {k: v for k, v in free.items() if v}

    # The arithmetic of every suggestion closes, and its identity is its own.
    for row in result.suggestions.iter_rows(named=True):
        short = row["required_quantity"] + row["safety_stock"] - row["available_quantity"]
        assert 0 < row["shortage_quantity"] == short
        is_part = row["lot_rule"] == "free_stock" or row["maximum_quantity"]
        assert short <= row["quantity"] or is_part
    assert result.suggestions["suggestion_id"].n_unique() == result.suggestions.height

    # Steps of a chain sum to the worked days from as_of to the day the line is covered.
    for row in result.delivery_dates.iter_rows(named=True):
        steps = row["steps"]
        top = steps[0]["available_date"]
        if top is not None:
            assert sum(step["days"] for step in steps) == factory.worked_between(factory.as_of, top)
            if row["predicted_date"] > row["need_date"]:
                assert row["predicted_date"] == top
                assert row["days_late"] == factory.worked_between(row["need_date"], top)


@settings(max_examples=EXAMPLES // 6, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(factories())
def test_same_facts_in_any_order_give_the_same_plan(factory: Factory) -> None:
    forward = facts(factory)
    backward = facts(
        Factory(
            factory.as_of,
            factory.horizon_days,
            dict(reversed(factory.items.items())),
            dict(reversed(factory.boms.items())),
            dict(reversed(factory.stock.items())),
            factory.demands[::-1],
            factory.supplies[::-1],
            factory.holidays,
            factory.routes[::-1],
            dict(reversed(factory.expiring.items())),
            dict(reversed(factory.by_products.items())),
            alternates=dict(reversed(factory.alternates.items())),
        )
    )
    one, other = plan(forward), plan(backward)
    for name in ("suggestions", "messages", "pegging", "projection", "delivery_dates", "findings"):
        assert getattr(one, name).equals(getattr(other, name)), name


@settings(max_examples=EXAMPLES // 6, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(factories(), st.data())
def test_decisions_survive_and_break_nothing(factory: Factory, data: st.DataObject) -> None:
    """Held suggestions stay, changed ones are as the planner wants them, and every unit is still accounted for."""
    before = plan(facts(factory))
    ids = before.suggestions["suggestion_id"].to_list()
    chosen = data.draw(st.lists(st.sampled_from(ids), unique=True, max_size=4)) if ids else []
    rows = [
        {
            "suggestion_id": one,
            "decision": data.draw(st.sampled_from(["reject", "snooze", "change", "approve"])),
            "quantity": data.draw(st.integers(1, 50_000_000)),
            "until": factory.as_of + timedelta(data.draw(st.integers(0, 3))),
        }
        for one in chosen
    ]
    decided = pl.DataFrame(rows, schema_overrides={"until": pl.Date}).with_columns(
        due_date=pl.lit(None, dtype=pl.Date), reason=pl.lit(None), decided_at=pl.lit(None)
    )
    after = plan(dataclasses.replace(facts(factory), decisions=decided)) if rows else before
    states = dict(after.suggestions.select("suggestion_id", "state").iter_rows())
    quantities = dict(after.suggestions.select("suggestion_id", "quantity").iter_rows())
    assert len(states) == after.suggestions.height
    parents = set(after.pegging["parent_supply_id"])
    for row in rows:
        one = row["suggestion_id"]
        held = row["decision"] == "reject" or (row["decision"] == "snooze" and row["until"] > factory.as_of)
        if row["decision"] == "approve":
            assert one not in states
        elif one in states:
            wanted = {"reject": "rejected", "change": "changed"}.get(row["decision"], "snoozed" if held else "proposed")
            assert states[one] == wanted
            assert one not in parents or not held
            assert row["decision"] != "change" or quantities[one] == row["quantity"]
    pegged: defaultdict[str, int] = defaultdict(int)
    for peg in after.pegging.filter(pl.col("supply_id").is_not_null()).iter_rows(named=True):
        pegged[peg["supply_id"]] += peg["quantity"]
    assert all(pegged[one] == quantity for one, quantity in quantities.items())
