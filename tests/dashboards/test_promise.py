"""Promise dates before an order is confirmed: what is free, what is bought and made, in every edition alike; the dates
are taken over through the door."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from dashboards.boards.promise import taken
from dashboards.door import door
from dashboards.edition import current_edition
from dashboards.frame import View
from dashboards.planning_facts import planning_facts
from dashboards.questions.question import answered
from dbt_project.engines.planning import plan
from orchestration.command_line import run
from tests.dashboards.conftest import AS_OF, Opened
from tests.dashboards.test_pages import texts_of
from transactions.kernel.refusal import InvalidData, NotFound, WrongState
from transactions.kernel.sessions import session_actor


def asked(*lines: dict[str, Any]) -> dict[str, Any]:
    return {"lines": json.dumps(lines)}


def order_id() -> int:
    found = current_edition("full").rows(
        "select document_id from marts.fct_documents where document_type = 'sales_order'"
    )
    return int(found["document_id"][0])


def test_published_facts_give_the_published_plan(at_home: Path) -> None:
    for name in ("full", "cost", "nocost"):
        edition = current_edition(name)
        company = int(edition.rows("select min(company_id) as id from marts.dim_company")["id"][0])
        dates = plan(planning_facts(edition, company)).delivery_dates
        published = edition.rows("select sales_order_line_id, predicted_date, reason_key from marts.fct_delivery_dates")
        assert dates.select(published.columns).rows() == published.rows()
        assert published.height == 1


def test_stock_first_then_what_is_bought(at_home: Path) -> None:
    question = asked({"item": "CANARY", "quantity": "3"}, {"item": "CANARY", "quantity": "2"})
    edition = current_edition("full")
    dates = answered(edition, "promise_dates", question)
    assert dates.select("line_number", "free_date", "earliest_date", "reason_key", "is_in_stock").rows() == [
        (1, AS_OF, AS_OF, "in_stock", True),
        (2, None, date(2026, 3, 5), "lead_time", False),  # three working days
    ]
    parts = answered(edition, "promise_parts", question)
    assert [(row["supply_kind"], str(row["quantity"]), row["days"]) for row in parts.to_dicts()] == [
        ("stock", "3.000000", 0),
        ("buy", "2.000000", 3),
    ]


def test_the_chain_of_a_made_item_and_its_days(at_home: Path) -> None:
    edition = current_edition("full")
    question = asked({"item": "B", "quantity": "4"})
    steps = answered(edition, "promise_steps", question)
    assert steps.select("step_number", "supply_kind", "item_code", "step_days", "available_date").rows() == [
        (1, "make", "B", 2, date(2026, 3, 11)),
        (2, "buy", "A", 5, date(2026, 3, 9)),
    ]
    [line] = answered(edition, "promise_dates", question).to_dicts()
    assert (line["earliest_date"], line["days_late"], line["reason_item_code"]) == (date(2026, 3, 11), 7, "A")
    later = answered(edition, "promise_dates", asked({"item": "B", "quantity": "4", "wanted": "2026-04-01"}))
    assert later.select("earliest_date", "days_late", "reason_key").rows() == [(date(2026, 4, 1), 0, "on_time")]


def test_odds_stand_beside_the_date_where_orders_were_seen(at_home: Path) -> None:
    """The scenario saw one order of A, which took as long as its supplier says, and none of the canary."""
    edition = current_edition("nocost")
    question = asked({"item": "CANARY", "quantity": "3"}, {"item": "A", "quantity": "2"})
    stock, bought = answered(edition, "promise_dates", question).to_dicts()
    assert (stock["p50_date"], stock["p90_date"], stock["odds_sample_count"]) == (AS_OF, AS_OF, None)
    observed = edition.rows("select count(*) as seen from marts.fct_lead_times_observed where done_date is not null")
    assert bought["odds_sample_count"] == (observed["seen"][0] or None)
    assert bought["p50_date"] <= bought["p90_date"]
    total = answered(edition, "promise_total", question).row(0, named=True)
    assert total["complete_p90_date"] == max(stock["p90_date"], bought["p90_date"])


def test_an_order_is_asked_without_its_own_requirement(at_home: Path) -> None:
    [line] = answered(current_edition("full"), "promise_dates", {"order": order_id()}).to_dicts()
    assert (line["item_code"], str(line["quantity"])) == ("B", "10.000000")
    assert line["earliest_date"] == line["wanted_date"] == date(2026, 3, 20)
    total = answered(current_edition("full"), "promise_total", {"order": order_id()}).row(0, named=True)
    assert (total["line_count"], total["late_count"], total["complete_date"]) == (1, 0, date(2026, 3, 20))


def test_those_who_see_no_cost_get_the_same_dates(at_home: Path) -> None:
    question = asked(
        {"item": "B", "quantity": "4"}, {"item": "CANARY", "quantity": "30"}, {"item": "A", "quantity": "1"}
    )
    for name in ("promise_dates", "promise_parts", "promise_steps", "promise_total"):
        assert answered(current_edition("nocost"), name, question).equals(
            answered(current_edition("full"), name, question)
        ), name


def test_what_cannot_be_asked_is_refused(at_home: Path) -> None:
    edition = current_edition("full")
    for question, field in (
        (asked({"item": "NOBODY", "quantity": "1"}), "lines.0.item"),
        (asked({"item": "A", "quantity": "1", "warehouse": "MOON"}), "warehouse"),
        ({"order": 1}, "order"),
    ):
        with pytest.raises(NotFound) as refused:
            answered(edition, "promise_dates", question)
        assert refused.value.field == field
    for question in ({}, asked(), {"order": 1, "lines": "[]x"}, asked({"item": "A", "quantity": "0"})):
        with pytest.raises(InvalidData):
            answered(edition, "promise_dates", question)


def test_the_question_stands_in_the_api_for_those_who_see_dates(signed_in: Callable[[str], TestClient]) -> None:
    told = {"lines": json.dumps([{"item": "CANARY", "quantity": "1"}])}
    found = signed_in("salesperson").get("/questions/promise_dates", params=told)
    assert found.status_code == 200
    assert found.json()["rows"][0]["earliest_date"] == AS_OF.isoformat()
    assert signed_in("storekeeper").get("/questions/promise_dates", params=told).status_code == 403


def test_the_question_is_asked_on_the_command_line(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.dumps({"lines": [{"item": "CANARY", "quantity": "1"}]})
    assert run(["ask", "promise_dates", "--data", told, "--format", "json", "--as", "salesperson"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["earliest_date"] == AS_OF.isoformat()
    assert run(["ask", "promise_dates", "--data", told, "--as", "storekeeper"]) == 1
    assert "NotPermitted" in capsys.readouterr().err
    assert run(["ask", "--as", "salesperson"]) == 0
    listed = capsys.readouterr().out
    assert "promise_dates" in listed
    assert "margin_preview" not in listed


def test_the_page_says_when_and_why(opened: Opened) -> None:
    page = opened(
        "promise", "salesperson", lines=json.dumps([["B", "4", "2026-03-04", ""], ["CANARY", "5", "", "MAIN"]])
    )
    assert not page.exception
    assert "It waits for A, which takes 5 working days" in texts_of(page)
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown["Lines in stock"] == "0"
    assert shown["Later than wanted"] == "1"  # the other line is wanted as early as can be
    assert not [button for button in page.button if button.key == "promise-take"]  # nothing is recorded of free lines


def test_without_anything_the_page_says_what_to_do(opened: Opened) -> None:
    for lines in ("", "{", '[["NOBODY","1","",""]]', '[["A","x","","MOON"]]'):
        page = opened("promise", "salesperson", lines=lines)
        assert not page.exception, lines
        assert not page.metric, lines
        assert "nothing is recorded" in texts_of(page)


def test_dates_are_taken_over_as_promised(opened: Opened, token_of: Callable[[str], str]) -> None:
    """Through the command that amends an order; a second click changes nothing more."""

    page = opened("promise", "salesperson", order=str(order_id()))
    assert not page.exception
    assert "The order promises these dates already." in texts_of(page)
    ordered = {"item": "CANARY", "quantity": "1", "unit_price": "9000", "requested_date": "2026-04-01"}
    made = door().execute(
        "create_sales_order", {"customer": "CUS", "order_date": "2026-03-02", "lines": [ordered]}, "salesperson"
    )
    view = View(session_actor(door(), token_of("salesperson")), current_edition("nocost"))

    def promised(day: date) -> list[tuple[str, ...]]:
        """What the line says after the day was taken over twice."""
        for _click in range(2):
            taken(view, made["id"], pl.DataFrame({"line_number": [1], "earliest_date": [day]}))
        with door().engine.connect() as connection:
            found = connection.execute(
                text("select promised_date, first_promised_date from document_line where document_id = :id"), made
            )
            return [tuple(map(str, row)) for row in found]

    assert promised(date(2026, 4, 2)) == [("2026-04-02", "2026-04-02")]
    door().execute("confirm_sales_order", {"order": made["id"]}, "salesperson")
    assert promised(date(2026, 4, 8)) == [("2026-04-08", "2026-04-02")]
    with door().engine.connect() as connection:
        revisions = connection.execute(
            text("select new_value, reason from document_revision where document_id = :id order by id"), made
        ).all()
    assert [day for day, _reason in revisions] == ["2026-04-02", "2026-04-08"]
    assert revisions[0][1].startswith("promised from build ")
    door().execute("cancel_sales_order", {"order": made["id"]}, "salesperson")
    with pytest.raises(WrongState):
        promised(date(2026, 4, 9))


def test_lines_of_items_that_are_nowhere_yet_are_planned(at_home: Path) -> None:
    """An item that was never in stock, wanted or bought is planned by its own parameters."""
    edition = current_edition("full")
    planned = set(
        edition.rows("select item_code from marts.fct_planning_items where warehouse_id is not null")["item_code"]
    )
    every = edition.rows("select item_code from marts.fct_planning_items where warehouse_id is null")["item_code"]
    assert planned <= set(every)
    question = asked(*({"item": code, "quantity": "1"} for code in sorted(every)))
    assert answered(edition, "promise_dates", question)["earliest_date"].null_count() == 0
    assert isinstance(answered(edition, "promise_orders", {}), pl.DataFrame)
