"""What a plan says otherwise than the one before, and why."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards.edition import current_edition
from dashboards.questions.mrp_changes import ChangeFilters, PlanSeen, mrp_changes, plan_changes
from transactions.kernel.refusal import NotFound


def _plan(places: dict[str, tuple[int, int, int]], *suggestions: tuple[str, str, int, int, str]) -> PlanSeen:
    """places: item → requirements, receipts, stock; suggestions: id, item, quantity, day of March, state."""
    return PlanSeen(
        pl.DataFrame(
            [
                {
                    "suggestion_id": key, "state": state, "kind": "buy", "item_code": item, "item_name": item,
                    "warehouse_code": "MAIN", "order_number": "SO1", "quantity": quantity,
                    "due_date": date(2026, 3, day), "document_number": "RQ1" if state == "firm" else None,
                }
                for key, item, quantity, day, state in suggestions
            ],
            schema_overrides={"document_number": pl.String},
        ),
        pl.DataFrame(
            [
                {
                    "item_code": item, "warehouse_code": "MAIN", "requirements": required, "receipts": received,
                    "stock": stock, "safety_stock": 0, "lead_time_days": 3,
                }
                for item, (required, received, stock) in places.items()
            ]
        ),
    )  # fmt: skip


def test_each_difference_has_its_cause() -> None:
    before = _plan(
        {"A": (10, 0, 0), "B": (5, 0, 0), "C": (4, 0, 0), "D": (4, 0, 1), "E": (1, 0, 0)},
        ("a", "A", 10, 9, "proposed"), ("b", "B", 5, 9, "proposed"), ("c", "C", 4, 9, "snoozed"),
        ("d", "D", 3, 9, "proposed"), ("e", "E", 1, 9, "proposed"),
    )  # fmt: skip
    after = _plan(
        {"A": (14, 0, 0), "B": (5, 5, 0), "C": (4, 4, 0), "D": (4, 0, 0), "E": (1, 0, 0), "F": (2, 0, 0)},
        ("a", "A", 14, 9, "proposed"), ("b", "B", 5, 9, "firm"), ("d", "D", 4, 9, "proposed"),
        ("e", "E", 1, 12, "proposed"), ("f", "F", 2, 20, "proposed"), ("x", "F", 2, 1, "closed"),
    )  # fmt: skip
    told: dict[str, tuple[Any, ...]] = {
        row["suggestion_id"]: (row["change"], row["cause"], row["cause_before"], row["cause_after"])
        for row in plan_changes(before, after).iter_rows(named=True)
    }
    assert told == {
        "a": ("changed", "requirements", 10, 14),
        "b": ("decided", "decided", None, None),
        "c": ("gone", "receipts", 0, 4),
        "d": ("changed", "stock", 1, 0),
        "e": ("changed", "other", None, None),
        "f": ("appeared", "requirements", 0, 2),
    }
    assert plan_changes(after, after).is_empty()


def test_without_an_earlier_build_nothing_has_changed(at_home: Path) -> None:
    edition = current_edition("full")
    assert mrp_changes(edition, ChangeFilters()).is_empty()
    with pytest.raises(NotFound, match="no such earlier build"):
        mrp_changes(edition, ChangeFilters(earlier="20000101T000000000000"))
