"""The textbook records of ../shared/cases/mrp.yaml come out as printed."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
import yaml

from tests.conftest import SHARED
from tests.engines.planning_periods import MICRO, Record, balances, by_period, micro, numbered, planned

FILE = SHARED / "cases" / "mrp.yaml"
CASES: dict[str, dict[str, Any]] = (
    {case["id"]: case for case in yaml.safe_load(FILE.read_text())["cases"]} if FILE.exists() else {}
)
pytestmark = pytest.mark.skipif(not CASES, reason="../shared/cases/mrp.yaml is not here")


def rule(lot: Any) -> dict[str, Any]:
    """lfl and foq as Bihuan names them; fixed lots are multiples."""
    if isinstance(lot, dict) and lot["rule"] == "foq":
        return {"lot_policy": "fixed", "multiple_quantity": micro(lot["qty"])}
    return {"lot_policy": "lot_for_lot"}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if isinstance(case["given"].get("gross"), list)])
def test_single_records(name: str) -> None:
    given, expected = CASES[name]["given"], CASES[name]["expected"]
    record = Record(
        "item",
        numbered(given["gross"]),
        given["on_hand"],
        given["lead_time"],
        given.get("scheduled_receipts", {}),
        rule(given["lot"]) | {"safety_stock": micro(given.get("safety_stock", 0))},
    )
    result = planned([record])
    periods = len(given["gross"])
    assert by_period(result, "item", "planned_release") == expected["planned_releases"]
    if "planned_receipts" in expected:
        assert by_period(result, "item", "planned_receipt") == expected["planned_receipts"]
    if "projected_on_hand" in expected:
        assert balances(result, "item", periods) == expected["projected_on_hand"]
    if "on_hand_without_orders" in expected:
        alone = balances(planned([record], horizon=-1), "item", periods)
        assert alone == expected["on_hand_without_orders"]
        short = [at for at, balance in enumerate(alone, start=1) if balance < given["safety_stock"]]
        assert short[0] == expected["falls_below_safety_stock_in"]
    if "order_point" in expected:
        # What the lead time uses, on top of the safety stock: ordering at this balance is what the record does.
        use = by_period(result, "item", "gross_requirement")[1]
        assert use * given["lead_time"] + given["safety_stock"] == expected["order_point"]
        first = min(expected["planned_releases"])
        assert balances(result, "item", periods)[first - 1] - use < expected["order_point"]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "bom" in case["given"]])
def test_explosions(name: str) -> None:
    given, expected = CASES[name]["given"], CASES[name]["expected"]
    records = {item: Record(item, lead_time=lead) for item, lead in given["lead_time"].items()}
    for arc in given["bom"]:
        records[arc["parent"]].components[arc["component"]] = arc["qty"]
    for item, gross in given["independent_gross"].items():
        records[item].gross = gross
    for item, receipts in given.get("scheduled_receipts", {}).items():
        records[item].scheduled = receipts
    result = planned(list(records.values()))
    releases = expected.get("releases") or expected["planned_releases"]
    for item, wanted in releases.items():
        assert by_period(result, item, "planned_release") == wanted, item
    if "wood_gross" in expected:
        assert by_period(result, "wood_section", "gross_requirement") == expected["wood_gross"]
        assert by_period(result, "wood_section", "net_requirement") == expected["wood_net"]


def test_order_point_with_shortages_on_two_dates() -> None:
    """Days count from today = 0. Without an order point the request is the sum of what is suggested within the supply
    period; with one, the lot covers the supply period and fills up to the target."""
    case = CASES["supply-tryton-order-point"]
    given = case["given"]
    for row in case["expected"]:
        point = row["order_point"]
        rules: dict[str, Any] = {}
        if point is not None:
            rules = {
                "lot_policy": "order_up_to",
                "safety_stock": micro(point["min"]),
                "target_quantity": micro(point["target"]),
                "period_days": given["supply_period_days"],
            }
        record = Record(
            "item",
            {outgoing["day"]: outgoing["qty"] for outgoing in given["planned_outgoing"]},
            given["on_hand"],
            given["supplier_lead_time_days"],
            rule=rules,
        )
        result = planned([record], horizon=given["supply_period_days"], first=0)
        assert result.suggestions["quantity"].sum() == row["request_qty"] * MICRO, row
        assert result.suggestions.filter(pl.col("kind") != "buy").is_empty()


def test_every_case_is_run() -> None:
    single = {name for name, case in CASES.items() if isinstance(case["given"].get("gross"), list)}
    exploded = {name for name, case in CASES.items() if "bom" in case["given"]}
    assert single | exploded | {"supply-tryton-order-point"} == set(CASES)
