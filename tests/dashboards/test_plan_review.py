"""A whole list reviewed: what is decided leaves the lists, and messages of several kinds are carried out at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from dashboards.decisions import DECIDED
from dashboards.door import door
from dashboards.edition import current_edition
from dashboards.questions.question import answered
from orchestration.dbt_run import DbtRun
from orchestration.refresh import refresh
from tests.dashboards.conftest import PASSWORD, Opened, dwelling_in, forget_homes
from tests.dashboards.test_pages import texts_of
from tests.scenarios.story import commands_of, tell
from transactions import make_home

AS_OF = date(2026, 4, 30)
# Of five lamps in stock two are kept for an order.
KEPT: list[tuple[str, dict[str, Any]]] = [
    ("create_item", {"code": "LAMP", "name": "Lamp", "unit": "pcs", "kind": "bought"}),
    ("record_opening_stock", {"effective_date": "2026-04-01", "warehouse": "MAIN",
                              "lines": [{"item": "LAMP", "quantity": 5, "unit_cost": 3}]}),
    ("create_sales_order", {"customer": "CUS", "order_date": "2026-04-20", "external_number": "KEPT", "confirm": True,
                            "lines": [{"item": "LAMP", "quantity": 2, "unit_price": 9, "requested_date": "2026-06-15",
                                       "promised_date": "2026-06-15"}]}),
    ("reserve_stock", {"order": "KEPT", "effective_date": "2026-04-21"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def planned_home(tmp_path_factory: pytest.TempPathFactory, dbt: DbtRun) -> Path:
    """A company whose plan suggests buying and making, and asks to expedite, defer, cancel and lessen orders."""
    home = tmp_path_factory.mktemp("review") / "home"
    with dwelling_in(home):
        made, _key = make_home(password=PASSWORD)
        tell(made, commands_of("plan_with_messages"))
        user = {"username": "planner", "password": PASSWORD, "roles": ["planner"], "display_name": "planner"}
        made.execute("create_user", user, "administrator")
        tell(made, ({"command": name, "data": data, "key": f"kept-{place}"} for place, (name, data) in enumerate(KEPT)))
        refresh(home, made.engine, as_of=AS_OF, dbt=dbt)
        made.engine.dispose()
    return home


@pytest.fixture
def published_home(planned_home: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the company for this test alone, for it decides."""
    shutil.copytree(planned_home, tmp_path / "home")
    yield tmp_path / "home"
    forget_homes()


def _workbench(opened: Opened, **query: str) -> AppTest:
    page = opened("mrp_workbench", "planner", **query)
    assert not page.exception
    return page


def _pressed(page: AppTest, key: str) -> AppTest:
    [button] = [button for button in page.button if str(button.key).endswith(key)]
    page = button.click().run()
    assert not page.exception
    return page


def _frame_with(page: AppTest, column: str) -> Any:
    [found] = [frame.value for frame in page.dataframe if column in frame.value.columns]
    return found


def _orders() -> dict[str, tuple[str, str]]:
    """State and first promised or due day of each order on its way."""
    with door().engine.connect() as connection:
        rows = connection.execute(
            text("""select document.number, document.state, coalesce(min(line.promised_date), work_order.due_date)
            from document join document_line as line on line.document_id = document.id
            left join work_order on work_order.document_id = document.id
            where document.document_type in ('purchase_order', 'work_order')
            group by document.number, document.state, work_order.due_date""")
        )
        return {str(number): (str(state), str(day)) for number, state, day in rows}


def _tile(page: AppTest, label: str) -> str:
    return next(str(metric.value) for metric in page.metric if metric.label == label)


def test_messages_of_several_kinds_are_carried_out_at_once(opened: Opened, published_home: Path, dbt: DbtRun) -> None:
    """Of six, one is above the planner's limit, one order was given up meanwhile, one is asked otherwise by now."""
    door().execute("set_approval_limit", {"role": "planner", "amount": "30"}, "administrator")
    before = _orders()
    page = _pressed(_workbench(opened, part="messages"), "-follow")
    summary = _frame_with(page, "left_count")
    assert summary[["action", "done_count", "left_count"]].values.tolist() == [
        ["expedite", 1, 0], ["cancel", 0, 1], ["decrease", 1, 0], ["defer", 2, 0], ["defer", 1, 0],
    ]  # fmt: skip
    assert _frame_with(page, "why_not").values.tolist() == [
        ["PO000003", "X3", "cancel", "Worth more than you may approve"]
    ]
    assert _orders() == before  # nothing is done by looking

    door().execute("cancel_purchase_order", {"order": "PO000002"}, "administrator")
    door().execute(
        "amend_sales_order",
        {"order": "SX1", "reason": "sooner", "lines": [{"line": 1, "promised_date": "2026-05-11"}]}, "administrator",
    )  # fmt: skip
    refresh(published_home, door().engine, as_of=AS_OF, dbt=dbt)
    page = _pressed(page, "follow-confirm")

    after = _orders()
    changed = {number for number in after if after[number] != before[number]}
    assert changed == {"PO000002", "PO000004", "WO000001"}
    assert after["PO000004"] == ("confirmed", "2026-05-15")
    assert after["WO000001"] == ("confirmed", "2026-05-28")
    said = texts_of(page)
    assert "3 carried out. The next refresh plans with it." in said
    [refused] = [error.value for error in page.error]
    assert ["PO000001" in refused, "PO000002" in refused, "PO000003" in refused] == [True, True, False]


def test_what_was_decided_leaves_counts_and_lists_and_the_next_source_comes(opened: Opened) -> None:
    page = _workbench(opened, when="all")
    assert _tile(page, "Suggestions") == "6"
    sources = _frame_with(page, "message_count")
    assert sources["source_name"].tolist() == ["without a work centre", "MRP sup"]
    page.session_state["source"] = "make:"
    page = _pressed(page.run(), "approve-several")
    page = _pressed(page, "make-them")
    assert "4 decided. The next refresh plans with it." in texts_of(page)
    assert _tile(page, "Suggestions") == "2"
    # Of what nobody makes anywhere one message is left; its source stays, and says where it goes on.
    [go_on] = [button for button in page.button if button.key == "next-source"]
    assert go_on.label == "Go on with MRP sup"
    page = go_on.click().run()
    assert "1 of 2" in texts_of(page)
    page = _pressed(page, "approve")
    assert "1 decided. The next refresh plans with it." in texts_of(page)
    assert _tile(page, "Suggestions") == "1"
    page = _pressed(_pressed(page, "-follow"), "follow-confirm")
    assert "past_due" not in _frame_with(page, "suggestion_count").to_string()


def test_what_was_typed_to_change_one_is_not_there_for_the_next(opened: Opened) -> None:
    page = _workbench(opened, when="all")
    next(typed for typed in page.text_input if typed.label == "Reason").input("a full pallet")
    page = _pressed(page, "next")
    assert "2 of 6" in texts_of(page)
    assert [typed.value for typed in page.text_input if typed.label == "Reason"] == [""]


def test_what_was_decided_before_a_build_began_is_left_to_that_build(opened: Opened) -> None:
    page = _workbench(opened, when="all")
    suggestion = str(answered(current_edition("full"), "mrp_suggestions", {})["suggestion_id"][0])
    for moment, left in (("20260101T000000000000", "6"), ("29990101T000000000000", "5")):
        page.session_state[DECIDED] = {suggestion: ("", moment)}
        page = page.run()
        assert _tile(page, "Suggestions") == left


@pytest.mark.parametrize(
    ("language", "heading"),
    [("en", "Orders for which LAMP Lamp in MAIN is reserved"), ("zh_CN", "MAIN 中的 LAMP Lamp 为哪些订单预留")],
)
def test_a_reservation_stands_under_its_heading(opened: Opened, language: str, heading: str) -> None:
    page = opened("stock", "planner", lang=language)
    places = next(frame.value for frame in page.dataframe if "reserved_quantity" in frame.value.columns)
    place = places["item_code"].tolist().index("LAMP")
    page.session_state["on-hand"] = {"selection": {"rows": [place], "columns": [], "cells": []}}
    page = page.run()
    assert not page.exception
    assert heading in [shown.value for shown in page.subheader]
    held = _frame_with(page, "changed_on")
    with door().engine.connect() as connection:
        number = connection.execute(text("select number from document where external_number = 'KEPT'")).scalar_one()
    assert held[["order_number", "line_number", "customer_name", "reserved_quantity"]].values.tolist() == [
        [number, 1, "Customer", 2.0]
    ]
