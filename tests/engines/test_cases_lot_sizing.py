"""The lot sizing cases of ../shared/cases/lot_sizing.yaml come out as printed, through the whole plan."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import yaml

from dbt_project.engines.planning.lots import economic_order_quantity
from tests.conftest import SHARED
from tests.engines.planning_periods import MICRO, Record, balances, by_period, micro, numbered, planned

FILE = SHARED / "cases" / "lot_sizing.yaml"
CASES: dict[str, dict[str, Any]] = (
    {case["id"]: case for case in yaml.safe_load(FILE.read_text())["cases"]} if FILE.exists() else {}
)
pytestmark = pytest.mark.skipif(not CASES, reason="../shared/cases/lot_sizing.yaml is not here")

POLICIES = {
    "lfl": "lot_for_lot",
    "eoq": "fixed",
    "least total cost / part-period balancing without adjustment": "least_total_cost",
    "silver-meal": "silver_meal",
    "wagner-whitin": "wagner_whitin",
}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "net_requirements" in case["given"]])
def test_lots(name: str) -> None:
    given, expected = CASES[name]["given"], CASES[name]["expected"]
    rules = {
        "lot_policy": POLICIES[given["rule"]],
        "multiple_quantity": micro(given["eoq"]) if "eoq" in given else None,
        "order_cost": micro(given["setup_cost"]),
        "holding_cost": micro(given["holding_cost_per_unit_period"]),
    }
    result = planned([Record("item", numbered(given["net_requirements"]), rule=rules)])
    lots = by_period(result, "item", "planned_receipt")
    if "lots" in expected:
        assert lots == expected["lots"]
    else:
        assert lots in expected["alternative_lots"]
    held = sum(balances(result, "item", len(given["net_requirements"])))
    if "part_periods_held" in expected:
        assert held == expected["part_periods_held"]
    cost = len(lots) * Decimal(str(given["setup_cost"])) + held * Decimal(str(given["holding_cost_per_unit_period"]))
    assert cost == Decimal(str(expected["total_cost"]))


def test_economic_order_quantities() -> None:
    """Orlicky's 58 from the yearly figures; the course's 63.53679 from the weekly ones."""
    given = CASES["lot-orlicky-eoq"]["given"]
    carrying = int(Decimal(str(given["annual_carrying_rate"])) * given["unit_cost"] * MICRO)
    quantity = economic_order_quantity(given["annual_use"] * MICRO, given["setup_cost"] * MICRO, carrying)
    assert round(Decimal(quantity) / MICRO) == given["eoq"]
    case = CASES["lot-course-eoq-poq-10w"]
    given = case["given"]
    quantity = economic_order_quantity(
        micro(given["weekly_demand_mean"]), micro(given["setup_cost"]), micro(given["holding_cost_per_unit_week"])
    )
    # Printed to five decimals, computed to six: they differ by half a unit of each at most.
    printed = Decimal(str(case["expected"]["eoq"]))
    assert abs(Decimal(quantity) / MICRO - printed) <= Decimal("0.0000055")


def test_every_case_is_run() -> None:
    run = {name for name, case in CASES.items() if "net_requirements" in case["given"]}
    assert run | {"lot-course-eoq-poq-10w"} == set(CASES)
