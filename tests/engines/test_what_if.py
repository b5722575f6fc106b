"""What-if: each kind of change does what it says to a small plan, exactly, and leaves the base as it is."""

from __future__ import annotations

import dataclasses
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from dbt_project.engines.planning import PlanningFactIsInvalid, PlanningInput, plan
from dbt_project.engines.planning.what_if import Change, at_other_capacity, changed

MICRO = 1_000_000
AS_OF = date(2026, 3, 2)
FACTS = PlanningInput(
    as_of=AS_OF,
    horizon_days=100,
    items=pl.DataFrame(
        [
            {
                "item_id": "A", "warehouse_id": 1, "kind": "bought", "preferred_supplier_id": 7,
                "safety_stock": 2 * MICRO,
            },
            {"item_id": "B", "warehouse_id": 1, "kind": "made", "run_days_nano": 10**9},
        ],
        schema_overrides={"safety_stock": pl.Int64, "run_days_nano": pl.Int64, "preferred_supplier_id": pl.Int64},
    ),
    stock=pl.DataFrame([{"item_id": "A", "warehouse_id": 1, "quantity": 2 * MICRO}]),
    demands=pl.DataFrame(
        [
            {
                "demand_id": "SO:1", "kind": "sales_order", "item_id": "B", "warehouse_id": 1, "quantity": 3 * MICRO,
                "need_date": date(2026, 3, 20), "sales_order_line_id": 1,
            }
        ]
    ),
    supplies=pl.DataFrame(
        [
            {
                "supply_id": "PO:1", "kind": "purchase_order", "item_id": "A", "warehouse_id": 1, "quantity": 3 * MICRO,
                "due_date": date(2026, 3, 9), "supplier_id": 7,
            }
        ]
    ),
    bom_versions=pl.DataFrame(
        [{"bom_id": 1, "item_id": "B", "effective_date": date(2026, 1, 1), "output_quantity": MICRO}]
    ),
    bom_lines=pl.DataFrame([{"bom_id": 1, "item_id": "A", "quantity": MICRO}]),
    supplier_prices=pl.DataFrame(
        [{"item_id": "A", "supplier_id": 7, "lead_time_days": 5, "effective_date": date(2026, 1, 1)}]
    ),
)  # fmt: skip


def predicted(*changes: Change) -> date | None:
    found = plan(changed(FACTS, changes)).delivery_dates["predicted_date"][0]
    assert found is None or isinstance(found, date)
    return found


def suggested(*changes: Change) -> list[tuple[Any, ...]]:
    rows = plan(changed(FACTS, changes)).suggestions.sort("item_id").select("item_id", "quantity").rows()
    return [(item, quantity / MICRO) for item, quantity in rows]


def test_without_a_change_the_plan_is_the_base() -> None:
    assert plan(changed(FACTS, [])).delivery_dates.equals(plan(FACTS).delivery_dates)
    assert (predicted(), suggested()) == (date(2026, 3, 20), [("B", 3)])


def test_more_demand_and_a_new_one() -> None:
    assert suggested(Change("demand", rate=Fraction(2))) == [("A", 3), ("B", 6)]
    assert suggested(Change("demand", item="A", rate=Fraction(2))) == [("B", 3)]
    assert suggested(Change("demand", rate=Fraction(0))) == []
    new = Change("demand", item="A", warehouse=1, quantity=4 * MICRO, on=date(2026, 3, 25))
    assert suggested(new) == [("A", 4), ("B", 3)]


def test_what_is_on_its_way_comes_later() -> None:
    """The purchase order comes on 23 March; three units take three worked days from then."""
    assert predicted(Change("delay", days=14)) == date(2026, 3, 26)
    assert predicted(Change("delay", supplier=7, item="A", days=14)) == date(2026, 3, 26)
    assert predicted(Change("delay", supplier=8, days=14)) == date(2026, 3, 20)
    spare = Change("stock", item="A", warehouse=1, quantity=MICRO)
    assert predicted(Change("delay", days=14), spare) == date(2026, 3, 20)


def test_what_full_work_centres_hold_up_is_delayed_from_there() -> None:
    """Parts that could come on 13 March come on 20 March: three worked days of work end on the 25th."""
    expected = FACTS.supplies.with_columns(expected_date=pl.lit(date(2026, 3, 13)))
    facts = dataclasses.replace(FACTS, supplies=expected)
    assert plan(facts).delivery_dates["predicted_date"].to_list() == [date(2026, 3, 20)]
    later = plan(changed(facts, [Change("delay", days=7)])).delivery_dates
    assert later.select("predicted_date", "capacity_days").rows() == [(date(2026, 3, 25), 4)]


def test_lead_times_grow_and_never_fall_below_nothing() -> None:
    facts = changed(FACTS, [Change("lead_time", days=3)])
    assert facts.supplier_prices["lead_time_days"].to_list() == [8]
    assert changed(FACTS, [Change("lead_time", days=-9)]).supplier_prices["lead_time_days"].to_list() == [0]
    assert changed(FACTS, [Change("lead_time", supplier=8, days=3)]).supplier_prices["lead_time_days"].to_list() == [5]


def test_safety_stock() -> None:
    assert suggested(Change("safety_stock", rate=Fraction(3, 2))) == [("A", 1), ("B", 3)]


# A day of B is three quarters at one work centre, the rest at another.
OPERATIONS = pl.DataFrame(
    [("B", 1, 0, 750_000_000), ("B", 2, None, 250_000_000), ("A", 1, 0, 5)],
    schema={"item_id": pl.String, "work_center_id": pl.Int64, "setup_days_nano": pl.Int64, "run_days_nano": pl.Int64},
    orient="row",
)
NOTHING_IN_WORK = pl.DataFrame(schema={"supply_id": pl.String, "end": pl.Int64})


@pytest.mark.parametrize(
    ("rates", "days"),
    [({}, 10**9), ({1: 1}, 10**9), ({1: Fraction(1, 2)}, 1_750_000_000), ({1: 3, 2: 2}, 375_000_000)],
)
def test_new_work_takes_longer_where_capacity_is_less(rates: dict[int, Fraction], days: int) -> None:
    found = at_other_capacity(FACTS, {at: Fraction(rate) for at, rate in rates.items()}, OPERATIONS, NOTHING_IN_WORK)
    assert found.items["run_days_nano"].to_list() == [None, days]


def test_orders_in_work_are_expected_when_the_schedule_ends_them() -> None:
    """Minutes since 1970: due on the 9th, the order ends on the 9th at midnight, or a minute later on the 10th."""
    midnight = ((date(2026, 3, 9) - date(1970, 1, 1)).days + 1) * 1440
    for end, expected in ((midnight, None), (midnight + 1, date(2026, 3, 10))):
        ends = pl.DataFrame([{"supply_id": "PO:1", "end": end}])
        assert at_other_capacity(FACTS, {}, OPERATIONS, ends).supplies["expected_date"].to_list() == [expected]


def test_the_base_stays_as_it_is() -> None:
    before = plan(FACTS).suggestions
    for change in (
        Change("demand", rate=Fraction(5)),
        Change("delay", days=50),
        Change("safety_stock", rate=Fraction(9)),
    ):
        plan(changed(FACTS, [change]))
    assert plan(FACTS).suggestions.equals(before)


@pytest.mark.parametrize(
    "change",
    [
        Change("stock", item="A", warehouse=1), Change("lead_time"), Change("safety_stock"),
        Change("demand", item="A", warehouse=1), Change("demand", rate=Fraction(-1)),
    ],
)  # fmt: skip
def test_a_change_that_lacks_something_is_refused(change: Change) -> None:
    with pytest.raises(PlanningFactIsInvalid):
        changed(FACTS, [change])


def test_no_work_centre_does_nothing_for_ever() -> None:
    with pytest.raises(PlanningFactIsInvalid):
        at_other_capacity(FACTS, {1: Fraction(0)}, OPERATIONS, NOTHING_IN_WORK)
