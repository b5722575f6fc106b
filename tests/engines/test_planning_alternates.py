"""Alternates of a BOM and the release fence, as planners read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from dbt_project.engines.planning import PlanningInput, plan
from tests.engines.test_planning_stories import ITEMS, bicycles, coming, january, planned, row, sold

MICRO = 1_000_000
# A bike is made of a FRAME; else of a KIT, else of scratch.
BOUGHT = {"kind": "bought", "lead_time_days": 2}
PARTS: dict[str, dict[str, Any]] = {
    "BIKE": {"kind": "made", "lead_time_days": 1}, "FRAME": BOUGHT, "KIT": BOUGHT, "TUBE": BOUGHT,
}  # fmt: skip
BOMS = [(1, "FRAME", 1), (2, "KIT", 2), (3, "TUBE", 6)]


def _alternates(given: PlanningInput, **ends: date) -> PlanningInput:
    """The same facts, a bike being made by each of the BOMs above; ends: last day of an alternate, by component."""
    versions = [
        {
            "bom_id": part, "item_id": "BIKE", "effective_date": date(2025, 1, 1), "end_date": ends.get(part),
            "output_quantity": MICRO, "alternate": number,
        }
        for number, part, _quantity in BOMS
    ]  # fmt: skip
    lines = [{"bom_id": part, "item_id": part, "quantity": quantity * MICRO} for _number, part, quantity in BOMS]
    return replace(
        given,
        bom_versions=pl.DataFrame(versions, schema_overrides={"end_date": pl.Date}),
        bom_lines=pl.DataFrame(lines),
    )


def _made(given: PlanningInput) -> list[tuple[Any, ...]]:
    """What is suggested: item, alternate, quantity."""
    found = plan(given).suggestions.sort("item_id", "due_date")
    return [
        (item, alternate, quantity // MICRO)
        for item, alternate, quantity in found.select("item_id", "alternate", "quantity").iter_rows()
    ]


def test_the_main_bom_is_used_while_its_parts_are_there() -> None:
    given = bicycles([sold(1, "BIKE", 5, january(20))], stock={"FRAME": 5, "KIT": 100}, items=PARTS, boms={})
    assert _made(_alternates(given)) == [("BIKE", 1, 5)]


def test_the_next_alternate_is_taken_when_the_first_is_short() -> None:
    given = bicycles([sold(1, "BIKE", 5, january(20))], stock={"FRAME": 4, "KIT": 10}, items=PARTS, boms={})
    assert _made(_alternates(given)) == [("BIKE", 2, 5)]
    # Of which one more is wanted elsewhere: the third, of which there is enough.
    given = bicycles(
        [sold(1, "BIKE", 5, january(20)), sold(2, "KIT", 1, january(15))],
        stock={"FRAME": 4, "KIT": 10, "TUBE": 30}, items=PARTS, boms={},
    )  # fmt: skip
    assert _made(_alternates(given)) == [("BIKE", 3, 5)]


def test_where_all_are_short_the_main_one_is_bought_for() -> None:
    given = bicycles([sold(1, "BIKE", 5, january(20))], items=PARTS, boms={})
    assert _made(_alternates(given)) == [("BIKE", 1, 5), ("FRAME", None, 5)]


def test_what_comes_by_the_start_counts_and_what_comes_later_does_not() -> None:
    demands = [sold(1, "BIKE", 5, january(20))]
    for due, alternate in ((january(19), 1), (january(20), 2)):
        frames = [coming("PO:1", "FRAME", 5, due)]
        given = bicycles(demands, frames, stock={"KIT": 10}, items=PARTS, boms={})
        assert _made(_alternates(given))[0] == ("BIKE", alternate, 5), due


def test_orders_before_it_use_up_what_the_next_one_could_have() -> None:
    demands = [sold(1, "BIKE", 4, january(20)), sold(2, "BIKE", 3, january(22))]
    given = bicycles(demands, stock={"FRAME": 5, "KIT": 6}, items=PARTS, boms={})
    assert _made(_alternates(given)) == [("BIKE", 1, 4), ("BIKE", 2, 3)]
    # Safety stock is not used for it.
    kept = PARTS | {"KIT": BOUGHT | {"safety_stock": MICRO}}
    given = bicycles(demands, stock={"FRAME": 5, "KIT": 6, "TUBE": 18}, items=kept, boms={})
    assert _made(_alternates(given)) == [("BIKE", 1, 4), ("BIKE", 3, 3)]


def test_an_alternate_counts_only_while_it_is_in_force() -> None:
    demands = [sold(1, "BIKE", 5, january(20))]
    given = bicycles(demands, stock={"KIT": 10, "TUBE": 30}, items=PARTS, boms={})
    assert _made(_alternates(given, KIT=january(16))) == [("BIKE", 3, 5)]
    # The main one has ended: the alternate is what there is.
    given = bicycles(demands, items=PARTS, boms={})
    assert _made(_alternates(given, FRAME=january(16)))[0] == ("BIKE", 2, 5)


def test_nothing_new_is_released_within_the_release_fence() -> None:
    items = {"WHEEL": ITEMS["WHEEL"] | {"release_fence_days": 5}}
    demands = [sold(1, "WHEEL", 10, january(12)), sold(2, "WHEEL", 1, january(30))]
    wheels = planned(demands, items=items, boms={}).suggestions.sort("need_date")
    free = planned(demands, items={"WHEEL": ITEMS["WHEEL"]}, boms={}).suggestions.sort("need_date")
    # Five days from the 5th is Saturday the 10th: released on Monday, there when its lead time is over.
    assert wheels["release_date"].to_list() == [january(12), free["release_date"][1]]
    lead = wheels["lead_time_days"][0]
    assert wheels["due_date"].to_list() == [january(12 + lead), january(30)]
    assert free["release_date"][0] < january(10)


def test_a_planners_own_date_is_kept_within_the_fence() -> None:
    items = {"WHEEL": ITEMS["WHEEL"] | {"release_fence_days": 5}}
    demands = [sold(1, "WHEEL", 10, january(12))]
    suggestion = row(planned(demands, items=items, boms={}).suggestions)
    decision = {
        "suggestion_id": suggestion["suggestion_id"], "decision": "change", "quantity": 10 * MICRO,
        "due_date": january(9), "until": None, "reason": "by hand", "decided_at": None,
    }  # fmt: skip
    changed = row(planned(demands, items=items, boms={}, decisions=pl.DataFrame([decision])).suggestions)
    assert (changed["state"], changed["due_date"]) == ("changed", january(9))
