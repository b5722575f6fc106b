"""A work order from order to close: what it needs, what is issued, booked and put out, and what is refused when."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.transactions.acting import Acting
from transactions.kernel.exact import MICRO, from_micro

ORDER = {"item": "BIKE", "quantity": 10, "start_date": "2026-06-01", "due_date": "2026-06-05"}


@pytest.fixture(autouse=True)
def workshop(acting: Acting) -> None:
    """BIKE = 1 FRAME + 2 WHEEL (20 % scrap), made at WC; plenty of both in MAIN."""
    for code, kind in (("BIKE", "made"), ("FRAME", "bought"), ("WHEEL", "bought"), ("GREASE", "bought")):
        acting("create_item", code=code, name=code, unit="pcs", kind=kind)
    acting("create_work_center", code="WC", name="Assembly", labour_rate=20, overhead_rate=5)
    acting(
        "create_bom", item="BIKE", effective_date="2026-01-01",
        lines=[{"item": "FRAME", "quantity": 1}, {"item": "WHEEL", "quantity": 2, "scrap_rate": "0.2"}],
    )  # fmt: skip
    acting(
        "create_routing", item="BIKE", effective_date="2026-01-01",
        operations=[{"sequence": 10, "work_center": "WC", "setup_minutes": 30, "run_minutes": "12.5"}],
    )  # fmt: skip
    acting(
        "record_opening_stock", effective_date="2026-05-01",
        lines=[{"item": code, "quantity": 100, "unit_cost": 1} for code in ("FRAME", "WHEEL", "GREASE")],
    )  # fmt: skip


def _order(acting: Acting, **change: Any) -> dict[str, Any]:
    return acting("create_work_order", **(ORDER | {"external_number": "W1", "release": True} | change))


def _issued(acting: Acting) -> dict[str, Decimal]:
    codes = {row["id"]: row["code"] for row in acting.rows("item")}
    total: dict[str, int] = {}
    for move in acting.rows("stock_move"):
        sign = {"issue": 1, "issue_return": -1}.get(move["move_type"], 0)
        if sign:
            total[codes[move["item_id"]]] = total.get(codes[move["item_id"]], 0) + sign * move["quantity"]
    return {code: from_micro(quantity) for code, quantity in total.items()}


def test_an_order_knows_what_it_needs(acting: Acting) -> None:
    made = _order(acting, release=False)
    assert made["number"] == "WO000001"
    head = acting.row("document", id=made["id"])
    assert (head["state"], head["effective_date"], head["due_date"]) == (
        "confirmed", date(2026, 6, 1), date(2026, 6, 5),
    )  # fmt: skip
    line = acting.row("document_line", document_id=made["id"])
    assert (line["quantity"], line["requested_date"]) == (10 * MICRO, date(2026, 6, 5))
    order = acting.row("work_order", document_id=made["id"])
    assert (order["planned_quantity"], order["bom_id"]) == (10 * MICRO, acting.row("bom")["id"])
    assert [row["quantity"] for row in acting.rows("work_order_component")] == [10 * MICRO, 25 * MICRO]
    operation = acting.row("work_order_operation")
    assert (operation["sequence"], operation["run_minutes"]) == (10, 12_500_000)


def test_an_order_starting_later_is_known_from_today_on(acting: Acting) -> None:
    made = _order(acting, start_date="2026-07-01", due_date="2026-07-05")
    assert acting.row("document", id=made["id"])["effective_date"] == date(2026, 6, 15)
    early = _order(acting, order_date="2026-05-20", external_number="W2")
    assert acting.row("document", id=early["id"])["effective_date"] == date(2026, 5, 20)


def test_an_item_without_a_bom_is_issued_line_by_line(acting: Acting) -> None:
    made = _order(acting, item="FRAME")
    assert acting.row("work_order", document_id=made["id"])["bom_id"] is None
    assert acting.refused("issue_material", order="W1", effective_date="2026-06-02").fact == "QuantityExceedsOpen"
    acting("issue_material", order="W1", effective_date="2026-06-02", lines=[{"item": "GREASE", "quantity": 2}])
    acting("report_output", order="W1", effective_date="2026-06-02", good_quantity=10, back_flush=True)
    assert _issued(acting) == {"GREASE": 2}


def test_an_order_is_due_when_it_starts_or_later(acting: Acting) -> None:
    refusal = acting.refused("create_work_order", **(ORDER | {"due_date": "2026-05-31"}))
    assert (refusal.fact, refusal.field) == ("DueBeforeStart", "due_date")


def test_states_and_their_days(acting: Acting) -> None:
    made = _order(acting, release=False)
    for command, data in (
        ("issue_material", {}),
        ("book_time", {"minutes": 5}),
        ("report_output", {"good_quantity": 1}),
        ("close_work_order", {}),
    ):
        refusal = acting.refused(command, order="W1", effective_date="2026-06-02", **data)
        assert (refusal.fact, refusal.field) == ("WrongState", "order")
    acting("release_work_order", order="W1")
    assert acting.refused("release_work_order", order="W1").fact == "WrongState"
    acting("close_work_order", order="W1", effective_date="2026-06-09")
    events = acting.rows("document_event", document_id=made["id"])
    assert [(event["state"], event["effective_date"]) for event in events] == [
        ("confirmed", date(2026, 6, 1)),
        ("released", date(2026, 6, 1)),
        ("done", date(2026, 6, 9)),
    ]
    refusal = acting.refused("close_work_order", order="W1", effective_date="2026-06-10")
    assert refusal.rule == "the work order is done; it must be released"
    assert acting.refused("cancel_work_order", order="W1").fact == "WrongState"
    assert acting.refused("close_work_order", order="W9", effective_date="2026-06-10").fact == "NotFound"


def test_created_released_is_the_same_as_released_after(acting: Acting) -> None:
    at_once, later = _order(acting), _order(acting, external_number="W2", release=False)
    acting("release_work_order", order="W2")
    events = [
        [(event["state"], event["effective_date"]) for event in acting.rows("document_event", document_id=made["id"])]
        for made in (at_once, later)
    ]
    assert events[0] == events[1]
    assert acting.row("document", id=at_once["id"])["state"] == acting.row("document", id=later["id"])["state"]


def test_only_an_order_without_facts_is_cancelled(acting: Acting) -> None:
    made = _order(acting)
    acting("cancel_work_order", order="W1", effective_date="2026-06-03")
    assert acting.row("document", id=made["id"])["state"] == "cancelled"
    _order(acting, external_number="W2")
    acting("book_time", order="W2", effective_date="2026-06-02", minutes=1)
    assert acting.refused("cancel_work_order", order="W2").fact == "OrderHasFacts"
    _order(acting, external_number="W3")
    acting("issue_material", order="W3", effective_date="2026-06-02", lines=[{"item": "GREASE", "quantity": 1}])
    assert acting.refused("cancel_work_order", order="W3").fact == "OrderHasFacts"
    _order(acting, external_number="W4")
    acting("create_partner", code="PLATER", name="Plater", is_supplier=True)
    line = {"work_order": "W4", "quantity": 1, "unit_price": 3}
    acting("bill_subcontract", supplier="PLATER", bill_date="2026-06-02", lines=[line])
    assert acting.refused("cancel_work_order", order="W4").fact == "OrderHasFacts"


def test_an_issue_takes_all_that_is_open_then_nothing(acting: Acting) -> None:
    _order(acting)
    acting("issue_material", order="W1", effective_date="2026-06-02", lines=[{"item": "WHEEL", "quantity": "0.5"}])
    acting("issue_material", order="W1", effective_date="2026-06-03")
    assert _issued(acting) == {"WHEEL": 25, "FRAME": 10}
    assert acting.stock("WHEEL", "MAIN/stock") == 75
    refusal = acting.refused("issue_material", order="W1", effective_date="2026-06-03")
    assert (refusal.fact, refusal.field) == ("QuantityExceedsOpen", "lines")
    acting("issue_material", order="W1", effective_date="2026-06-03", lines=[{"item": "WHEEL", "quantity": 3}])
    assert _issued(acting)["WHEEL"] == 28


def test_an_issue_for_some_outputs_rounds_up_and_ends_exactly(acting: Acting) -> None:
    acting(
        "create_bom", item="GREASE", effective_date="2026-01-01", output_quantity=3,
        lines=[{"item": "FRAME", "quantity": 1}],
    )  # fmt: skip
    _order(acting, item="GREASE", quantity=3)
    for _ in range(3):
        acting("issue_material", order="W1", effective_date="2026-06-02", quantity=1)
    quantities = [move["quantity"] for move in acting.rows("stock_move", move_type="issue")]
    assert quantities == [333_334, 333_334, 333_332]
    refusal = acting.refused("issue_material", order="W1", effective_date="2026-06-02", quantity=1)
    assert refusal.fact == "QuantityExceedsOpen"
    refusal = acting.refused(
        "issue_material", order="W1", effective_date="2026-06-02", quantity=1, lines=[{"item": "FRAME", "quantity": 1}]
    )
    assert refusal.fact == "LinesOrQuantity"


def test_material_goes_back_from_the_latest_issue_first(acting: Acting) -> None:
    _order(acting)
    line = {"item": "WHEEL", "quantity": 4}
    first = acting("issue_material", order="W1", effective_date="2026-06-02", lines=[line])
    second = acting("issue_material", order="W1", effective_date="2026-06-03", lines=[line])
    acting("return_material", order="W1", effective_date="2026-06-04", lines=[{"item": "WHEEL", "quantity": 5}])
    origins = {move["id"]: move["document_id"] for move in acting.rows("stock_move", move_type="issue")}
    back = acting.rows("stock_move", move_type="issue_return")
    assert [(origins[move["origin_move_id"]], move["quantity"]) for move in back] == [
        (second["id"], 4 * MICRO), (first["id"], MICRO),
    ]  # fmt: skip
    two_lines = [{"item": "WHEEL", "quantity": 2}, {"item": "WHEEL", "quantity": 2}]
    refusal = acting.refused("return_material", order="W1", effective_date="2026-06-04", lines=two_lines)
    assert (refusal.fact, refusal.field) == ("QuantityExceedsOpen", "lines.1.quantity")
    assert refusal.rule == "1 lie on the order, 2 asked"
    acting("issue_material", order="W1", effective_date="2026-06-05")
    assert _issued(acting) == {"WHEEL": 25, "FRAME": 10}


def test_output_is_partial_over_and_scrapped(acting: Acting) -> None:
    made = _order(acting)
    first = acting("report_output", order="W1", effective_date="2026-06-02", good_quantity=4, scrap_quantity=1)
    acting("report_output", order="W1", effective_date="2026-06-03", good_quantity=8)
    acting("report_output", order="W1", effective_date="2026-06-03", good_quantity=0, scrap_quantity="0.5")
    assert acting.stock("BIKE", "MAIN/stock") == 12
    moves = [(move["move_type"], move["quantity"]) for move in acting.rows("stock_move", work_order_id=made["id"])]
    assert moves == [
        ("output", 4 * MICRO), ("output_scrap", MICRO), ("output", 8 * MICRO), ("output_scrap", 500_000),
    ]  # fmt: skip
    links = acting.rows("line_link", link_type="output")
    assert [(row["from_line_id"], row["quantity"]) for row in links] == [
        (made["lines"][0], 4 * MICRO), (made["lines"][0], 8 * MICRO),
    ]  # fmt: skip
    assert links[0]["to_line_id"] == first["lines"][0]
    refusal = acting.refused("report_output", order="W1", effective_date="2026-06-03", good_quantity=0)
    assert (refusal.fact, refusal.field) == ("NothingIsPutOut", "good_quantity")


def test_back_flush_issues_what_the_output_took(acting: Acting) -> None:
    _order(acting)
    acting("issue_material", order="W1", effective_date="2026-06-02", lines=[{"item": "FRAME", "quantity": 9}])
    made = acting(
        "report_output", order="W1", effective_date="2026-06-02", good_quantity=3, scrap_quantity=1, back_flush=True
    )
    assert acting.row("document", id=made["material_issue"]["id"])["document_type"] == "material_issue"
    assert _issued(acting) == {"FRAME": 10, "WHEEL": 10}  # of the frames one was open
    acting("report_output", order="W1", effective_date="2026-06-03", good_quantity=6, back_flush=True)
    assert _issued(acting) == {"FRAME": 10, "WHEEL": 25}
    acting(
        "report_output", order="W1", effective_date="2026-06-03", good_quantity=2, back_flush=True
    )  # beyond the plan
    assert _issued(acting) == {"FRAME": 12, "WHEEL": 30}


def test_back_flush_without_stock_is_refused_whole(acting: Acting) -> None:
    _order(acting, quantity=200)
    refusal = acting.refused(
        "report_output", order="W1", effective_date="2026-06-02", good_quantity=101, back_flush=True, close=True
    )
    assert (refusal.fact, refusal.field) == ("StockWouldGoNegative", "back_flush")
    assert acting.stock("BIKE", "MAIN/stock") == 0


@pytest.mark.parametrize(
    ("command", "data"), [("close_work_order", {}), ("report_output", {"good_quantity": 1, "close": True})]
)
@pytest.mark.parametrize("last", ["book_time", "report_output"])
def test_an_order_is_not_closed_before_its_last_move_or_hours(
    acting: Acting, last: str, command: str, data: dict[str, Any]
) -> None:
    made = _order(acting)
    done = {"book_time": {"minutes": 5}, "report_output": {"good_quantity": 1}}[last]
    acting(last, order="W1", effective_date="2026-06-04", **done)
    refusal = acting.refused(command, order="W1", effective_date="2026-06-03", **data)
    assert (refusal.fact, refusal.field, refusal.value) == ("ClosedBeforeLastFact", "effective_date", date(2026, 6, 3))
    assert refusal.rule == (
        "material, time or output was reported on the order on 2026-06-04; it is closed on that day or later"
    )
    assert acting.row("document", id=made["id"])["state"] == "released"
    acting(command, order="W1", effective_date="2026-06-04", **data)
    assert acting.row("document", id=made["id"])["state"] == "done"


def test_an_output_may_close_its_order(acting: Acting) -> None:
    made = _order(acting)
    acting("report_output", order="W1", effective_date="2026-06-04", good_quantity=10, close=True)
    assert acting.row("document", id=made["id"])["state"] == "done"
    assert acting.rows("document_event", document_id=made["id"])[-1]["effective_date"] == date(2026, 6, 4)
    refusal = acting.refused("report_output", order="W1", effective_date="2026-06-04", good_quantity=1)
    assert refusal.fact == "WrongState"
    assert acting.refused("issue_material", order="W1", effective_date="2026-06-04").fact == "WrongState"


def test_time_is_booked_by_employee_work_centre_or_operation_also_after_closing(acting: Acting) -> None:
    made = _order(acting)
    acting("create_department", code="SHOP", name="Workshop")
    worker = acting("create_employee", code="E1", name="Ann", department="SHOP", hourly_rate="31.25")
    acting("book_time", order="W1", effective_date="2026-06-02", minutes="90.5", work_center="WC", employee="E1")
    acting(
        "book_time", order="W1", effective_date="2026-06-03",
        lines=[{"minutes": 5, "sequence": 10}, {"minutes": 7, "rate": "12.34", "overhead_rate": 0}],
    )  # fmt: skip
    acting("close_work_order", order="W1", effective_date="2026-06-04")
    acting("book_time", order="W1", effective_date="2026-06-04", minutes=1)
    entries = acting.rows("time_entry", work_order_id=made["id"])
    assert [entry["minutes"] for entry in entries] == [90_500_000, 5_000_000, 7_000_000, 1_000_000]
    center = acting.row("work_center")["id"]
    assert [entry["work_center_id"] for entry in entries] == [center, center, None, None]
    assert (entries[0]["employee_id"], entries[0]["department_id"]) == (worker["id"], acting.row("department")["id"])
    assert [entry["labour_rate"] for entry in entries] == [None, None, 12_340_000, None]
    assert [entry["overhead_rate"] for entry in entries] == [None, None, 0, None]


@pytest.mark.parametrize(
    ("data", "fact", "field"),
    [
        ({}, "MinutesOrLines", "minutes"),
        ({"minutes": 5, "lines": [{"minutes": 5}]}, "MinutesOrLines", "minutes"),
        ({"minutes": 5, "sequence": 20}, "NotFound", "sequence"),
        ({"lines": [{"minutes": 5, "employee": "E9"}]}, "NotFound", "lines.0.employee"),
        ({"minutes": -5}, "InvalidData", "minutes"),
        ({"lines": [{"work_center": "WC"}]}, "MinutesOrLines", "lines.0.minutes"),
        ({"machine_minutes": 5}, "MachineIsUnknown", "machine_minutes"),
        ({"lines": [{"minutes": 5, "machine_minutes": 5}]}, "MachineIsUnknown", "lines.0.machine_minutes"),
    ],
)
def test_a_wrong_booking_is_refused(acting: Acting, data: dict[str, Any], fact: str, field: str) -> None:
    _order(acting)
    refusal = acting.refused("book_time", order="W1", effective_date="2026-06-02", **data)
    assert (refusal.fact, refusal.field) == (fact, field)


def test_machine_time_stands_beside_the_minutes_of_work(acting: Acting) -> None:
    _order(acting)
    book: dict[str, Any] = {"order": "W1", "effective_date": "2026-06-02"}
    acting("book_time", **book, machine_minutes="90.5", sequence=10)
    acting("book_time", **book, minutes=10, machine_minutes=20, overhead_rate=6)
    acting("book_time", **book, lines=[{"minutes": 5, "work_center": "WC"}, {"machine_minutes": 7, "sequence": 10}])
    assert [(row["minutes"], row["machine_minutes"]) for row in acting.rows("time_entry")] == [
        (0, 90_500_000), (10 * MICRO, 20 * MICRO), (5 * MICRO, None), (0, 7 * MICRO),
    ]  # fmt: skip
    assert acting.rows("time_entry")[0]["work_center_id"] == acting.row("work_center")["id"]


@pytest.mark.parametrize(
    ("command", "data"),
    [
        ("release_work_order", {"order": "W2"}),
        ("cancel_work_order", {"order": "W2"}),
        ("close_work_order", {"order": "W1"}),
        ("issue_material", {"order": "W1"}),
        ("return_material", {"order": "W1", "lines": [{"item": "WHEEL", "quantity": 1}]}),
        ("book_time", {"order": "W1", "minutes": 5}),
        ("report_output", {"order": "W1", "good_quantity": 1}),
    ],
)
def test_a_locked_period_refuses_production(acting: Acting, command: str, data: dict[str, Any]) -> None:
    _order(acting)
    _order(acting, external_number="W2", release=False)
    for period in ("2026-05", "2026-06"):
        acting("lock_period", period=period)
    refusal = acting.refused(command, effective_date="2026-06-30", **data)
    assert (refusal.fact, refusal.field) == ("PeriodIsLocked", "effective_date")
    refusal = acting.refused("create_work_order", **ORDER)
    assert (refusal.fact, refusal.field) == ("PeriodIsLocked", "order_date")
