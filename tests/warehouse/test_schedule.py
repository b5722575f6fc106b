"""The schedule from commands to marts: who is done when, what waits for what, load, pins, and the approved dates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.replication import replicate
from tests.warehouse.warehouse_run import WarehouseRun, rows
from transactions import Door, make_home
from transactions.kernel.clock import SetClock

# A Monday; the bench works from 08:00 to 16:00, the two presses from 06:00.
AS_OF = "2026-06-15"
SETTING: list[tuple[str, dict[str, Any]]] = [
    ("create_company", {"code": "MAKE", "name": "Makers", "currency": "CNY"}),
    ("create_warehouse", {"code": "MAIN", "name": "Main"}),
    ("create_partner", {"code": "OUT", "name": "Galvaniser", "is_customer": False, "is_supplier": True}),
    ("create_work_center", {"code": "BENCH", "name": "Bench", "labour_rate": 60, "overhead_rate": 30}),
    ("create_work_center", {"code": "PRESS", "name": "Presses", "labour_rate": 60, "overhead_rate": 30,
                            "capacity_hours_per_day": 20}),
    ("set_work_center_hours", {"work_center": "PRESS", "machines": 2, "opens_at": "06:00",
                               "effective_date": "2026-01-01"}),
    ("create_item", {"code": "LAMP", "name": "Lamp", "unit": "pcs", "kind": "made"}),
    ("create_routing", {"item": "LAMP", "effective_date": "2026-01-01", "operations": [
        {"sequence": 10, "work_center": "PRESS", "setup_minutes": 30, "run_minutes": 6},
        {"sequence": 20, "work_center": "BENCH", "subcontractor": "OUT", "subcontract_price": 1},
        {"sequence": 30, "work_center": "BENCH", "run_minutes": 12}]}),
    # Two orders for the same bench: 4 h and 6 h there after 2:30 and 3:30 on a press.
    ("create_work_order", {"item": "LAMP", "quantity": 20, "start_date": "2026-06-15", "due_date": "2026-06-15",
                           "external_number": "W1", "release": True}),
    ("create_work_order", {"item": "LAMP", "quantity": 30, "start_date": "2026-06-15", "due_date": "2026-06-15",
                           "external_number": "W2", "release": True}),
]  # fmt: skip
MODELS = ("+fct_schedule", "+fct_work_center_load", "+fct_work_orders")


@pytest.fixture
def company(migrated_sqlite_database: str, tmp_path: Path) -> tuple[Door, Path]:
    clock = SetClock(datetime(2026, 6, 15, tzinfo=UTC))
    door, _password = make_home(password="a password", url=migrated_sqlite_database, clock=clock)
    for number, (name, data) in enumerate(SETTING):
        door.execute(name, data, "administrator", key=str(number))
    return door, tmp_path / "work.duckdb"


def do(door: Door, command: str, **data: Any) -> dict[str, Any]:
    return door.execute(command, data, "administrator")


def built(warehouse_run: WarehouseRun, door: Door, path: Path) -> dict[tuple[str, int], dict[str, Any]]:
    """The schedule by order and sequence."""
    replicate(door.engine, path, full=True)
    warehouse_run.build(path, AS_OF, *MODELS)
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.sql("select * from marts.fct_schedule").pl().to_dicts()
    return {(row["work_order_number"], row["sequence"]): row for row in found}


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-06-{text}")


def test_the_schedule_says_when_why_and_how_full(warehouse_run: WarehouseRun, company: tuple[Door, Path]) -> None:
    door, path = company
    found = built(warehouse_run, door, path)
    assert {key: (row["planned_start"], row["planned_end"], row["machine_number"]) for key, row in found.items()} == {
        ("WO000001", 10): (at("15 06:00"), at("15 08:30"), 2),
        ("WO000001", 20): (at("15 08:30"), at("15 08:30"), None),
        ("WO000001", 30): (at("15 08:30"), at("15 12:30"), 1),
        ("WO000002", 10): (at("15 06:00"), at("15 09:30"), 1),
        ("WO000002", 20): (at("15 09:30"), at("15 09:30"), None),
        ("WO000002", 30): (at("15 12:30"), at("16 10:30"), 1),
    }
    late = found["WO000002", 30]
    assert (late["is_late"], late["days_late"], late["late_reason"]) == (True, 1, "machine_busy")
    assert (late["late_work_center_code"], late["late_behind_work_order_number"]) == ("BENCH", "WO000001")
    assert (late["start_reason"], late["wait_minutes"], late["ready_at"]) == ("machine_busy", 180, at("15 09:30"))
    assert (late["waits_for_work_order_number"], late["waits_for_sequence"]) == ("WO000001", 30)
    assert found["WO000001", 30]["start_reason"] == "previous_operation"
    load = "select work_center_code, load_date, capacity_minutes, load_minutes, setup_minutes"
    assert rows(path, f"{load} from marts.fct_work_center_load order by 1, 2") == [
        ("BENCH", date(2026, 6, 15), 480, 450, 0),
        ("BENCH", date(2026, 6, 16), 480, 150, 0),
        ("PRESS", date(2026, 6, 15), 1200, 360, 60),
        ("PRESS", date(2026, 6, 16), 1200, 0, 0),
    ]
    assert set(warehouse_run.test(path, AS_OF, "fct_schedule", "fct_work_center_load").values()) == {"pass"}


def test_what_is_done_is_not_scheduled_again_and_pins_are_kept(
    warehouse_run: WarehouseRun, company: tuple[Door, Path]
) -> None:
    door, path = company
    do(door, "book_time", order="W1", effective_date="2026-06-15", minutes=60, sequence=10)
    do(door, "book_time", order="W2", effective_date="2026-06-15", minutes=210, sequence=10)
    do(door, "report_output", order="W2", effective_date="2026-06-15", good_quantity=10)
    do(door, "pin_operation", order="W2", sequence=30, start="2026-06-15T09:00")
    found = built(warehouse_run, door, path)
    pressing, done, pinned = (found[key] for key in (("WO000001", 10), ("WO000002", 10), ("WO000002", 30)))
    assert (pressing["operation_state"], pressing["setup_minutes"], pressing["run_minutes"]) == ("running", 0, 90)
    assert (done["operation_state"], done["planned_start"]) == ("done", None)
    assert (pinned["held"], pinned["planned_start"], pinned["planned_end"]) == (
        "pinned",
        at("15 09:00"),
        at("15 13:00"),
    )
    assert found["WO000001", 30]["planned_start"] == at("15 13:00")


def test_approved_dates_come_back_and_lateness_counts_from_when_it_was_due(
    warehouse_run: WarehouseRun, company: tuple[Door, Path]
) -> None:
    door, path = company
    before = built(warehouse_run, door, path)
    operations = [
        {"sequence": sequence, "start": str(row["planned_start"]), "end": str(row["planned_end"])}
        for (order, sequence), row in before.items()
        if order == "WO000002"
    ]
    do(door, "approve_schedule", build_id="test", orders=[{"order": "W2", "operations": operations}])
    late = built(warehouse_run, door, path)["WO000002", 30]
    assert (late["held"], late["planned_start"], late["approved_start"]) == ("frozen", at("15 12:30"), at("15 12:30"))
    assert (late["due_date"], late["is_late"], late["days_late"]) == (date(2026, 6, 15), True, 1)
    dates = (
        "select planned_start_date, planned_end_date from marts.fct_work_orders where work_order_number = 'WO000002'"
    )
    assert rows(path, dates) == [(date(2026, 6, 15), date(2026, 6, 16))]


def test_an_order_waits_for_its_parts(warehouse_run: WarehouseRun, company: tuple[Door, Path]) -> None:
    """SIGN is made from SHADE, which another order makes; TOY from a SCREW that nobody has bought yet."""
    door, path = company
    do(door, "create_item", code="SCREW", name="Screw", unit="pcs", kind="bought", lead_time_days=4)
    for code, work_center in (("SHADE", "BENCH"), ("SIGN", "PRESS"), ("TOY", "PRESS")):
        do(door, "create_item", code=code, name=code, unit="pcs", kind="made")
        operation = {"sequence": 10, "work_center": work_center, "run_minutes": 30}
        do(door, "create_routing", item=code, effective_date="2026-01-01", operations=[operation])
    for code, part in (("SIGN", "SHADE"), ("TOY", "SCREW")):
        do(door, "create_bom", item=code, effective_date="2026-01-01", lines=[{"item": part, "quantity": 1}])
    for code in ("SHADE", "SIGN", "TOY"):
        do(
            door,
            "create_work_order",
            item=code,
            quantity=2,
            start_date="2026-06-15",
            due_date="2026-06-18",
            release=True,
        )
    found = built(warehouse_run, door, path)
    shade, sign, toy = (found[f"WO00000{number}", 10] for number in (3, 4, 5))
    assert sign["planned_start"] == shade["planned_end"]
    assert (sign["start_reason"], sign["waits_for_work_order_number"]) == ("order_before", "WO000003")
    assert (toy["start_reason"], toy["planned_start"]) == ("parts_missing", at("19 06:00"))
    assert (toy["material_date"], toy["material_item_code"], toy["late_reason"]) == (
        date(2026, 6, 19),
        "SCREW",
        "parts_missing",
    )
    assert set(warehouse_run.test(path, AS_OF, "fct_schedule", "int_work_order_supplies").values()) == {"pass"}


def test_breaks_and_lead_times_outside(warehouse_run: WarehouseRun, company: tuple[Door, Path]) -> None:
    """The bench rests from 12 to 13, its day ends at 17; coating outside takes two working days, over the weekend."""
    door, path = company
    do(door, "set_work_center_hours", work_center="BENCH", opens_at="08:00", effective_date="2026-06-01",
       breaks=[{"starts_at": "12:00", "ends_at": "13:00"}])  # fmt: skip
    do(door, "create_item", code="COATED", name="Coated", unit="pcs", kind="made")
    do(door, "create_routing", item="COATED", effective_date="2026-01-01", operations=[
        {"sequence": 10, "work_center": "BENCH", "run_minutes": 30},
        {"sequence": 20, "work_center": "BENCH", "subcontractor": "OUT", "subcontract_price": 1,
         "subcontract_lead_time_days": 2},
        {"sequence": 30, "work_center": "BENCH", "run_minutes": 6}])  # fmt: skip
    order = {"item": "COATED", "quantity": 10, "start_date": "2026-06-18", "due_date": "2026-06-19", "release": True}
    do(door, "create_work_order", **order, external_number="W3")
    found = built(warehouse_run, door, path)
    first, outside, last = (found["WO000003", sequence] for sequence in (10, 20, 30))
    assert (first["planned_start"], first["planned_end"]) == (at("18 08:00"), at("18 14:00"))
    assert (outside["planned_start"], outside["planned_end"]) == (at("18 14:00"), at("22 14:00"))
    assert (outside["machine_number"], outside["run_minutes"], outside["outside_days_left"]) == (None, 0, 2)
    assert (last["planned_start"], last["planned_end"]) == (at("22 14:00"), at("22 15:00"))
    assert (last["is_late"], last["days_late"], last["late_reason"]) == (True, 1, "due_too_early")
    # What was booked today leaves today; it is back when work after it is booked.
    do(door, "book_time", order="W3", effective_date="2026-06-15", minutes=300, sequence=10)
    assert built(warehouse_run, door, path)["WO000003", 20]["outside_days_left"] == 2
    do(door, "book_time", order="W3", effective_date="2026-06-15", minutes=60, sequence=30)
    assert built(warehouse_run, door, path)["WO000003", 20]["operation_state"] == "done"


def test_what_the_plan_expects_to_be_lost_takes_no_work_off(
    warehouse_run: WarehouseRun, company: tuple[Door, Path]
) -> None:
    """Of 10 panes started 8 come out good, at 12 minutes for each of these; half an order is made, better and worse."""
    door, path = company
    for code, kind in (("SAND", "bought"), ("PANE", "made")):
        do(door, "create_item", code=code, name=code, unit="pcs", kind=kind)
    do(door, "create_bom", item="PANE", effective_date="2026-01-01", yield_rate="0.8",
       lines=[{"item": "SAND", "quantity": 1}])  # fmt: skip
    do(door, "create_routing", item="PANE", effective_date="2026-01-01",
       operations=[{"sequence": 10, "work_center": "BENCH", "run_minutes": 12}])  # fmt: skip
    left = {(4, 1): 4, (4, 0): 4, (3, 2): 4, (0, 5): 4, (8, 0): 0, (7, 3): 0, (7, 1): 1}
    for good, scrapped in left:
        name = f"P{good}{scrapped}"
        do(door, "create_work_order", item="PANE", quantity=8, start_date="2026-06-15", due_date="2026-06-30",
           external_number=name, release=True)  # fmt: skip
        do(door, "report_output", order=name, effective_date="2026-06-15", good_quantity=good, scrap_quantity=scrapped)
    found = built(warehouse_run, door, path)
    panes = [found[f"WO00000{number}", 10] for number in range(3, 10)]
    assert [row["open_quantity"] for row in panes] == list(left.values())
    assert [row["run_minutes"] for row in panes] == [12 * quantity for quantity in left.values()]
    assert [row["operation_state"] == "done" for row in panes] == [quantity == 0 for quantity in left.values()]
