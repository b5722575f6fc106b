"""A maker of lamps whose one bench is full: two work orders of three days each, both wanted this week."""

from __future__ import annotations

from datetime import date
from typing import Any

# A Monday. The bench works eight hours a day from 08:00; a lamp takes it an hour.
AS_OF = date(2026, 6, 15)
SETTING: list[tuple[str, dict[str, Any]]] = [
    ("create_company", {"code": "LAMP", "name": "Lamp makers", "currency": "CNY"}),
    ("create_warehouse", {"code": "MAIN", "name": "Main"}),
    ("create_partner", {"code": "CUS", "name": "Customer", "is_customer": True, "is_supplier": False}),
    ("create_work_center", {"code": "BENCH", "name": "Bench", "labour_rate": 60, "overhead_rate": 30,
                            "capacity_hours_per_day": 8}),
    ("set_work_center_hours", {"work_center": "BENCH", "opens_at": "08:00", "effective_date": "2026-01-01"}),
    ("create_item", {"code": "LAMP", "name": "Lamp", "unit": "pcs", "kind": "made"}),
    ("create_routing", {"item": "LAMP", "effective_date": "2026-01-01",
                        "operations": [{"sequence": 10, "work_center": "BENCH", "run_minutes": 60}]}),
    # What is made of lamps takes a worked day, and no bench.
    ("create_item", {"code": "SIGN", "name": "Sign", "unit": "pcs", "kind": "made", "lead_time_days": 1}),
    ("create_bom", {"item": "SIGN", "effective_date": "2026-01-01", "lines": [{"item": "LAMP", "quantity": 1}]}),
    # Nobody has asked for shades and stands yet. The bench takes an hour for each; their cloth comes in a day.
    ("create_item", {"code": "CLOTH", "name": "Cloth", "unit": "pcs", "kind": "bought", "lead_time_days": 1}),
    *(command for code, name in (("SHADE", "Shade"), ("STAND", "Stand")) for command in (
        ("create_item", {"code": code, "name": name, "unit": "pcs", "kind": "made"}),
        ("create_routing", {"item": code, "effective_date": "2026-01-01",
                            "operations": [{"sequence": 10, "work_center": "BENCH", "run_minutes": 60}]}),
        ("create_bom", {"item": code, "effective_date": "2026-01-01", "lines": [{"item": "CLOTH", "quantity": 1}]}),
    )),
    # A chair is two days at the painter's after an hour of the bench, and dries where there is room for any.
    ("create_partner", {"code": "PAINT", "name": "Painter", "is_customer": False, "is_supplier": True}),
    ("create_work_center", {"code": "YARD", "name": "Yard", "labour_rate": 0, "overhead_rate": 0,
                            "capacity_hours_per_day": 0}),
    ("create_item", {"code": "CHAIR", "name": "Chair", "unit": "pcs", "kind": "made"}),
    ("create_routing", {"item": "CHAIR", "effective_date": "2026-01-01", "operations": [
        {"sequence": 10, "work_center": "BENCH", "run_minutes": 60},
        {"sequence": 20, "work_center": "YARD", "subcontractor": "PAINT", "subcontract_price": 5,
         "subcontract_lead_time_days": 2},
        {"sequence": 30, "work_center": "YARD", "run_minutes": 600},
    ]}),
    ("create_bom", {"item": "CHAIR", "effective_date": "2026-01-01", "lines": [{"item": "CLOTH", "quantity": 1}]}),
]  # fmt: skip


def lamps(due_date: str, external_number: str, start_date: str = "2026-06-15") -> tuple[str, dict[str, Any]]:
    """A work order for 24 lamps: three days of the bench."""
    return "create_work_order", {
        "item": "LAMP", "quantity": 24, "start_date": start_date, "due_date": due_date, "release": True,
        "external_number": external_number,
    }  # fmt: skip


def sold(item: str, wanted: str, external_number: str) -> tuple[str, dict[str, Any]]:
    """An order for 24 of the item."""
    line = {"item": item, "quantity": 24, "unit_price": 300, "requested_date": wanted, "promised_date": wanted}
    return "create_sales_order", {
        "customer": "CUS", "order_date": "2026-06-15", "confirm": True, "external_number": external_number,
        "lines": [line],
    }  # fmt: skip


# From Monday to Wednesday the bench makes the first 24, from Thursday over the weekend to Monday the second 24: these
# are due on Thursday the 18th and there on the 22nd, two worked days later.
ORDERS = [
    lamps("2026-06-17", "W1"), lamps("2026-06-18", "W2"), sold("LAMP", "2026-06-17", "S1"),
    sold("LAMP", "2026-06-18", "S2"),
]  # fmt: skip
