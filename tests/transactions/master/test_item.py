"""Items: what they come with, what is refused, how they are renamed, blocked and planned."""

from datetime import date
from decimal import Decimal

import pytest

from tests.transactions.acting import Acting
from transactions.kernel.exact import MICRO

BEGINNING = date(1900, 1, 1)


def test_an_item_comes_with_unit_planning_and_valuation(acting: Acting) -> None:
    acting("create_partner", code="S1", name="Steel", is_supplier=True)
    made = acting(
        "create_item", code="TUBE", name="Tube", unit="m", kind="bought", category="Metal", lead_time_days=5,
        safety_stock=2.5, minimum_quantity="10", multiple_quantity=5, preferred_supplier="S1",
        valuation_method="moving_average", units=[{"unit": "bundle", "numerator": 25, "denominator": 2}],
    )  # fmt: skip
    item = acting.row("item", id=made["id"])
    assert (item["kind"], item["category"], item["is_blocked"]) == ("bought", "Metal", False)
    assert acting.row("unit", id=item["unit_id"])["code"] == "m"
    other = acting.row("item_unit", item_id=made["id"])
    assert (other["numerator"], other["denominator"]) == (25, 2)
    assert acting.row("unit", id=other["unit_id"])["code"] == "bundle"
    planning = acting.row("item_planning", item_id=made["id"])
    assert planning["lot_policy"] == "minimum_multiple"
    assert planning["safety_stock"] == 2_500_000
    assert (planning["minimum_quantity"], planning["multiple_quantity"]) == (10 * MICRO, 5 * MICRO)
    assert planning["preferred_supplier_id"] == acting.row("partner", code="S1")["id"]
    assert (planning["effective_date"], planning["warehouse_id"]) == (BEGINNING, None)
    method = acting.row("valuation_method", item_id=made["id"])
    assert (method["method"], method["effective_date"]) == ("moving_average", BEGINNING)


def test_items_share_units_and_services_are_not_valued(acting: Acting) -> None:
    first = acting("create_item", code="A", name="A", unit="pcs", kind="made")
    second = acting("create_item", code="B", name="B", unit="pcs", kind="service")
    assert acting.row("item", id=first["id"])["unit_id"] == acting.row("item", id=second["id"])["unit_id"]
    assert acting.row("valuation_method", item_id=first["id"])["method"] == "fifo"
    assert acting.row("item_planning", item_id=first["id"])["lot_policy"] == "lot_for_lot"
    assert acting.rows("valuation_method", item_id=second["id"]) == []


def test_all_companies_value_and_plan_an_item_as_it_was_made(acting: Acting) -> None:
    make = {"name": "A", "unit": "pcs", "kind": "bought", "valuation_method": "moving_average", "lead_time_days": 3}
    before = acting("create_item", code="BEFORE", **make)
    acting("set_valuation_method", item="BEFORE", method="fifo", effective_date="2026-01-01")  # the first company's own
    second = acting("create_company", code="TWO", name="Second", currency="CNY")
    after = acting("create_item", code="AFTER", **make)
    for made in (before, after):
        found = {"company_id": second["id"], "item_id": made["id"]}
        assert acting.row("valuation_method", **found)["method"] == "moving_average"
        planning = acting.row("item_planning", **found)
        assert (planning["lead_time_days"], planning["effective_date"]) == (3, BEGINNING)
    assert len(acting.rows("item_planning", item_id=after["id"])) == 2


def test_an_item_code_is_used_once(acting: Acting) -> None:
    acting("create_item", code="A", name="A", unit="pcs", kind="made")
    refusal = acting.refused("create_item", code="A", name="Other", unit="pcs", kind="made")
    assert (refusal.fact, refusal.field, refusal.value) == ("AlreadyExists", "code", "A")


def test_a_preferred_supplier_is_a_supplier(acting: Acting) -> None:
    acting("create_partner", code="C1", name="Customer", is_customer=True)
    refusal = acting.refused("create_item", code="A", name="A", unit="pcs", kind="bought", preferred_supplier="C1")
    assert (refusal.fact, refusal.field) == ("NotFound", "preferred_supplier")


def test_a_fixed_lot_has_a_size(acting: Acting) -> None:
    refusal = acting.refused("create_item", code="A", name="A", unit="pcs", kind="bought", lot_policy="fixed")
    assert (refusal.fact, refusal.field) == ("LotSizeIsMissing", "multiple_quantity")


def test_an_item_is_renamed_blocked_and_freed(acting: Acting) -> None:
    acting("create_item", code="A", name="A", unit="pcs", kind="bought")
    acting("change_item", item="A", name="Axle", is_blocked=True)
    assert acting.row("item", code="A")["name"] == "Axle"
    lines = [{"item": "A", "quantity": 1, "unit_cost": 1}]
    refusal = acting.refused("record_opening_stock", effective_date="2026-06-01", lines=lines)
    assert (refusal.fact, refusal.field) == ("IsBlocked", "lines.0.item")
    acting("change_item", item="A", is_blocked=False)
    acting("record_opening_stock", effective_date="2026-06-01", lines=lines)
    assert acting.refused("change_item", item="A").fact == "NothingToChange"
    assert acting.refused("change_item", item="Z", name="Z").fact == "NotFound"


def test_the_change_of_an_item_is_in_the_audit_trail(acting: Acting) -> None:
    acting("create_item", code="A", name="A", unit="pcs", kind="bought")
    acting("change_item", item="A", name="Axle")
    record = acting.rows("audit_record", command="change_item")[0]
    assert '"before":{"name":"A"},"after":{"name":"Axle"}' in record["changes"]


def test_planning_parameters_left_out_stay_as_they_are(acting: Acting) -> None:
    acting("create_warehouse", code="EAST", name="East")
    acting("create_item", code="A", name="A", unit="pcs", kind="bought", lead_time_days=5, safety_stock=3)
    acting("set_planning_parameters", item="A", effective_date="2026-01-01", safety_stock=7)
    acting("set_planning_parameters", item="A", effective_date="2026-02-01", warehouse="EAST", lead_time_days=9)
    acting("set_planning_parameters", item="A", effective_date="2026-03-01", warehouse="EAST", multiple_quantity=4)
    versions = acting.rows("item_planning")
    east = acting.row("warehouse", code="EAST")["id"]
    assert [
        (version["warehouse_id"], version["lead_time_days"], version["safety_stock"], version["multiple_quantity"])
        for version in versions
    ] == [
        (None, 5, 3 * MICRO, 0),
        (None, 5, 7 * MICRO, 0),
        (east, 9, 7 * MICRO, 0),
        (east, 9, 7 * MICRO, 4 * MICRO),
    ]
    refusal = acting.refused("set_planning_parameters", item="A", effective_date="2026-01-01", lot_policy="fixed")
    assert refusal.fact == "LotSizeIsMissing"


@pytest.mark.parametrize(
    ("named", "policy", "figures"),
    [
        ("period", "period", {"period_days": 7}),
        ("order_up_to", "order_up_to", {"target_quantity": "50"}),
        ("economic", "economic", {"order_cost": "100", "holding_cost": "0.05"}),
        ("eoq", "economic", {"order_cost": "100", "holding_cost": "0.05"}),
        ("least_total_cost", "least_total_cost", {"order_cost": "100", "holding_cost": "0.05"}),
        ("part_period", "least_total_cost", {"order_cost": "100", "holding_cost": "0.05"}),
        ("silver_meal", "silver_meal", {"order_cost": "100", "holding_cost": "0.05"}),
        ("wagner_whitin", "wagner_whitin", {"order_cost": "100", "holding_cost": "0.05", "maximum_quantity": 80}),
    ],
)
def test_an_item_comes_with_the_figures_of_its_lot_policy(
    acting: Acting, named: str, policy: str, figures: dict[str, str | int]
) -> None:
    new = {"code": "A", "name": "A", "unit": "pcs", "kind": "bought", "lot_policy": named}
    assert acting.refused("create_item", **new).fact == "LotSizeIsMissing"
    acting("create_item", **new, **figures)
    made = acting.row("item_planning")
    assert made["lot_policy"] == policy
    for name, value in figures.items():
        assert made[name] == int(Decimal(value) * (1 if name == "period_days" else MICRO))
    acting("create_item", code="B", name="B", unit="pcs", kind="bought")
    acting("set_planning_parameters", item="B", effective_date="2026-01-01", lot_policy=named, **figures)
    latest = acting.rows("item_planning")[-1]
    assert (latest["lot_policy"], latest["order_cost"]) == (policy, made["order_cost"])


def test_what_is_valued_by_its_lots_is_tracked_by_lot(acting: Acting) -> None:
    new = {"name": "A", "unit": "pcs", "kind": "bought", "valuation_method": "specific"}
    assert acting.row("item", id=acting("create_item", code="A", **new)["id"])["tracked_by"] == "lot"
    serial = acting("create_item", code="B", **new, tracked_by="serial")
    assert acting.row("item", id=serial["id"])["tracked_by"] == "serial"
    assert acting.refused("create_item", code="C", **new, tracked_by="none").fact == "SpecificNeedsTracking"
