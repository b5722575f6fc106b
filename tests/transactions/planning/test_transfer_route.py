"""Routes between warehouses and forecasts: versions that the plan reads."""

from datetime import date

import pytest

from tests.transactions.acting import Acting


@pytest.fixture(autouse=True)
def wheels(acting: Acting) -> None:
    acting("create_item", code="WHEEL", name="Wheel", unit="pcs", kind="bought")
    acting("create_warehouse", code="SHOP", name="Shop")


def test_routes_are_versions(acting: Acting) -> None:
    route = {"from_warehouse": "MAIN", "to_warehouse": "SHOP", "effective_date": "2026-06-01"}
    acting("set_transfer_route", **route, transit_days=2)
    acting("set_transfer_route", **route, item="WHEEL", is_open=False)
    every, own = acting.rows("transfer_route")
    assert (every["item_id"], every["transit_days"], every["is_open"]) == (None, 2, True)
    assert (own["item_id"] is not None, own["is_open"]) == (True, False)
    refusal = acting.refused("set_transfer_route", **(route | {"to_warehouse": "MAIN"}))
    assert (refusal.fact, refusal.field) == ("WarehousesAreTheSame", "to_warehouse")


def test_a_forecast_is_of_a_span_of_days(acting: Acting) -> None:
    line = {"item": "WHEEL", "quantity": 30, "from_date": "2026-07-01", "to_date": "2026-07-31"}
    acting("set_forecast", lines=[line])
    acting("set_forecast", lines=[line | {"quantity": 0}], warehouse="SHOP", effective_date="2026-06-01")
    first, second = acting.rows("forecast")
    assert (first["quantity"], first["from_date"], first["to_date"]) == (
        30_000_000, date(2026, 7, 1), date(2026, 7, 31),
    )  # fmt: skip
    assert (second["quantity"], second["effective_date"]) == (0, date(2026, 6, 1))
    refusal = acting.refused("set_forecast", lines=[line | {"to_date": "2026-06-30"}])
    assert (refusal.fact, refusal.field) == ("SpanEndsBeforeItStarts", "lines.0.to_date")


@pytest.mark.parametrize(
    ("policy", "missing"),
    [("period", "period_days"), ("order_up_to", "target_quantity"), ("wagner_whitin", "order_cost"),
     ("fixed", "multiple_quantity")],
)  # fmt: skip
def test_a_lot_policy_needs_its_figures(acting: Acting, policy: str, missing: str) -> None:
    change = {"item": "WHEEL", "effective_date": "2026-06-01", "lot_policy": policy}
    refusal = acting.refused("set_planning_parameters", **change)
    assert (refusal.fact, refusal.field) == ("LotSizeIsMissing", missing)
    figures = {"period_days": 7, "target_quantity": 9, "order_cost": "12.5", "holding_cost": "0.01",
               "minimum_quantity": 5}  # fmt: skip
    acting(
        "set_planning_parameters",
        **change,
        **figures,
        frozen_days=3,
        release_fence_days=4,
        tolerance_days=2,
        maximum_quantity=40,
    )
    planning = acting.rows("item_planning")[-1]
    assert (planning["order_cost"], planning["holding_cost"], planning["frozen_days"]) == (12_500_000, 10_000, 3)
