"""What-if on the published build: the base is the published plan, the changed one stands beside it, nothing changes."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboards.edition import current_edition
from dashboards.questions.question import answered
from tests.dashboards.conftest import Opened
from tests.dashboards.test_pages import texts_of
from transactions.kernel.refusal import InvalidData, NotFound


def asked(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"changes": json.dumps(changes)}


def test_the_base_is_the_published_plan_whatever_is_asked(at_home: Path) -> None:
    edition = current_edition("full")
    published = edition.rows(
        """select count(*) as line_count, count(*) filter (where days_late > 0) as late_count,
            (select count(*) from marts.fct_mrp_suggestions where state = 'proposed') as suggestion_count,
            (
                select sum(value_amount) from marts.fct_mrp_suggestions where state = 'proposed' and kind = 'buy'
            ) as bought_amount
        from marts.fct_delivery_dates"""
    ).row(0, named=True)
    for changes in ((), ({"kind": "demand", "rate": "3"},), ({"kind": "lead_time", "days": 30},)):
        base, then = answered(edition, "what_if_total", asked(*changes)).to_dicts()
        assert {name: base[name] for name in published} == published
        if not changes:
            assert {**base, "plan": ""} == {**then, "plan": ""}


def test_three_times_the_demand(at_home: Path) -> None:
    edition = current_edition("full")
    base, then = answered(edition, "what_if_total", asked({"kind": "demand", "rate": "3"})).to_dicts()
    assert then["bought_amount"] == 3 * base["bought_amount"]
    months = answered(edition, "what_if_months", asked({"kind": "demand", "rate": "3"}))
    assert months["bought_amount"].sum() == base["bought_amount"]
    assert months["bought_difference"].sum() == then["bought_amount"] - base["bought_amount"]


def test_longer_lead_times_move_dates(at_home: Path) -> None:
    """The order wanted on 20 March needs 5 + 2 working days; with 15 more they are over on 31 March."""
    [line] = answered(
        current_edition("full"), "what_if_lines", asked({"kind": "lead_time", "item": "A", "days": 15})
    ).to_dicts()
    assert (str(line["predicted_date"]), str(line["predicted_date_then"])) == ("2026-03-20", "2026-04-01")
    assert (line["days_moved"], line["reason_item_code"]) == (12, "A")


def test_those_who_see_no_cost_see_dates_only(at_home: Path) -> None:
    edition = current_edition("nocost")
    changes = asked({"kind": "lead_time", "item": "A", "days": 15})
    assert answered(edition, "what_if_lines", changes).height == 1
    assert not {"bought_amount", "stock_amount"} & set(answered(edition, "what_if_total", changes).columns)
    assert answered(edition, "what_if_months", changes).is_empty()


def test_other_prices_change_the_profit_of_open_orders(at_home: Path) -> None:
    """Ten of B for the order, each of two A; a tenth more for what is bought, a twentieth more from the customer."""
    edition = current_edition("full")
    [line] = edition.rows("select revenue, expected_revenue, profit from marts.fct_order_profit").to_dicts()
    cost = edition.rows("select unit_cost from marts.fct_planning_items where item_code = 'A' limit 1")["unit_cost"][0]
    per_unit = edition.rows("select quantity / output_quantity as parts from marts.fct_planning_bom_lines")["parts"][0]
    [sold] = answered(edition, "what_if_profit", asked({"kind": "sales_price", "rate": "1.05"})).to_dicts()
    assert sold["profit_difference"] == line["expected_revenue"] * Decimal("0.05")
    assert sold["revenue_then"] == line["revenue"] + sold["profit_difference"]
    dearer = {"kind": "purchase_price", "item": "A", "rate": "1.1"}
    [bought] = answered(edition, "what_if_profit", asked(dearer)).to_dicts()
    assert float(bought["profit_difference"]) == pytest.approx(-10 * float(per_unit) * float(cost) * 0.1)
    assert bought["profit"] == line["profit"]
    base, then = answered(edition, "what_if_total", asked(dearer)).to_dicts()
    assert then["bought_amount"] > base["bought_amount"]
    assert answered(current_edition("nocost"), "what_if_profit", asked(dearer)).is_empty()


def test_a_scenario_is_kept_and_shared_by_name(opened: Opened) -> None:
    changes = json.dumps([["sales_price", "", "105"]])
    page = opened("what_if", "planner", changes=changes)
    assert not page.exception
    [name] = [field for field in page.text_input if field.key == "scenario-name"]
    name.set_value("Dearer")
    [shared] = [field for field in page.toggle if field.key == "scenario-shared"]
    shared.set_value(True)
    [save] = [button for button in page.button if button.label == "Save this scenario"]
    assert not save.click().run().exception
    other = opened("what_if", "owner")
    assert [button.label for button in other.button if str(button.key) == "scenario-0"] == ["Dearer (by planner)"]


def test_what_cannot_be_meant_is_refused(at_home: Path) -> None:
    edition = current_edition("full")
    for change, field in (
        ({"kind": "stock", "item": "NOBODY", "quantity": "1"}, "changes.0.item"),
        ({"kind": "delay", "supplier": "NOBODY", "days": 1}, "changes.0.supplier"),
    ):
        with pytest.raises(NotFound) as refused:
            answered(edition, "what_if_total", asked(change))
        assert refused.value.field == field
    for wrong in (
        {"kind": "lead_time"},
        {"kind": "weather"},
        {"kind": "capacity", "rate": "0"},
        {"kind": "stock", "item": "A"},
    ):
        with pytest.raises(InvalidData):
            answered(edition, "what_if_total", asked(wrong))


def test_the_page_stands_beside_the_base(opened: Opened) -> None:
    page = opened("what_if", "owner", changes=json.dumps([["lead_time", "A", "15"]]))
    assert not page.exception
    assert "1 would get another date" in texts_of(page)
    assert {"Planned purchases, USD", "Stock at the end, USD"} <= {metric.label for metric in page.metric}
    seen = opened("what_if", "salesperson", changes=json.dumps([["lead_time", "A", "15"]]))
    assert not seen.exception
    assert "Planned purchases" not in texts_of(seen)
    for changes in ("", "{", '[["weather","","1"]]', '[["demand","","x"]]'):
        page = opened("what_if", "owner", changes=changes)
        assert not page.exception, changes
        assert not page.metric, changes
