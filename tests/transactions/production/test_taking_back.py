"""Hours and outputs taken back: what comes back with them, what follows, and what is refused."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from tests.transactions.acting import Acting
from transactions.kernel.exact import MICRO

ORDER = {"item": "OIL", "quantity": 10, "start_date": "2026-06-01", "due_date": "2026-06-05", "external_number": "W1"}
ON_THIRD: dict[str, Any] = {"order": "W1", "effective_date": "2026-06-03"}
ON_FOURTH = "2026-06-04"


@pytest.fixture(autouse=True)
def mill(acting: Acting) -> None:
    """10 OIL from 20 SEED and 10 JAR, beside them 5 CAKE; the order is released."""
    for code, kind in (("OIL", "made"), ("SEED", "bought"), ("JAR", "bought"), ("CAKE", "made")):
        acting("create_item", code=code, name=code, unit="kg", kind=kind)
    acting("create_work_center", code="WC", name="Press", labour_rate=20, overhead_rate=5)
    acting(
        "create_bom", item="OIL", effective_date="2026-01-01", output_quantity=10,
        lines=[{"item": "SEED", "quantity": 20}, {"item": "JAR", "quantity": 10}],
        by_products=[{"item": "CAKE", "quantity": 5, "cost_share": "0.1"}],
    )  # fmt: skip
    acting("record_opening_stock", effective_date="2026-05-01",
           lines=[{"item": code, "quantity": 100, "unit_cost": 1} for code in ("SEED", "JAR")])  # fmt: skip
    acting("create_work_order", **ORDER, release=True)


def _stock(acting: Acting) -> dict[str, Decimal]:
    return {code: acting.stock(code, "MAIN/stock") for code in ("OIL", "CAKE", "SEED", "JAR")}


def _moved(acting: Acting) -> dict[tuple[int, int], int]:
    """By item and location what moves for work orders brought less what they took, where that is not nothing."""
    moved: dict[tuple[int, int], int] = defaultdict(int)
    for move in acting.rows("stock_move"):
        if move["work_order_id"] is not None:
            moved[move["item_id"], move["to_location_id"]] += move["quantity"]
            moved[move["item_id"], move["from_location_id"]] -= move["quantity"]
    return {key: quantity for key, quantity in moved.items() if quantity}


def test_hours_are_taken_back_whole(acting: Acting) -> None:
    lines = [
        {"minutes": 90, "machine_minutes": 30, "work_center": "WC", "rate": 24},
        {"minutes": 15, "work_center": "WC"},
    ]
    booked = acting("book_time", **ON_THIRD, lines=lines)
    back = acting("take_back_time", booking=booked["number"], effective_date=ON_FOURTH, reason="another order")
    head = acting.row("document", id=back["id"])
    assert (head["document_type"], head["state"], head["reason"]) == ("time_booking", "done", "another order")
    assert head["origin_document_id"] == acting.row("work_order")["document_id"]
    entries = acting.rows("time_entry")
    assert [(row["minutes"], row["machine_minutes"], row["labour_rate"]) for row in entries] == [
        (90 * MICRO, 30 * MICRO, 24 * MICRO), (15 * MICRO, None, None),
        (-90 * MICRO, -30 * MICRO, 24 * MICRO), (-15 * MICRO, None, None),
    ]  # fmt: skip
    assert [row["origin_entry_id"] for row in entries] == [None, None, *booked["lines"]]
    assert {row["work_center_id"] for row in entries} == {acting.row("work_center")["id"]}
    acting("book_time", **ON_THIRD, minutes=9)
    acting("take_back_time", booking="TB000003", effective_date="2026-06-03")


def test_an_output_is_taken_back_with_all_that_came_of_it(acting: Acting) -> None:
    before = _stock(acting)
    wrong = acting("report_output", **ON_THIRD, good_quantity=8, scrap_quantity=1, back_flush=True)
    assert _stock(acting) == {"OIL": 8, "CAKE": 4, "SEED": 82, "JAR": 91}
    back = acting("take_back_output", output=wrong["number"], effective_date=ON_FOURTH, reason="miscounted")
    assert _stock(acting) == before
    assert _moved(acting) == {}
    assert [line["quantity"] for line in acting.rows("document_line", document_id=back["id"])] == [
        -8 * MICRO, -4 * MICRO,
    ]  # fmt: skip
    assert [(row["to_line_id"], row["quantity"]) for row in acting.rows("line_link", link_type="output")] == [
        (wrong["lines"][0], 8 * MICRO), (back["lines"][0], -8 * MICRO),
    ]  # fmt: skip
    origins = {row["id"]: row["origin_move_id"] for row in acting.rows("stock_move", document_id=back["id"])}
    assert list(origins.values()) == [row["id"] for row in acting.rows("stock_move", document_id=wrong["id"])]
    issue = acting.row("document", id=back["material_issue"]["id"])
    assert (issue["document_type"], str(issue["effective_date"])) == ("material_issue", ON_FOURTH)
    # Reported again, it takes and brings what it would have the first time, to the end of the plan.
    acting("report_output", **ON_THIRD, good_quantity=6, back_flush=True)
    assert _stock(acting) == {"OIL": 6, "CAKE": 3, "SEED": 88, "JAR": 94}
    acting("report_output", order="W1", effective_date=ON_FOURTH, good_quantity=4, back_flush=True, close=True)
    assert _stock(acting) == {"OIL": 10, "CAKE": 5, "SEED": 80, "JAR": 90}


def test_only_what_the_back_flush_issued_and_is_not_back_yet_comes_back(acting: Acting) -> None:
    acting("issue_material", **ON_THIRD, lines=[{"item": "JAR", "quantity": 7}])
    wrong = acting("report_output", **ON_THIRD, good_quantity=5, back_flush=True)
    assert _stock(acting) == {"OIL": 5, "CAKE": Decimal("2.5"), "SEED": 90, "JAR": 90}
    acting("return_material", **ON_THIRD, lines=[{"item": "SEED", "quantity": 4}, {"item": "JAR", "quantity": 3}])
    back = acting("take_back_output", output=wrong["id"], effective_date=ON_FOURTH)
    assert _stock(acting) == {"OIL": 0, "CAKE": 0, "SEED": 100, "JAR": 93}
    assert [line["quantity"] for line in acting.rows("document_line", document_id=back["material_issue"]["id"])] == [
        -6 * MICRO
    ]
    plain = acting("report_output", **ON_THIRD, good_quantity=5)
    assert "material_issue" not in acting("take_back_output", output=plain["id"], effective_date=ON_FOURTH)


def test_scrap_alone_is_taken_back(acting: Acting) -> None:
    wrong = acting("report_output", **ON_THIRD, good_quantity=0, scrap_quantity=3, back_flush=True)
    acting("take_back_output", output=wrong["number"], effective_date=ON_FOURTH)
    assert (_moved(acting), acting.stock("SEED", "MAIN/stock")) == ({}, 100)
    assert acting.rows("line_link", link_type="output") == []


def test_goods_that_are_gone_or_held_are_not_taken_back(acting: Acting) -> None:
    acting("create_partner", code="CUS", name="Customer", is_customer=True, is_supplier=False)
    wrong = acting("report_output", **ON_THIRD, good_quantity=5)
    line = {"item": "OIL", "quantity": 3, "unit_price": 9}
    acting("create_sales_order", customer="CUS", order_date="2026-06-03", lines=[line], confirm=True)
    acting("reserve_stock", order="SO000001", effective_date="2026-06-03")
    refusal = acting.refused("take_back_output", output=wrong["number"], effective_date=ON_FOURTH)
    assert (refusal.fact, refusal.field, refusal.value) == ("StockIsReserved", "output", "5")
    acting("deliver_goods", order="SO000001", effective_date="2026-06-05")
    refusal = acting.refused("take_back_output", output=wrong["number"], effective_date=ON_FOURTH)
    assert (refusal.fact, refusal.rule) == ("StockWouldGoNegative", "2 of OIL in MAIN on 2026-06-05, 5 asked")
    acting("report_output", **ON_THIRD, good_quantity=3)  # what really came of it
    acting("take_back_output", output=wrong["number"], effective_date=ON_FOURTH)
    assert acting.stock("OIL", "MAIN/stock") == 0


def test_a_lot_and_a_serial_come_back_as_they_went(acting: Acting) -> None:
    acting("create_item", code="PUMP", name="Pump", unit="pcs", kind="made", tracked_by="serial")
    acting("create_work_order", **ORDER | {"item": "PUMP", "external_number": "W2"}, release=True)
    on = {"order": "W2", "effective_date": "2026-06-03"}
    wrong = acting("report_output", **on, good_quantity=1, lot="P1")
    acting("report_output", **on, good_quantity=1, lot="P2")
    acting("take_back_output", output=wrong["number"], effective_date=ON_FOURTH)
    held = {row["id"]: row["code"] for row in acting.rows("lot")}
    item = acting.row("item", code="PUMP")["id"]
    assert {held[row["lot_id"]]: row["quantity"] for row in acting.rows("stock_balance", item_id=item)} == {
        "P1": 0, "P2": MICRO,
    }  # fmt: skip
    acting("report_output", **on | {"effective_date": ON_FOURTH}, good_quantity=1, lot="P1")


BACK = [
    ("book_time", {"minutes": 5}, "take_back_time", "booking"),
    ("report_output", {"good_quantity": 1}, "take_back_output", "output"),
]


@pytest.mark.parametrize(("command", "data", "back", "field"), BACK)
def test_what_may_not_be_taken_back_is_refused(
    acting: Acting, command: str, data: dict[str, Any], back: str, field: str
) -> None:
    def refused(reference: str, on: str) -> tuple[str, str | None, str]:
        refusal = acting.refused(back, **{field: reference}, effective_date=on)
        return refusal.fact, refusal.field, refusal.rule

    first = acting(command, **ON_THIRD, **data)["number"]
    assert refused(first, "2026-06-02") == (
        "TakenBackBeforehand", "effective_date", f"{first} is of 2026-06-03; it is taken back on that day or later",
    )  # fmt: skip
    taking = acting(back, **{field: first}, effective_date=ON_FOURTH)["number"]
    assert refused(first, ON_FOURTH) == ("NothingToTakeBack", field, f"{first} was taken back already")
    assert refused(taking, ON_FOURTH) == ("NothingToTakeBack", field, f"{taking} takes another back itself")
    assert refused("X", ON_FOURTH)[:2] == ("NotFound", field)
    last = acting(command, **ON_THIRD, **data)["number"]
    for period in ("2026-05", "2026-06"):
        acting("lock_period", period=period)
    assert refused(last, "2026-06-30")[:2] == ("PeriodIsLocked", "effective_date")
    acting(back, **{field: last}, effective_date="2026-07-01")
    other = acting(command, order="W1", effective_date="2026-07-01", **data)["number"]
    acting("close_work_order", order="W1", effective_date="2026-07-01")
    if command == "book_time":  # hours restate a closed order, booked or taken back
        acting(back, **{field: other}, effective_date="2026-07-02")
        return
    assert refused(other, "2026-07-02") == (
        "WrongState", field, "its work order WO000001 is done; it must be released",
    )  # fmt: skip
