"""The schedule in the record: pins, dates that an approved schedule gives, dates by hand, hours of work centres."""

from datetime import date
from typing import Any

import pytest

from tests.transactions.acting import Acting

MINUTES_OF_15_JUNE = (date(2026, 6, 15) - date(1970, 1, 1)).days * 1440
PLAN = {"sequence": 10, "start": "2026-06-16T08:00", "end": "2026-06-19T12:30"}


@pytest.fixture(autouse=True)
def workshop(acting: Acting) -> None:
    """An order W1 of BIKE with two operations, wanted from 15 to 17 June."""
    acting("create_item", code="BIKE", name="Bike", unit="pcs", kind="made")
    acting("create_work_center", code="WC", name="Assembly", labour_rate=20, overhead_rate=5, capacity_hours_per_day=16)
    acting(
        "create_routing", item="BIKE", effective_date="2026-01-01",
        operations=[{"sequence": sequence, "work_center": "WC", "run_minutes": 10} for sequence in (10, 20)],
    )  # fmt: skip
    acting(
        "create_work_order", item="BIKE", quantity=10, start_date="2026-06-15", due_date="2026-06-17",
        external_number="W1", release=True,
    )  # fmt: skip


def _approve(acting: Acting, *operations: dict[str, Any], order: str = "W1") -> dict[str, Any]:
    return acting("approve_schedule", build_id="B1", orders=[{"order": order, "operations": list(operations)}])


def _dates(acting: Acting) -> tuple[str, str]:
    order = acting.row("work_order")
    head = acting.row("document", id=order["document_id"])
    line = acting.row("document_line", document_id=order["document_id"])
    assert head["due_date"] == order["due_date"] == line["requested_date"]
    return str(order["start_date"]), str(order["due_date"])


def test_a_pin_stays_until_it_is_taken_out(acting: Acting) -> None:
    acting("pin_operation", order="W1", sequence=20, start="2026-06-16T09:30")
    acting("unpin_operation", order="W1", sequence=20)
    operation = acting.row("work_order_operation", sequence=20)["id"]
    pins = [(pin["work_order_operation_id"], pin["starts_at"]) for pin in acting.rows("operation_pin")]
    assert pins == [(operation, MINUTES_OF_15_JUNE + 1440 + 570), (operation, None)]


def test_an_approved_schedule_moves_the_order_and_keeps_when_it_was_due(acting: Acting) -> None:
    answer = _approve(acting, PLAN, {"sequence": 20, "start": "2026-06-19T12:30", "end": "2026-06-20T00:00"})
    assert answer == {"orders": ["WO000001"]}
    assert _dates(acting) == ("2026-06-16", "2026-06-19")  # what ends at midnight ends on the day before
    assert acting.row("document_line")["first_promised_date"] == date(2026, 6, 17)
    told = ("field", "old_value", "new_value", "reason")
    assert [tuple(row[name] for name in told) for row in acting.rows("document_revision")] == [
        ("start_date", "2026-06-15", "2026-06-16", "schedule of build B1"),
        ("due_date", "2026-06-17", "2026-06-19", "schedule of build B1"),
    ]  # fmt: skip
    plan = acting.rows("operation_plan")[0]
    assert (plan["starts_at"], plan["ends_at"]) == (MINUTES_OF_15_JUNE + 1920, MINUTES_OF_15_JUNE + 4 * 1440 + 750)


def test_approving_again_changes_nothing_and_a_later_schedule_keeps_the_first_due_date(acting: Acting) -> None:
    _approve(acting, PLAN)
    assert _approve(acting, PLAN) == {"orders": []}
    assert len(acting.rows("operation_plan")) == 1
    assert len(acting.rows("document_revision")) == 2
    assert _approve(acting, PLAN | {"end": "2026-06-22T12:00"}) == {"orders": ["WO000001"]}
    assert _dates(acting) == ("2026-06-16", "2026-06-22")
    assert acting.row("document_line")["first_promised_date"] == date(2026, 6, 17)


def test_an_order_that_has_begun_keeps_its_start(acting: Acting) -> None:
    acting("book_time", order="W1", effective_date="2026-06-15", minutes=5, sequence=10)
    _approve(acting, PLAN)
    assert _dates(acting) == ("2026-06-15", "2026-06-19")


def test_a_new_date_by_hand_is_what_the_order_is_late_after(acting: Acting) -> None:
    _approve(acting, PLAN)
    acting("reschedule_work_order", order="W1", start_date="2026-06-18", reason="steel comes later")
    assert _dates(acting) == ("2026-06-18", "2026-06-19")
    assert acting.row("document_line")["first_promised_date"] == date(2026, 6, 17)
    acting("reschedule_work_order", order="W1", due_date="2026-06-26", reason="the customer waits")
    assert _dates(acting) == ("2026-06-18", "2026-06-26")
    assert acting.row("document_line")["first_promised_date"] is None
    assert [row["reason"] for row in acting.rows("document_revision")][2:] == [
        "steel comes later",
        "the customer waits",
    ]


def test_what_cannot_be_scheduled_is_refused(acting: Acting) -> None:
    refused = acting.refused
    pin = {"order": "W1", "sequence": 10, "start": "2026-06-16T08:00"}
    assert refused("pin_operation", **(pin | {"sequence": 30})).fact == "NotFound"
    assert refused("pin_operation", **(pin | {"start": "2026-06-16T08:00Z"})).fact == "InvalidData"
    orders = [{"order": "W1", "operations": [PLAN | {"end": "2026-06-15T08:00"}]}]
    assert refused("approve_schedule", build_id="B1", orders=orders).fact == "EndsBeforeItStarts"
    assert refused("reschedule_work_order", order="W1", reason="r").fact == "NothingIsRescheduled"
    late = {"order": "W1", "reason": "r", "start_date": "2026-06-18"}
    assert refused("reschedule_work_order", **late).fact == "DueBeforeStart"
    acting("close_work_order", order="W1", effective_date="2026-06-15")
    for name, data in (("pin_operation", pin), ("approve_schedule", {"build_id": "B1", "orders": [
        {"order": "W1", "operations": [PLAN]}]})):  # fmt: skip
        assert refused(name, **data).fact == "WrongState"
    assert acting.rows("operation_plan") == []


def test_a_work_centre_has_machines_that_share_its_day(acting: Acting) -> None:
    acting("set_work_center_hours", work_center="WC", machines=2, opens_at="07:30", effective_date="2026-06-15")
    hours = acting.row("work_center_hours")
    assert (hours["machine_count"], hours["opens_at"]) == (2, 450)
    day = {"work_center": "WC", "effective_date": "2026-06-15"}
    assert acting.refused("set_work_center_hours", **day, opens_at="09:00").fact == "HoursDoNotFit"
