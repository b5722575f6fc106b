"""Planning, story by story: what a planner sees and decides, with figures that can be checked by hand.

A bicycle takes two working days and needs one frame and two wheels; frames take five days, wheels three. 5 January 2026
is a Monday.
"""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from dbt_project.engines.planning import (
    PlanningFactIsInvalid,
    PlanningInput,
    PlanningResult,
    available_to_promise,
    plan,
    promise,
)

MICRO = 1_000_000
AS_OF = date(2026, 1, 5)
ITEMS: dict[str, dict[str, Any]] = {
    "BIKE": {"kind": "made", "lead_time_days": 2, "unit_cost": 100 * MICRO},
    "FRAME": {"kind": "bought", "lead_time_days": 5, "preferred_supplier_id": "STEEL", "unit_cost": 40 * MICRO},
    "WHEEL": {"kind": "bought", "lead_time_days": 3, "preferred_supplier_id": "ROUND", "unit_cost": 15 * MICRO},
}
BIKE_BOM = {"BIKE": {"FRAME": 1, "WHEEL": 2}}


def january(day: int) -> date:
    return date(2026, 1, day)


def sold(line: int, item: str, quantity: int, need: date, margin: int = 0, priority: int = 1) -> dict[str, Any]:
    return {
        "demand_id": f"SO:{line}", "kind": "sales_order", "item_id": item, "quantity": quantity * MICRO,
        "need_date": need, "sales_order_line_id": line, "margin_amount": margin, "priority": priority,
    }  # fmt: skip


def coming(
    name: str, item: str, quantity: int, due: date, kind: str = "purchase_order", released: bool = True
) -> dict[str, Any]:
    return {
        "supply_id": name, "kind": kind, "document_number": name.replace(":", "-"), "item_id": item,
        "quantity": quantity * MICRO, "due_date": due, "is_released": released,
    }  # fmt: skip


def consumed(order: str, item: str, quantity: int, need: date) -> dict[str, Any]:
    return {
        "demand_id": f"WC:{order}:{item}", "kind": "work_order_component", "item_id": item,
        "quantity": quantity * MICRO, "need_date": need, "work_order_id": order,
    }  # fmt: skip


def bicycles(
    demands: list[dict[str, Any]],
    supplies: list[dict[str, Any]] | None = None,
    stock: dict[str, int] | None = None,
    items: dict[str, dict[str, Any]] | None = None,
    boms: dict[str, dict[str, int]] | None = None,
    **more: Any,
) -> PlanningInput:
    """The facts of one warehouse, W."""
    boms = BIKE_BOM if boms is None else boms
    at = pl.lit("W").alias("warehouse_id")

    def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
        return pl.DataFrame(rows, infer_schema_length=None).with_columns(at) if rows else pl.DataFrame()

    given: dict[str, Any] = {"as_of": AS_OF, "horizon_days": 90} | more
    return PlanningInput(
        items=frame([{"item_id": name, "company_id": 1} | row for name, row in (items or ITEMS).items()]),
        stock=frame([{"item_id": name, "quantity": quantity * MICRO} for name, quantity in (stock or {}).items()]),
        demands=frame(demands),
        supplies=frame(supplies or []),
        bom_versions=pl.DataFrame(
            [
                {"bom_id": name, "item_id": name, "effective_date": date(2025, 1, 1), "output_quantity": MICRO}
                for name in boms
            ]
        ),
        bom_lines=pl.DataFrame(
            [
                {"bom_id": name, "item_id": component, "quantity": quantity * MICRO}
                for name, lines in boms.items()
                for component, quantity in lines.items()
            ]
        ),
        **given,
    )


def planned(*given: Any, **more: Any) -> PlanningResult:
    """The plan of these facts."""
    return plan(bicycles(*given, **more))


def asked(item: str, quantity: int, need: date) -> pl.DataFrame:
    return pl.DataFrame(
        [{"promise_id": "Q", "item_id": item, "warehouse_id": "W", "quantity": quantity * MICRO, "need_date": need}]
    )


def decided(suggestion: str, decision: str, **more: Any) -> dict[str, Any]:
    rows = [{"suggestion_id": suggestion, "decision": decision, "decided_at": datetime(2026, 1, 5, 9)} | more]
    columns = {"quantity": pl.Int64, "due_date": pl.Date, "until": pl.Date, "reason": pl.String}
    return {
        "decisions": pl.DataFrame(rows).with_columns(
            pl.lit(None, dtype=kind).alias(name) for name, kind in columns.items() if name not in more
        )
    }


def row(frame: pl.DataFrame, **where: Any) -> dict[str, Any]:
    """The only row that fits."""
    found = frame.filter(**where)
    assert found.height == 1, found
    return found.row(0, named=True)


def test_an_order_is_made_and_its_parts_are_bought() -> None:
    result = planned([sold(1, "BIKE", 10, january(23), margin=30_000)], stock={"WHEEL": 6})
    bike = row(result.suggestions, item_id="BIKE")
    assert (bike["kind"], bike["quantity"], bike["release_date"]) == ("make", 10 * MICRO, january(21))
    frame = row(result.suggestions, item_id="FRAME")
    assert (frame["kind"], frame["supplier_id"], frame["due_date"]) == ("buy", "STEEL", january(21))
    assert (frame["release_date"], frame["value_amount"]) == (january(14), 40_000)
    wheel = row(result.suggestions, item_id="WHEEL")
    assert (wheel["required_quantity"], wheel["available_quantity"]) == (20 * MICRO, 6 * MICRO)
    assert (wheel["shortage_quantity"], wheel["quantity"]) == (14 * MICRO, 14 * MICRO)
    assert wheel["reason"] == (
        "WHEEL needs 20 on 2026-01-21, keeps 0 as safety stock and has 6: 14 short; by lot_for_lot that makes 14."
    )
    assert set(result.suggestions["margin_of_pegged_orders"]) == {30_000}
    # 14 of 20 wheels hang on the suggestion.
    assert wheel["margin_at_risk"] == 21_000
    assert row(result.delivery_dates, sales_order_line_id=1)["reason_key"] == "on_time"


def test_a_release_in_the_past_is_shown_and_the_date_is_real() -> None:
    result = planned([sold(1, "BIKE", 1, january(7))], stock={"WHEEL": 2})
    frame = row(result.suggestions, item_id="FRAME")
    assert (frame["due_date"], frame["release_date"], frame["is_release_past"]) == (
        january(5),
        date(2025, 12, 29),
        True,
    )
    line = row(result.delivery_dates, sales_order_line_id=1)
    # Five days for the frame from Monday the 5th, then two for the bicycle.
    assert (line["predicted_date"], line["days_late"]) == (january(14), 5)
    assert (line["reason_key"], line["reason_item_id"], line["reason_lead_time_days"]) == ("lead_time", "FRAME", 5)
    assert [(step["item_id"], step["lead_time_days"], step["days"]) for step in line["steps"]] == [
        ("BIKE", 2, 2),
        ("FRAME", 5, 5),
    ]


def test_pegging_and_dates_go_on_through_open_work_orders() -> None:
    result = planned(
        [
            sold(1, "BIKE", 4, january(16), margin=800),
            consumed("9", "FRAME", 4, january(14)),
            consumed("9", "WHEEL", 8, january(14)),
        ],
        [coming("WO:9", "BIKE", 4, january(16), "work_order"), coming("PO:3", "FRAME", 4, january(20))],
        stock={"WHEEL": 8},
    )
    peg = row(result.pegging, item_id="FRAME")
    assert (peg["supply_id"], peg["sales_order_line_id"], peg["level"], peg["path"]) == ("PO:3", 1, 1, "SO:1 > BIKE")
    late = row(result.messages, supply_id="PO:3")
    assert (late["action"], late["to_date"], late["margin_at_risk"]) == ("expedite", january(14), 800)
    line = row(result.delivery_dates, sales_order_line_id=1)
    # The frames come on the 20th, and the order keeps its two days from frames to bicycle.
    assert (line["predicted_date"], line["reason_key"], line["reason_document_number"]) == (
        january(22),
        "late_supply",
        "PO-3",
    )
    assert [step["days"] for step in line["steps"]] == [2, 11]


def test_a_full_work_centre_moves_the_dates_and_nothing_else() -> None:
    """The bicycles are due on Friday the 16th and their work centre ends them on Wednesday the 21st."""
    demands = [sold(1, "BIKE", 4, january(16), margin=800), sold(2, "BIKE", 1, january(30))]
    order = coming("WO:9", "BIKE", 5, january(16), "work_order")
    plain, full = planned(demands, [order]), planned(demands, [order | {"expected_date": january(21)}])
    for name in ("suggestions", "messages", "pegging", "projection", "findings"):
        assert getattr(full, name).equals(getattr(plain, name)), name
    assert row(plain.delivery_dates, sales_order_line_id=1)["reason_key"] == "on_time"
    late, later = full.delivery_dates.sort("sales_order_line_id").iter_rows(named=True)
    assert (late["predicted_date"], late["days_late"], late["capacity_days"]) == (january(21), 3, 3)
    assert (late["reason_key"], late["reason_document_number"]) == ("capacity", "WO-9")
    assert late["reason"] == (
        "Waits for WO-9 of BIKE, which its work centre can finish on 2026-01-21, 3 worked days later than planned."
    )
    assert [(step["days"], step["capacity_days"]) for step in late["steps"]] == [(12, 3)]
    # What is wanted later is not late, though it waits for the same order.
    assert (later["predicted_date"], later["reason_key"], later["capacity_days"]) == (january(30), "on_time", 3)
    # What is free of the order is free when it is there.
    free = available_to_promise(bicycles(demands[1:], [order | {"expected_date": january(21)}]))
    assert free.select("date", "quantity").rows() == [(january(21), 4 * MICRO)]


def test_what_a_work_centre_takes_comes_on_top_of_late_parts() -> None:
    """Frames of the 20th make bicycles on the 22nd at the earliest; their work centre has time on the 27th."""
    demands = [sold(1, "BIKE", 4, january(16)), consumed("9", "FRAME", 4, january(14))]
    order = coming("WO:9", "BIKE", 4, january(16), "work_order") | {"expected_date": january(27)}
    result = planned(demands, [order, coming("PO:3", "FRAME", 4, january(20)) | {"expected_date": None}])
    line = row(result.delivery_dates, sales_order_line_id=1)
    assert (line["predicted_date"], line["reason_key"], line["capacity_days"]) == (january(27), "late_supply", 3)
    assert line["reason"] == (
        "Waits for PO-3 of FRAME, which comes on 2026-01-20. Work centres take 3 worked days more than planned."
    )
    assert [(step["item_id"], step["days"], step["capacity_days"]) for step in line["steps"]] == [
        ("BIKE", 5, 3),
        ("FRAME", 11, 0),
    ]


def test_earliest_need_first_then_priority() -> None:
    result = planned(
        [
            sold(1, "WHEEL", 5, january(20), priority=2),
            sold(2, "WHEEL", 5, january(20), priority=1),
            sold(3, "WHEEL", 5, january(12), priority=9),
        ],
        stock={"WHEEL": 10},
    )
    served = {peg["requirement_id"]: peg["supply_kind"] for peg in result.pegging.iter_rows(named=True)}
    assert served == {"SO:3": "stock", "SO:2": "stock", "SO:1": "buy"}


def test_safety_stock_is_a_floor_that_orders_may_use_first() -> None:
    items = {"WHEEL": ITEMS["WHEEL"] | {"safety_stock": 10 * MICRO}}
    result = planned([sold(1, "WHEEL", 4, january(6))], stock={"WHEEL": 10}, items=items, boms={})
    refill = row(result.suggestions)
    assert (refill["quantity"], refill["due_date"], refill["is_release_past"]) == (4 * MICRO, january(6), True)
    # The order itself ships from stock, on its day.
    line = row(result.delivery_dates)
    assert (line["predicted_date"], line["reason_key"]) == (january(6), "in_stock")
    assert set(result.pegging.filter(requirement_kind="safety_stock")["quantity"]) == {6 * MICRO, 4 * MICRO}


def test_an_order_on_its_way_is_expedited_before_a_new_one_is_planned() -> None:
    result = planned([sold(1, "WHEEL", 5, january(12))], [coming("PO:1", "WHEEL", 5, january(20))])
    assert result.suggestions.is_empty()
    message = row(result.messages)
    assert (message["action"], message["from_date"], message["to_date"]) == ("expedite", january(20), january(12))
    assert (
        message["reason"] == "PO-1 comes on 2026-01-20, but without it the balance is below its floor from 2026-01-12."
    )


def test_an_order_that_is_needed_in_time_is_not_pulled_away() -> None:
    """The second order's purchase was approved first; the first order still gets its own suggestion."""
    demands = [sold(1, "WHEEL", 5, january(12)), sold(2, "WHEEL", 5, january(20))]
    result = planned(demands, [coming("PO:1", "WHEEL", 5, january(20))])
    assert result.messages.is_empty()
    assert row(result.suggestions)["due_date"] == january(12)


def test_messages_on_what_comes_early_late_or_for_nothing() -> None:
    result = planned(
        [sold(1, "WHEEL", 5, january(20)), sold(2, "FRAME", 3, january(20)), sold(3, "BIKE", 1, january(8))],
        [
            coming("PO:1", "WHEEL", 5, january(12)),
            coming("PO:2", "WHEEL", 4, january(21)),
            coming("PO:3", "FRAME", 5, january(20)),
            coming("RQ:4", "BIKE", 1, january(6), "requisition", released=False),
            coming("PO:5", "GEAR", 1, date(2025, 12, 30)),
            coming("IN:6", "GEAR", 9, january(5), "inspection"),
        ],
        items=ITEMS | {"GEAR": {"kind": "bought", "lead_time_days": 1, "safety_stock": MICRO}},
    )  # fmt: skip
    told = {(one["supply_id"], one["action"]): one for one in result.messages.iter_rows(named=True)}
    assert set(told) == {
        ("PO:1", "defer"), ("PO:2", "cancel"), ("PO:3", "decrease"),
        ("RQ:4", "defer"), ("PO:5", "past_due"),
    }  # fmt: skip
    assert told["PO:1", "defer"]["to_date"] == january(20)
    assert told["PO:2", "cancel"]["to_date"] is None
    assert told["PO:3", "decrease"]["quantity"] == 3 * MICRO
    # Two days before the 8th are still to come: nothing to release yet.
    assert told["RQ:4", "defer"]["to_date"] == january(8)
    assert told["PO:5", "past_due"]["to_date"] == AS_OF


def test_what_has_to_start_now_is_released_and_not_deferred() -> None:
    demands = [sold(1, "BIKE", 1, january(7))]
    result = planned(demands, [coming("RQ:4", "BIKE", 1, january(6), "requisition", released=False)])
    release = row(result.messages)
    assert (release["action"], release["from_date"], release["to_date"]) == ("release", january(5), AS_OF)


def test_what_is_past_due_and_not_needed_yet_is_deferred_too() -> None:
    result = planned([sold(1, "WHEEL", 5, january(20))], [coming("PO:1", "WHEEL", 5, date(2025, 12, 30))])
    told = {message["action"]: message["to_date"] for message in result.messages.iter_rows(named=True)}
    assert told == {"past_due": january(20), "defer": january(20)}
    soon = planned([sold(1, "WHEEL", 5, january(5))], [coming("PO:1", "WHEEL", 5, date(2025, 12, 30))])
    assert row(soon.messages)["action"] == "past_due"


@pytest.mark.parametrize(
    ("asked_for", "more", "increase"),
    [
        (11, {}, 11),
        (12, {}, None),
        (12, {"lot_policy": "minimum_multiple", "minimum_quantity": 5 * MICRO}, 12),
        (12, {"lot_policy": "minimum_multiple", "minimum_quantity": 2 * MICRO}, None),
        (12, {"order_cost": 31 * MICRO}, 12),
        (12, {"order_cost": 30 * MICRO}, None),
    ],
)
def test_a_supply_short_of_less_than_a_new_order_is_worth_is_increased(
    asked_for: int, more: dict[str, Any], increase: int | None
) -> None:
    items = {"WHEEL": ITEMS["WHEEL"] | more}
    demands = [sold(1, "WHEEL", asked_for, january(20), margin=120)]
    result = planned(demands, [coming("PO:1", "WHEEL", 10, january(20))], items=items, boms={})
    assert result.suggestions.height == 1
    if increase is None:
        assert result.messages.is_empty()
        return
    message = row(result.messages)
    assert (message["action"], message["quantity"]) == ("increase", increase * MICRO)
    assert message["margin_at_risk"] == result.suggestions["margin_at_risk"][0] > 0
    # Once it is larger, neither the message nor the suggestion is left.
    after = planned(demands, [coming("PO:1", "WHEEL", increase, january(20))], items=items, boms={})
    assert after.messages.is_empty()
    assert after.suggestions.is_empty()


def test_a_tolerance_keeps_noise_out() -> None:
    demands, supplies = [sold(1, "WHEEL", 5, january(20))], [coming("PO:1", "WHEEL", 5, january(22))]
    assert planned(demands, supplies, tolerance_days=2).messages.is_empty()
    assert row(planned(demands, supplies, tolerance_days=1).messages)["action"] == "expedite"
    patient = {"WHEEL": ITEMS["WHEEL"] | {"tolerance_days": 2}}
    assert planned(demands, supplies, items=patient, boms={}, tolerance_days=1).messages.is_empty()


def test_a_suggestion_keeps_its_identity_when_quantity_and_dates_change() -> None:
    before = planned([sold(1, "BIKE", 10, january(23))]).suggestions
    after = planned([sold(1, "BIKE", 7, january(30)), sold(2, "BIKE", 3, january(14))], stock={"WHEEL": 1}).suggestions
    for item in ITEMS:
        first = row(before, item_id=item)["suggestion_id"]
        assert row(after, item_id=item, sales_order_line_id=1)["suggestion_id"] == first
    assert after["suggestion_id"].n_unique() == 6


def test_parts_keep_their_identity_when_the_order_for_them_is_approved() -> None:
    demands = [sold(1, "BIKE", 10, january(23))]
    before = planned(demands).suggestions
    bike = row(before, item_id="BIKE")["suggestion_id"]
    approved = [coming("WO:7", "BIKE", 10, january(23), "work_order")]
    parts = [consumed("7", "FRAME", 10, january(21)), consumed("7", "WHEEL", 20, january(21))]
    after = planned(demands + parts, approved, **decided(bike, "approve")).suggestions
    assert set(after["suggestion_id"]) == set(before["suggestion_id"]) - {bike}


def test_what_is_short_beside_an_approved_order_has_an_identity_of_its_own() -> None:
    demands = [sold(1, "WHEEL", 10, january(23))]
    first = row(planned(demands).suggestions)["suggestion_id"]
    result = planned(demands, [coming("PO:1", "WHEEL", 4, january(23))], **decided(first, "approve"))
    rest = row(result.suggestions)
    assert (rest["quantity"], rest["state"]) == (6 * MICRO, "proposed")
    assert rest["suggestion_id"] != first
    # Cancelled, the document leaves everything open again: it can be approved anew.
    assert row(planned(demands, **decided(first, "approve")).suggestions)["suggestion_id"] != first


@pytest.mark.parametrize(
    ("decision", "more", "state"),
    [
        ("reject", {"reason": "customer will cancel"}, "rejected"),
        ("snooze", {"until": january(12)}, "snoozed"),
        ("snooze", {"until": january(5)}, "proposed"),
    ],
)
def test_rejected_and_snoozed_suggestions_stay_and_nothing_new_takes_their_place(
    decision: str, more: dict[str, Any], state: str
) -> None:
    demands = [sold(1, "BIKE", 10, january(23))]
    bike = row(planned(demands).suggestions, item_id="BIKE")["suggestion_id"]
    result = planned(demands, **decided(bike, decision, **more))
    shown = row(result.suggestions, item_id="BIKE")
    assert (shown["suggestion_id"], shown["state"], shown["quantity"]) == (bike, state, 10 * MICRO)
    assert shown["decision_reason"] == more.get("reason")
    held = state != "proposed"
    assert result.suggestions.height == (1 if held else 3)
    record = row(result.projection, item_id="BIKE", date=january(23))
    assert record["planned_receipt"] == (0 if held else 10 * MICRO)
    assert record["net_requirement"] == 10 * MICRO
    line = row(result.delivery_dates)
    assert line["reason_key"] == ("held_suggestion" if held else "on_time")
    assert line["predicted_date"] is not None


def test_a_changed_suggestion_keeps_the_planners_quantity_and_date() -> None:
    demands = [sold(1, "WHEEL", 10, january(23))]
    wheel = row(planned(demands).suggestions)["suggestion_id"]
    more = planned(demands, **decided(wheel, "change", quantity=25 * MICRO, due_date=january(16)))
    changed = row(more.suggestions)
    assert (changed["state"], changed["quantity"], changed["due_date"]) == ("changed", 25 * MICRO, january(16))
    assert changed["release_date"] == january(13)
    less = planned(demands, **decided(wheel, "change", quantity=4 * MICRO)).suggestions
    assert row(less, suggestion_id=wheel)["quantity"] == 4 * MICRO
    rest = row(less, state="proposed")
    assert (rest["quantity"], rest["due_date"]) == (6 * MICRO, january(23))


def test_a_decision_whose_ground_has_gone_is_named() -> None:
    wheel = row(planned([sold(1, "WHEEL", 10, january(23))]).suggestions)["suggestion_id"]
    result = planned([], **decided(wheel, "reject"))
    assert row(result.findings)["finding"] == "decision_without_ground"
    assert wheel in row(result.findings)["message"]


def test_items_of_a_cycle_are_named_and_skipped_and_everything_else_is_planned() -> None:
    items = ITEMS | {name: {"kind": "made", "lead_time_days": 1} for name in ("EGG", "HEN", "CAKE")}
    boms = BIKE_BOM | {"EGG": {"HEN": 1}, "HEN": {"EGG": 1, "WHEEL": 1}, "CAKE": {"EGG": 1, "FRAME": 1}}
    result = planned([sold(1, "CAKE", 2, january(23)), sold(2, "BIKE", 1, january(23))], items=items, boms=boms)
    finding = row(result.findings, finding="bom_cycle")
    assert "of EGG, HEN contain" in finding["message"]
    assert set(result.suggestions["item_id"]) == {"CAKE", "BIKE", "FRAME", "WHEEL"}
    cake = row(result.delivery_dates, sales_order_line_id=1)
    assert (cake["predicted_date"], cake["reason_key"], cake["reason_item_id"]) == (None, "no_source", "EGG")


def test_a_cycle_that_is_no_longer_in_force_is_none() -> None:
    result = plan(
        PlanningInput(
            as_of=AS_OF,
            horizon_days=30,
            items=pl.DataFrame(
                [{"item_id": name, "warehouse_id": "W", "kind": "made"} for name in ("A", "B")]
            ),
            bom_versions=pl.DataFrame(
                [
                    {"bom_id": 1, "item_id": "A", "effective_date": date(2024, 1, 1), "output_quantity": MICRO},
                    {"bom_id": 2, "item_id": "A", "effective_date": date(2025, 1, 1), "output_quantity": MICRO},
                    {"bom_id": 3, "item_id": "B", "effective_date": date(2025, 1, 1), "output_quantity": MICRO},
                ]
            ),
            bom_lines=pl.DataFrame(
                [{"bom_id": 1, "item_id": "B", "quantity": MICRO}, {"bom_id": 3, "item_id": "A", "quantity": MICRO}]
            ),
        )
    )  # fmt: skip
    assert result.findings.is_empty()


def test_items_without_a_source_are_named_and_skipped() -> None:
    items = ITEMS | {
        "PUMP": {"kind": "made", "lead_time_days": 1},
        "BELL": {"kind": "bought"},
        "BAG": {"kind": "bought", "lead_time_days": 2},
    }
    demands = [sold(n, item, 1, january(23)) for n, item in enumerate(("PUMP", "BELL", "BAG", "WHEEL", "LOST"))]
    result = planned(demands, items=items)
    found = set(result.findings.select("finding", "item_id").iter_rows())
    assert found == {("no_source", "PUMP"), ("no_source", "BELL"), ("no_supplier", "BAG"), ("item_not_planned", "LOST")}
    bell = row(result.findings, item_id="BELL")
    assert (bell["short_date"], bell["short_quantity"]) == (january(23), MICRO)
    assert set(result.suggestions["item_id"]) == {"BAG", "WHEEL"}


def test_what_is_needed_after_the_horizon_is_pegged_but_not_planned() -> None:
    result = planned(
        [sold(1, "WHEEL", 5, date(2026, 6, 1)), sold(2, "WHEEL", 5, date(2026, 6, 2))],
        [coming("PO:1", "WHEEL", 5, date(2026, 6, 1))],
    )
    assert result.suggestions.is_empty()
    assert result.messages.is_empty()
    assert row(result.delivery_dates, sales_order_line_id=1)["reason_key"] == "on_time"
    later = row(result.delivery_dates, sales_order_line_id=2)
    assert (later["reason_key"], later["predicted_date"]) == ("beyond_horizon", date(2026, 6, 2))


def test_what_is_reserved_is_pegged_to_its_order_before_earlier_demands_take_it() -> None:
    """Ten wheels lie there, reserved for the later order: the earlier one is bought for in time, not told late."""
    demands = [sold(1, "WHEEL", 6, january(12)), sold(2, "WHEEL", 10, january(23)) | {"reserved_quantity": 10 * MICRO}]
    result = planned(demands, stock={"WHEEL": 10}, items={"WHEEL": ITEMS["WHEEL"]}, boms={})
    buy = row(result.suggestions)
    assert (buy["quantity"], buy["due_date"], buy["sales_order_line_id"]) == (6 * MICRO, january(12), 1)
    pegs = {(peg["requirement_id"], peg["supply_kind"]): peg for peg in result.pegging.iter_rows(named=True)}
    assert {key: peg["quantity"] for key, peg in pegs.items()} == {
        ("SO:1", "buy"): 6 * MICRO, ("SO:2", "stock"): 10 * MICRO
    }  # fmt: skip
    assert pegs["SO:2", "stock"]["need_date"] == january(23)  # requirements keep their dates
    assert row(result.delivery_dates, sales_order_line_id=2)["reason_key"] == "in_stock"
    # The balance is not lessened before the order leaves; the same is bought in all as without the reservation.
    record = {line["date"]: line for line in result.projection.iter_rows(named=True)}
    assert record[january(12)]["projected_balance"] == 10 * MICRO
    assert record[january(23)]["gross_requirement"] == 10 * MICRO
    freely = planned(
        [line | {"reserved_quantity": None} for line in demands],
        stock={"WHEEL": 10}, items={"WHEEL": ITEMS["WHEEL"]}, boms={},
    )  # fmt: skip
    assert freely.suggestions["quantity"].sum() == 6 * MICRO
    assert row(freely.suggestions)["due_date"] == january(23)


def test_of_what_is_reserved_counts_what_lies_there() -> None:
    """Of 8 reserved for two orders 5 lie there: the nearer has them first; the rest is bought."""
    demands = [
        sold(line, "WHEEL", 4, january(8 + line)) | {"reserved_quantity": 4 * MICRO} for line in (1, 2)
    ]  # fmt: skip
    result = planned(demands, stock={"WHEEL": 5}, items={"WHEEL": ITEMS["WHEEL"]}, boms={})
    found = result.pegging.filter(requirement_kind="sales_order").select("requirement_id", "supply_kind", "quantity")
    assert set(found.rows()) == {
        ("SO:1", "stock", 4 * MICRO), ("SO:2", "stock", MICRO), ("SO:2", "buy", 3 * MICRO)
    }  # fmt: skip


def test_a_promise_takes_nothing_that_is_reserved() -> None:
    """Ten are reserved for the 23rd, ten come on the 20th: who asks today gets those, not these."""
    order = sold(1, "WHEEL", 10, january(23))
    given = ([coming("PO:1", "WHEEL", 10, january(20))], {"WHEEL": 10}, {"WHEEL": ITEMS["WHEEL"]}, {})
    for reserved, day in ((None, january(5)), (10 * MICRO, january(20))):
        facts = bicycles([order | {"reserved_quantity": reserved}], *given)
        free = available_to_promise(facts)
        assert free.select("date", "cumulative_quantity").rows() == [(day, 10 * MICRO)]
        waiting = promise(facts, asked("WHEEL", 10, january(5)), with_new_supplies=False)
        assert row(waiting.dates)["predicted_date"] == day


def test_another_warehouse_gives_nothing_that_is_reserved() -> None:
    """WEST has ten wheels and its order for them is covered again by the time it is due; reserved they stay."""
    at = [{"item_id": "WHEEL", "warehouse_id": place, "company_id": 1} | ITEMS["WHEEL"] for place in ("W", "WEST")]
    orders = [
        sold(1, "WHEEL", 4, january(9)) | {"warehouse_id": "W"},
        sold(2, "WHEEL", 10, january(23)) | {"warehouse_id": "WEST"},
    ]
    back = coming("PO:1", "WHEEL", 10, january(20)) | {"warehouse_id": "WEST"}
    for reserved, kind in ((None, "move"), (10 * MICRO, "buy")):
        orders[1]["reserved_quantity"] = reserved
        facts = PlanningInput(
            AS_OF, 90, items=pl.DataFrame(at), demands=pl.DataFrame(orders, infer_schema_length=None),
            supplies=pl.DataFrame([back]),
            stock=pl.DataFrame([{"item_id": "WHEEL", "warehouse_id": "WEST", "quantity": 10 * MICRO}]),
        )  # fmt: skip
        assert row(plan(facts).suggestions)["kind"] == kind


def test_of_a_yield_of_eighty_per_cent_a_quarter_more_is_started() -> None:
    """By hand: 8 good bikes at 80 % are 10 started ones: 10 frames and 20 wheels. The plan speaks of the 8, and a
    phantom's yield counts on top: 8 ÷ 0.8 ÷ 0.5."""
    facts = bicycles([sold(1, "BIKE", 8, january(23))])
    wasteful = dataclasses.replace(facts, bom_versions=facts.bom_versions.with_columns(yield_rate=pl.lit(800_000)))
    bought = dict(plan(wasteful).suggestions.select("item_id", "quantity").iter_rows())
    assert bought == {"BIKE": 8 * MICRO, "FRAME": 10 * MICRO, "WHEEL": 20 * MICRO}
    items = ITEMS | {"SET": {"kind": "made", "lead_time_days": 0}}
    facts = bicycles([sold(1, "BIKE", 8, january(23))], items=items, boms={"BIKE": {"SET": 1}, "SET": {"WHEEL": 2}})
    versions = facts.bom_versions.with_columns(
        yield_rate=pl.when(pl.col("item_id") == "SET").then(500_000).otherwise(800_000),
        is_phantom=pl.col("item_id") == "SET",
    )
    bought = dict(
        plan(dataclasses.replace(facts, bom_versions=versions)).suggestions.select("item_id", "quantity").rows()
    )
    assert bought == {"BIKE": 8 * MICRO, "WHEEL": 40 * MICRO}


def test_the_bill_of_material_in_force_on_the_start_counts() -> None:
    items = {"KIT": {"kind": "made", "lead_time_days": 1}} | dict.fromkeys(("OLD", "NEW"), ITEMS["WHEEL"])
    versions = [
        {"bom_id": 1, "item_id": "KIT", "effective_date": date(2025, 1, 1), "output_quantity": MICRO},
        {"bom_id": 2, "item_id": "KIT", "effective_date": january(20), "output_quantity": 4 * MICRO},
    ]
    lines = [
        {"bom_id": 1, "item_id": "OLD", "quantity": MICRO, "scrap_rate": 0},
        {"bom_id": 2, "item_id": "NEW", "quantity": 3 * MICRO, "scrap_rate": 100_000},
    ]
    result = plan(
        PlanningInput(
            AS_OF, 90,
            items=pl.DataFrame([{"item_id": name, "warehouse_id": "W"} | values for name, values in items.items()]),
            demands=pl.DataFrame(
                [sold(line, "KIT", 10, january(19 + line)) | {"warehouse_id": "W"} for line in (1, 2)]
            ),
            bom_versions=pl.DataFrame(versions),
            bom_lines=pl.DataFrame(lines),
        )
    )  # fmt: skip
    # Started on the 19th: one old part each; started on the 20th: 10 × 3 ÷ 4 new ones, of which a tenth is lost.
    assert row(result.suggestions, item_id="OLD")["quantity"] == 10 * MICRO
    assert row(result.suggestions, item_id="NEW")["quantity"] == 8_333_334


@pytest.mark.parametrize(
    ("need", "ends", "follows", "bought"),
    [
        (16, 20, None, {"OLD"}),
        (23, 20, None, set()),
        (16, 2, 20, {"NEW"}),
        (22, 20, 27, {"NEW"}),
    ],
)
def test_a_bill_of_material_counts_to_its_end(need: int, ends: int, follows: int | None, bought: set[str]) -> None:
    """Started a day before it is needed. Where none is in force, the next to come counts; where none comes, none does
    and the item is named."""
    versions: list[tuple[int, date, date | None, str]] = [(1, date(2025, 1, 1), january(ends), "OLD")]
    if follows is not None:
        versions.append((2, january(follows), None, "NEW"))
    items = {"KIT": {"kind": "made", "lead_time_days": 1}} | dict.fromkeys(("OLD", "NEW"), ITEMS["WHEEL"])
    result = plan(
        PlanningInput(
            AS_OF, 90,
            items=pl.DataFrame([{"item_id": name, "warehouse_id": "W"} | values for name, values in items.items()]),
            demands=pl.DataFrame([sold(1, "KIT", 1, january(need)) | {"warehouse_id": "W"}]),
            bom_versions=pl.DataFrame(
                [
                    {"bom_id": key, "item_id": "KIT", "effective_date": since, "end_date": end,
                     "output_quantity": MICRO}
                    for key, since, end, _ in versions
                ]
            ),
            bom_lines=pl.DataFrame(
                [{"bom_id": key, "item_id": item, "quantity": MICRO} for key, _, _, item in versions]
            ),
        )
    )  # fmt: skip
    assert set(result.suggestions["item_id"]) - {"KIT"} == bought
    assert ("bom_ended" in result.findings["finding"].to_list()) == (not bought)


def test_in_place_of_a_phantom_its_parts_are_bought() -> None:
    items = {"SET": {"kind": "made", "lead_time_days": 4}, "BIKE": ITEMS["BIKE"], "WHEEL": ITEMS["WHEEL"]}
    versions = [
        {"bom_id": 1, "item_id": "BIKE", "effective_date": date(2025, 1, 1), "output_quantity": MICRO},
        {"bom_id": 2, "item_id": "SET", "effective_date": date(2025, 1, 1), "output_quantity": 3 * MICRO,
         "is_phantom": True},
        {"bom_id": 3, "item_id": "SET", "effective_date": january(26), "output_quantity": MICRO, "is_phantom": False},
    ]  # fmt: skip
    lines = [
        {"bom_id": 1, "item_id": "SET", "quantity": 2 * MICRO, "scrap_rate": 0},
        {"bom_id": 2, "item_id": "WHEEL", "quantity": MICRO, "scrap_rate": 100_000},
        {"bom_id": 3, "item_id": "WHEEL", "quantity": MICRO, "scrap_rate": 0},
    ]
    result = plan(
        PlanningInput(
            AS_OF, 90,
            items=pl.DataFrame([{"item_id": name, "warehouse_id": "W"} | values for name, values in items.items()]),
            demands=pl.DataFrame(
                [sold(n, "BIKE", 1, day) | {"warehouse_id": "W"} for n, day in ((1, january(23)), (2, january(30)))]
            ),
            bom_versions=pl.DataFrame(versions, infer_schema_length=None),
            bom_lines=pl.DataFrame(lines),
        )
    )  # fmt: skip
    # Until the 26th 2 × 1 ÷ 3 ÷ 0.9 wheels, rounded up once, go straight into the bicycle; what starts later takes sets
    # that are made for themselves (this one from the 22nd on, by the version of that day).
    wheels = result.suggestions.filter(item_id="WHEEL").select("due_date", "quantity").rows()
    assert wheels == [(january(21), 740_741), (january(22), 740_741)]
    assert row(result.suggestions, item_id="SET")["quantity"] == 2 * MICRO


def test_a_by_product_is_a_supply() -> None:
    """Of every 2 bicycles falls one bell; sold are 10 bicycles on the 16th and 7 bells on the 23rd."""
    items = ITEMS | {"BELL": {"kind": "bought", "lead_time_days": 1, "preferred_supplier_id": "ROUND"}}
    demands = [sold(1, "BIKE", 10, january(16)), sold(2, "BELL", 7, january(23))]
    facts = bicycles(demands, items=items)
    beside = pl.DataFrame([{"bom_id": "BIKE", "item_id": "BELL", "quantity": MICRO // 2}])
    result = plan(dataclasses.replace(facts, by_products=beside))
    assert row(result.suggestions, item_id="BELL")["quantity"] == 2 * MICRO
    bike = row(result.suggestions, item_id="BIKE")["suggestion_id"]
    peg = row(result.pegging, supply_kind="by_product")
    assert (peg["supply_id"], peg["quantity"], peg["sales_order_line_id"]) == (f"{bike}:BELL", 5 * MICRO, 2)
    assert row(result.projection, item_id="BELL", date=january(16))["planned_receipt"] == 5 * MICRO
    # A by-product that is a component further up is not counted on.
    upwards = pl.DataFrame([{"bom_id": "BIKE", "item_id": "BIKE", "quantity": MICRO}])
    assert plan(dataclasses.replace(facts, by_products=upwards)).suggestions.height == 4


def test_a_largest_lot_makes_several_orders() -> None:
    items = {"WHEEL": ITEMS["WHEEL"] | {"maximum_quantity": 4 * MICRO}}
    result = planned([sold(1, "WHEEL", 10, january(23))], items=items, boms={})
    assert result.suggestions["quantity"].to_list() == [4 * MICRO, 4 * MICRO, 2 * MICRO]
    assert result.suggestions["suggestion_id"].n_unique() == 3
    assert row(result.projection, date=january(23))["net_requirement"] == 10 * MICRO


def test_nothing_new_comes_within_the_frozen_days() -> None:
    items = {"WHEEL": ITEMS["WHEEL"] | {"frozen_days": 10}}
    result = planned([sold(1, "WHEEL", 10, january(12))], items=items, boms={})
    wheel = row(result.suggestions)
    assert (wheel["need_date"], wheel["due_date"], wheel["release_date"]) == (january(12), january(15), january(12))
    line = row(result.delivery_dates)
    assert (line["predicted_date"], line["reason_key"]) == (january(15), "lead_time")


def test_economic_lots_are_multiples_of_the_economic_order_quantity() -> None:
    # 91 days to the horizon's end need 91: one a day. An order is worth 50 unit-days: √(2 · 1 · 50) = 10.
    costs = {"lot_policy": "economic", "order_cost": 50 * MICRO, "holding_cost": MICRO}
    items = {"WHEEL": ITEMS["WHEEL"] | costs}
    demands = [sold(1, "WHEEL", 7, january(12)), sold(2, "WHEEL", 84, january(23))]
    result = planned(demands, items=items, boms={})
    assert result.suggestions["quantity"].to_list() == [10 * MICRO, 90 * MICRO]


def test_supplier_price_breaks_lead_time_and_least_quantity() -> None:
    prices = [
        ("A", 10, 9_000_000, 1, date(2025, 1, 1)), ("A", 10, 6_000_000, 100, date(2025, 1, 1)),
        ("B", 4, 7_000_000, 20, date(2025, 1, 1)), ("B", 4, 5_000_000, 50, date(2025, 1, 1)),
        ("B", 4, 1_000_000, 1, date(2026, 6, 1)),
    ]  # fmt: skip
    frame = pl.DataFrame(
        [
            {
                "item_id": "NUT", "supplier_id": supplier, "lead_time_days": lead, "unit_price": price,
                "minimum_quantity": least * MICRO, "effective_date": since,
            }
            for supplier, lead, price, least, since in prices
        ]
    )  # fmt: skip
    items = {"NUT": {"kind": "bought", "lead_time_days": 99}}
    small = row(planned([sold(1, "NUT", 7, january(23))], items=items, boms={}, supplier_prices=frame).suggestions)
    assert (small["supplier_id"], small["lead_time_days"], small["quantity"]) == ("B", 4, 20 * MICRO)
    assert (small["unit_cost"], small["value_amount"]) == (7_000_000, 14_000)
    large = row(planned([sold(1, "NUT", 60, january(23))], items=items, boms={}, supplier_prices=frame).suggestions)
    assert (large["unit_cost"], large["value_amount"]) == (5_000_000, 30_000)


def test_stock_that_expires_covers_nothing_later() -> None:
    stock = pl.DataFrame(
        {"item_id": ["WHEEL"] * 3, "warehouse_id": ["W"] * 3, "quantity": [4 * MICRO, 3 * MICRO, 5 * MICRO],
         "expiry_date": [january(14), january(4), None]}
    )  # fmt: skip
    demands = [sold(1, "WHEEL", 3, january(12)), sold(2, "WHEEL", 6, january(23))]
    result = plan(dataclasses.replace(bicycles(demands, items={"WHEEL": ITEMS["WHEEL"]}, boms={}), stock=stock))
    # Three of the four are used in time, one is lost; what has expired already does not count.
    assert row(result.pegging, requirement_kind="expiry")["quantity"] == MICRO
    assert row(result.suggestions)["quantity"] == MICRO
    assert row(result.projection, date=january(15))["projected_balance"] == 5 * MICRO


def in_warehouses(
    stock: dict[str, int], demands: dict[str, int], routes: list[tuple[str, str, int]] | None = None, **more: Any
) -> PlanningResult:
    """Wheels in the warehouses W, X and Y: in stock, sold for 23 January (order lines numbered as given), and the
    routes (from, to, days)."""
    places = pl.DataFrame([ITEMS["WHEEL"] | {"item_id": "WHEEL", "warehouse_id": at} for at in "WXY"])
    return plan(
        PlanningInput(
            AS_OF, 90, items=places,
            stock=pl.DataFrame(
                [{"item_id": "WHEEL", "warehouse_id": at, "quantity": n * MICRO} for at, n in stock.items()]
            ),
            demands=pl.DataFrame(
                [
                    sold(line, "WHEEL", quantity, january(23), margin=100) | {"warehouse_id": at}
                    for line, (at, quantity) in enumerate(demands.items(), start=1)
                ]
            ),
            routes=pl.DataFrame(
                [{"item_id": None, "from_warehouse_id": a, "to_warehouse_id": b, "transit_days": n}
                 for a, b, n in routes or []],
                schema_overrides={"item_id": pl.String},
            ),
            **more,
        )
    )  # fmt: skip


def test_what_another_warehouse_has_free_is_moved_before_anything_is_bought() -> None:
    result = in_warehouses({"X": 6, "Y": 5}, {"W": 10, "Y": 2})
    made = {
        (one["kind"], one["from_warehouse_id"]): (one["warehouse_id"], one["quantity"] // MICRO)
        for one in result.suggestions.iter_rows(named=True)
    }
    # Two of the five in Y are sold there.
    assert made == {("move", "X"): ("W", 6), ("move", "Y"): ("W", 3), ("buy", None): ("W", 1)}
    assert row(result.projection, warehouse_id="W", date=january(23))["net_requirement"] == 10 * MICRO
    move = row(result.suggestions, from_warehouse_id="X")
    assert (move["lot_rule"], move["supplier_id"], move["due_date"]) == ("free_stock", None, january(23))
    assert move["reason"].endswith("10 short; free elsewhere is 6.")
    peg = row(result.pegging, warehouse_id="X")
    assert (peg["requirement_kind"], peg["supply_kind"], peg["sales_order_line_id"]) == ("planned_move", "stock", 1)
    assert row(result.delivery_dates, sales_order_line_id=1)["reason_key"] == "on_time"


def test_safety_stock_and_later_requirements_of_a_warehouse_are_not_free() -> None:
    places = pl.DataFrame(
        [ITEMS["WHEEL"] | {"item_id": "WHEEL", "warehouse_id": at, "safety_stock": n * MICRO}
         for at, n in (("W", 0), ("X", 3))]
    )  # fmt: skip
    result = plan(
        PlanningInput(
            AS_OF, 90, items=places,
            stock=pl.DataFrame([{"item_id": "WHEEL", "warehouse_id": "X", "quantity": 10 * MICRO}]),
            demands=pl.DataFrame(
                [
                    sold(1, "WHEEL", 10, january(12)) | {"warehouse_id": "W"},
                    sold(2, "WHEEL", 5, january(23)) | {"warehouse_id": "X"},
                ]
            ),
        )
    )  # fmt: skip
    assert row(result.suggestions, kind="move")["quantity"] == 2 * MICRO
    assert row(result.suggestions, kind="buy")["quantity"] == 8 * MICRO
    assert set(result.suggestions["warehouse_id"]) == {"W"}


def test_a_route_supplies_a_warehouse_from_another_one() -> None:
    result = in_warehouses({"X": 4}, {"W": 10}, [("X", "W", 2)])
    move, buy = row(result.suggestions, kind="move"), row(result.suggestions, kind="buy")
    assert (move["warehouse_id"], move["quantity"], move["release_date"]) == ("W", 10 * MICRO, january(21))
    assert (buy["warehouse_id"], buy["quantity"], buy["due_date"]) == ("X", 6 * MICRO, january(21))
    assert (buy["sales_order_line_id"], buy["margin_at_risk"]) == (1, 60)
    steps = row(result.delivery_dates)["steps"]
    assert [(step["supply_kind"], step["days"]) for step in steps] == [("move", 14)]


def test_routes_in_a_circle_supply_nothing() -> None:
    result = in_warehouses({}, {"W": 1, "Y": 2}, [("X", "W", 2), ("W", "X", 2), ("W", "Y", 1)])
    kinds = {one["warehouse_id"]: one["kind"] for one in result.suggestions.iter_rows(named=True)}
    assert kinds == {"W": "buy", "Y": "move"}


def test_an_approved_move_leads_on_to_what_the_other_warehouse_buys() -> None:
    routes = [("X", "W", 2)]
    before = in_warehouses({}, {"W": 10}, routes)
    move = row(before.suggestions, kind="move")["suggestion_id"]
    after = plan(
        PlanningInput(
            AS_OF, 90,
            items=pl.DataFrame([ITEMS["WHEEL"] | {"item_id": "WHEEL", "warehouse_id": at} for at in "WX"]),
            demands=pl.DataFrame(
                [
                    sold(1, "WHEEL", 10, january(23)) | {"warehouse_id": "W"},
                    {
                        "demand_id": "TO:9", "kind": "transfer_out", "item_id": "WHEEL", "warehouse_id": "X",
                        "quantity": 10 * MICRO, "need_date": january(21), "for_supply_id": "TR:9",
                    },
                ],
                infer_schema_length=None,
            ),
            supplies=pl.DataFrame([coming("TR:9", "WHEEL", 10, january(23), "transfer") | {"warehouse_id": "W"}]),
            routes=pl.DataFrame([{"item_id": "WHEEL", "from_warehouse_id": "X", "to_warehouse_id": "W",
                                  "transit_days": 2}]),
            **decided(move, "approve"),
        )
    )  # fmt: skip
    buy = row(after.suggestions)
    assert buy["suggestion_id"] == row(before.suggestions, kind="buy")["suggestion_id"]
    assert (buy["warehouse_id"], buy["sales_order_line_id"]) == ("X", 1)


def test_an_approved_move_of_free_stock_is_not_suggested_again() -> None:
    move = row(in_warehouses({"X": 6}, {"W": 6}).suggestions)["suggestion_id"]
    after = plan(
        PlanningInput(
            AS_OF, 90,
            items=pl.DataFrame([ITEMS["WHEEL"] | {"item_id": "WHEEL", "warehouse_id": at} for at in "WX"]),
            stock=pl.DataFrame([{"item_id": "WHEEL", "warehouse_id": "X", "quantity": 6 * MICRO}]),
            demands=pl.DataFrame(
                [
                    sold(1, "WHEEL", 8, january(23)) | {"warehouse_id": "W"},
                    {
                        "demand_id": "TO:9", "kind": "transfer_out", "item_id": "WHEEL", "warehouse_id": "X",
                        "quantity": 6 * MICRO, "need_date": january(23), "for_supply_id": "TR:9",
                    },
                ],
                infer_schema_length=None,
            ),
            supplies=pl.DataFrame([coming("TR:9", "WHEEL", 6, january(23), "transfer") | {"warehouse_id": "W"}]),
            **decided(move, "approve"),
        )
    )  # fmt: skip
    assert (row(after.suggestions)["kind"], row(after.suggestions)["quantity"]) == ("buy", 2 * MICRO)
    assert row(after.pegging, warehouse_id="X")["sales_order_line_id"] == 1


def test_suppliers_get_their_shares() -> None:
    """A gets three of five, B two; what is on its way from A counts."""
    frame = pl.DataFrame(
        [
            {"item_id": "NUT", "supplier_id": name, "lead_time_days": lead, "unit_price": price * MICRO,
             "minimum_quantity": 0, "share_rate": share, "effective_date": date(2025, 1, 1)}
            for name, lead, price, share in (("A", 10, 2, 600_000), ("B", 2, 3, 400_000), ("C", 1, 1, None))
        ]
    )  # fmt: skip
    demands = [sold(n, "NUT", 10, january(n + 18)) for n in range(1, 6)]
    items = {"NUT": {"kind": "bought"}}
    result = planned(demands, items=items, boms={}, supplier_prices=frame).suggestions
    assert result["supplier_id"].to_list() == ["A", "B", "A", "B", "A"]
    assert result["lead_time_days"].to_list() == [10, 2, 10, 2, 10]
    assert result["unit_cost"].to_list() == [2 * MICRO, 3 * MICRO, 2 * MICRO, 3 * MICRO, 2 * MICRO]
    on_its_way = [coming("PO:1", "NUT", 30, january(6)) | {"supplier_id": "A"}]
    after = planned([*demands, sold(9, "NUT", 20, january(30))], on_its_way, items=items, boms={},
                    supplier_prices=frame).suggestions  # fmt: skip
    assert after.select("quantity", "supplier_id").rows() == [
        (10 * MICRO, "B"), (10 * MICRO, "B"), (20 * MICRO, "A"),
    ]  # fmt: skip


def test_stock_below_zero_is_made_good_first() -> None:
    result = planned([sold(1, "WHEEL", 5, january(23))], stock={"WHEEL": -2}, items={"WHEEL": ITEMS["WHEEL"]}, boms={})
    quantities = dict(result.suggestions.select("due_date", "quantity").iter_rows())
    assert quantities == {AS_OF: 2 * MICRO, january(23): 5 * MICRO}


def test_margins_count_each_order_once_through_all_ways() -> None:
    """Wheels go into the bicycle twice: through the set and directly."""
    items = ITEMS | {"SET": {"kind": "made", "lead_time_days": 1}}
    boms = {"BIKE": {"SET": 1, "WHEEL": 1}, "SET": {"WHEEL": 1}}
    items["WHEEL"] = items["WHEEL"] | {"lot_policy": "minimum_multiple", "minimum_quantity": 50 * MICRO}
    result = planned(
        [sold(1, "BIKE", 2, january(23), margin=100), sold(2, "BIKE", 1, january(30), margin=-40)],
        items=items,
        boms=boms,
    )
    wheel = row(result.suggestions, item_id="WHEEL")
    assert (wheel["sales_order_line_count"], wheel["margin_of_pegged_orders"]) == (2, 60)
    assert wheel["margin_at_risk"] == 100


def test_a_promise_takes_what_is_free_and_plans_the_rest() -> None:
    facts = bicycles([sold(1, "BIKE", 2, january(23))], stock={"BIKE": 5, "FRAME": 4, "WHEEL": 3})
    promised = promise(facts, asked("BIKE", 7, january(7)))
    parts = set(promised.parts.select("available_date", "quantity", "supply_kind").iter_rows())
    # Two of five bicycles are sold; four more are made once the missing wheels are there, three days from the 5th.
    assert parts == {(AS_OF, 3 * MICRO, "stock"), (january(12), 4 * MICRO, "make")}
    line = row(promised.dates, promise_id="Q")
    assert (line["predicted_date"], line["days_late"]) == (january(12), 3)
    assert [step["item_id"] for step in line["steps"]] == ["BIKE", "WHEEL"]


def test_a_promise_takes_nothing_from_a_later_order_nor_from_the_safety_stock() -> None:
    items = {"WHEEL": ITEMS["WHEEL"] | {"safety_stock": 2 * MICRO}}
    facts = bicycles(
        [sold(1, "WHEEL", 6, january(23))], [coming("PO:1", "WHEEL", 4, january(30))], {"WHEEL": 10}, items, {}
    )
    free = available_to_promise(facts).select("date", "quantity")
    assert dict(free.iter_rows()) == {AS_OF: 2 * MICRO, january(30): 4 * MICRO}
    waiting = promise(facts, asked("WHEEL", 5, january(6)), with_new_supplies=False)
    assert waiting.dates["predicted_date"][0] == january(30)
    assert promise(facts, asked("WHEEL", 5, january(6))).dates["predicted_date"][0] == january(8)
    short = row(promise(facts, asked("WHEEL", 9, january(6)), with_new_supplies=False).dates)
    assert (short["predicted_date"], short["reason_key"]) == (None, "not_free")


ONE: dict[str, list[Any]] = {"item_id": [1], "warehouse_id": [1], "kind": ["made"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"demands": pl.DataFrame({"demand_id": ["x"]})}, "demands has no column kind"),
        ({"items": pl.DataFrame(ONE | {"lot_policy": ["some"]})}, "lot_policy: 'some' is none of"),
        ({"items": pl.DataFrame({name: value * 2 for name, value in ONE.items()})}, "occurs more than once"),
        ({"items": pl.DataFrame(ONE | {"lead_time_days": [-1]})}, "-1 is below 0"),
        (
            {"bom_lines": pl.DataFrame({"bom_id": [1], "item_id": [1], "quantity": [1], "scrap_rate": [MICRO]})},
            "1000000 is not below 1000000",
        ),
    ],
)
def test_facts_that_cannot_be_planned_are_refused(change: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"items": pl.DataFrame(ONE)} | change
    with pytest.raises(PlanningFactIsInvalid, match=message):
        plan(PlanningInput(AS_OF, 30, **given))
