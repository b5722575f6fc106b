"""The margin preview: lines that stand in the address, a total that they add up to, no cost for who may not see it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from dashboards.edition import current_edition
from dashboards.questions.question import answered
from tests.dashboards.conftest import Opened
from tests.dashboards.test_pages import texts_of

LINES = [["CANARY", "2", "9000", "10"]]


def test_lines_of_the_address_are_previewed(opened: Opened) -> None:
    page = opened("margin", "owner", lines=json.dumps(LINES))
    assert not page.exception
    shown = {metric.label.partition(",")[0]: metric.value for metric in page.metric}
    assert shown["Revenue"] == "16,200"
    assert shown["Cost"] == "15,309"  # 2 of the 3 in stock, at 7654.321
    assert shown["Margin"] == "5.5%"
    assert shown["Lines not covered"] == "0"


def test_without_lines_the_form_says_what_to_do(opened: Opened) -> None:
    page = opened("margin", "owner")
    assert not page.exception
    assert not page.metric
    assert "nothing is recorded" in texts_of(page)


def test_broken_lines_of_an_address_are_left_out(opened: Opened) -> None:
    for lines in ("{", '["x"]', '[["NOBODY","1","1","0"]]', '[["CANARY","x","1","0"]]'):
        page = opened("margin", "owner", lines=lines)
        assert not page.exception, lines
        assert not page.metric, lines


def test_the_total_is_that_of_the_lines(at_home: Path) -> None:
    asked = {
        "lines": json.dumps([{"item": "CANARY", "quantity": "5", "unit_price": "8000.005", "discount_rate": "0.1"}])
    }
    lines = answered(current_edition("full"), "margin_preview", asked)
    total = answered(current_edition("full"), "margin_preview_total", asked).row(0, named=True)
    for name in ("revenue", "total_cost", "margin"):
        assert total[name] == lines[name].sum(), name
    assert total["margin"] == total["revenue"] - total["total_cost"]
    assert total["margin_rate"] == round(total["margin"] / total["revenue"], 4)


def test_an_open_order_shows_what_it_would_earn_to_those_who_see_cost(opened: Opened) -> None:
    found = current_edition("full").rows(
        "select document_id from marts.fct_documents where document_type = 'sales_order'"
    )
    order = str(found["document_id"][0])
    for role, sees in (("owner", True), ("salesperson", False)):
        page = opened("document", role, id=order)
        page.session_state["document-margin"] = True
        page.run()
        assert not page.exception
        assert ("Lines not covered" in texts_of(page)) == sees, role


def test_who_may_not_see_cost_is_refused(signed_in: Callable[[str], TestClient]) -> None:
    for role in ("salesperson", "foreman"):
        answer = signed_in(role).get("/questions/margin_preview_total", params={"lines": "[]"})
        assert answer.status_code == 403, role
