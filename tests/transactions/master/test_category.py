"""Categories: by which method their new items are valued, from which day, in which company, and what stays."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.transactions.acting import PASSWORD, Acting

NEW: dict[str, Any] = {"name": "N", "unit": "pcs", "kind": "bought"}


def method(acting: Acting, code: str, company: str = "BIKE") -> str:
    """The only method that the company ever had for the item."""
    found = {"item_id": acting.row("item", code=code)["id"], "company_id": acting.row("company", code=company)["id"]}
    return str(acting.row("valuation_method", **found)["method"])


@pytest.fixture
def metal(acting: Acting) -> Acting:
    """Metal is at moving average from the beginning of the year."""
    acting("set_category_valuation_method", category="Metal", method="moving_average", effective_date="2026-01-01")
    return acting


def test_an_item_takes_the_method_of_its_category_unless_it_names_one(metal: Acting) -> None:
    metal("create_item", code="TUBE", category="Metal", **NEW)
    metal("create_item", code="NAMED", category="Metal", valuation_method="fifo", **NEW)
    metal("create_item", code="OTHER", category="metal", **NEW)
    metal("create_item", code="BARE", **NEW)
    assert [method(metal, code) for code in ("TUBE", "NAMED", "OTHER", "BARE")] == [
        "moving_average", "fifo", "fifo", "fifo",
    ]  # fmt: skip
    metal("create_item", code="WORK", category="Metal", **NEW | {"kind": "service"})
    assert metal.rows("valuation_method", item_id=metal.row("item", code="WORK")["id"]) == []


def test_a_default_counts_from_its_day_and_changes_no_item_that_is_there(metal: Acting) -> None:
    metal("create_item", code="BEFORE", category="Metal", **NEW)
    metal("set_category_valuation_method", category="Metal", method="month_average", effective_date="2026-06-16")
    metal("create_item", code="TODAY", category="Metal", **NEW)
    metal.clock.moment = datetime(2026, 6, 16, 9, tzinfo=UTC)
    metal("create_item", code="TOMORROW", category="Metal", **NEW)
    metal("set_category_valuation_method", category="Metal", method="fifo", effective_date="2026-06-16")
    metal("create_item", code="CORRECTED", category="Metal", **NEW)
    assert [method(metal, code) for code in ("BEFORE", "TODAY", "TOMORROW", "CORRECTED")] == [
        "moving_average", "moving_average", "month_average", "fifo",
    ]  # fmt: skip


def test_an_item_that_moves_to_another_category_keeps_its_method(metal: Acting) -> None:
    metal("create_item", code="TUBE", category="Wood", **NEW)
    metal("change_item", item="TUBE", category="Metal")
    assert method(metal, "TUBE") == "fifo"


def test_each_company_has_defaults_of_its_own_and_begins_with_those_of_the_first(metal: Acting) -> None:
    metal("create_company", code="TWO", name="Second", currency="CNY", time_zone="Asia/Shanghai")
    metal("create_item", code="TUBE", category="Metal", **NEW)
    assert (method(metal, "TUBE"), method(metal, "TUBE", "TWO")) == ("moving_average", "moving_average")
    metal("set_category_valuation_method", company="TWO", category="Metal", method="fifo", effective_date="2026-06-15")
    metal("create_item", code="ROD", category="Metal", **NEW)
    assert (method(metal, "ROD"), method(metal, "ROD", "TWO")) == ("moving_average", "fifo")
    metal.clock.moment = datetime(2026, 6, 15, 20, tzinfo=UTC)  # tomorrow already in Shanghai
    for company in ("BIKE", "TWO"):
        metal("set_category_valuation_method", company=company, category="Metal", method="standard",
              effective_date="2026-06-16")  # fmt: skip
    metal("create_item", code="PIN", category="Metal", **NEW)
    assert (method(metal, "PIN"), method(metal, "PIN", "TWO")) == ("moving_average", "standard")


def test_a_category_valued_by_lots_makes_items_that_are_told_apart(metal: Acting) -> None:
    metal("set_category_valuation_method", category="Frames", method="specific", effective_date="2026-01-01")
    for code, said, tracked_by in (("F1", {}, "lot"), ("F2", {"tracked_by": "serial"}, "serial")):
        metal("create_item", code=code, category="Frames", **NEW, **said)
        assert (metal.row("item", code=code)["tracked_by"], method(metal, code)) == (tracked_by, "specific")
    loose = {"code": "F3", "category": "Frames", "tracked_by": "none"} | NEW
    refusal = metal.refused("create_item", **loose)
    assert (refusal.fact, refusal.field, refusal.value) == ("SpecificNeedsTracking", "tracked_by", "none")
    metal("create_item", valuation_method="fifo", **loose)
    assert method(metal, "F3") == "fifo"
    metal("create_item", code="PAINTING", category="Frames", **NEW | {"kind": "service"})
    assert metal.row("item", code="PAINTING")["tracked_by"] == "none"


def test_an_item_at_standard_by_its_category_takes_a_standard_cost_as_any_other(metal: Acting) -> None:
    metal("set_category_valuation_method", category="Metal", method="standard", effective_date="2026-01-01")
    metal("create_item", code="TUBE", category="Metal", **NEW)
    metal("set_standard_cost", item="TUBE", cost="2.5", effective_date="2026-06-01")
    assert (method(metal, "TUBE"), metal.row("standard_cost")["unit_cost"]) == ("standard", 2_500_000)


def test_a_default_is_set_by_who_may_say_costs_and_is_in_the_audit_trail(metal: Acting) -> None:
    data = {"category": "Metal", "method": "fifo", "effective_date": "2026-06-01"}
    for role in ("planner", "accountant"):
        metal("create_user", username=role, password=PASSWORD, roles=[role])
    assert metal.as_user("planner").refused("set_category_valuation_method", **data).fact == "NotPermitted"
    metal.as_user("accountant")("set_category_valuation_method", **data)
    record = metal.rows("audit_record", command="set_category_valuation_method")[-1]
    assert '"category":"Metal"' in record["data"]
    assert metal.refused("set_category_valuation_method", **data | {"method": "lifo"}).field == "method"
    assert metal.refused("set_category_valuation_method", **data | {"category": ""}).field == "category"
