"""Delivery dates, promises and what-if on a build whose one bench is full until Monday the 22nd; the dates are counted
in tests/full_bench."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dashboards.edition import current_edition
from dashboards.planning_facts import planning_facts
from dashboards.questions.question import answered
from dbt_project.engines.planning import plan
from orchestration.dbt_run import DbtRun
from orchestration.refresh import refresh
from tests.dashboards.conftest import PASSWORD, Opened, dwelling_in
from tests.dashboards.test_pages import texts_of
from tests.full_bench import AS_OF, ORDERS, SETTING
from transactions import make_home
from transactions.kernel.refusal import InvalidData


@pytest.fixture(scope="module")
def published_home(tmp_path_factory: pytest.TempPathFactory, dbt: DbtRun) -> Path:
    """In place of the home of the other boards."""
    with dwelling_in(tmp_path_factory.mktemp("full-bench")) as home:
        made, _key = make_home(password=PASSWORD)
        user = {"username": "owner", "password": PASSWORD, "roles": ["owner"], "display_name": "owner"}
        for name, data in (*SETTING, ("create_user", user), *ORDERS):
            made.execute(name, data, "administrator")
        refresh(home, made.engine, as_of=AS_OF, dbt=dbt)
        made.engine.dispose()
    return home


@pytest.mark.parametrize("name", ["full", "cost", "nocost"])
def test_what_if_starts_from_the_published_dates(at_home: Path, name: str) -> None:
    edition = current_edition(name)
    company = int(edition.rows("select min(company_id) as id from marts.dim_company")["id"][0])
    found = plan(planning_facts(edition, company))
    published = edition.rows(
        """select sales_order_line_id, predicted_date, days_late, reason_key, reason, capacity_days
        from marts.fct_delivery_dates order by sales_order_line_id"""
    )
    assert published["reason_key"].to_list() == ["on_time", "capacity"]
    assert found.delivery_dates.select(published.columns).rows() == published.rows()
    suggested = edition.rows("select suggestion_id from marts.fct_mrp_suggestions where state = 'proposed'")
    assert set(found.suggestions["suggestion_id"]) == set(suggested["suggestion_id"])
    # A week later than the bench has it.
    changes = otherwise({"kind": "delay", "item": "LAMP", "days": 7})
    moved = answered(edition, "what_if_lines", changes).sort("order_number")
    assert [str(day) for day in moved["predicted_date_then"]] == ["2026-06-24", "2026-06-29"]


def otherwise(*changes: dict[str, Any]) -> dict[str, str]:
    return {"changes": json.dumps(changes)}


@pytest.mark.parametrize(
    ("rate", "days"),
    [
        ("1", []),
        # The bench takes six days for each: until Monday the 22nd, and until the Tuesday of the week after.
        ("0.5", ["2026-06-22", "2026-06-30"]),
        # Until Tuesday noon and Wednesday evening: both are there in time, the first as before.
        ("2", ["2026-06-18"]),
    ],
)
def test_what_if_the_bench_had_another_capacity(at_home: Path, rate: str, days: list[str]) -> None:
    edition = current_edition("full")
    changes = otherwise({"kind": "capacity", "work_center": "BENCH", "rate": rate})
    moved = answered(edition, "what_if_lines", changes).sort("order_number")
    assert [str(day) for day in moved["predicted_date_then"]] == days
    assert moved["capacity_days"].to_list() == ([3, 8] if rate == "0.5" else [0] * len(days))
    base, then = answered(edition, "what_if_total", changes).to_dicts()
    assert base["late_count"] == 1
    assert then["late_count"] == {"1": 1, "0.5": 2, "2": 0}[rate]
    if rate == "1":
        assert {**base, "plan": ""} == {**then, "plan": ""}


def test_capacity_of_all_and_of_one_multiply_and_delays_come_on_top(at_home: Path) -> None:
    """Half of the bench and twice of all is as it is; a week later the lamps come on the 24th and the 29th."""
    both = [{"kind": "capacity", "work_center": "BENCH", "rate": "0.5"}, {"kind": "capacity", "rate": "2"}]
    assert answered(current_edition("full"), "what_if_lines", otherwise(*both)).is_empty()
    delay = {"kind": "delay", "item": "LAMP", "days": 7}
    moved = answered(current_edition("full"), "what_if_lines", otherwise(delay, *both)).sort("order_number")
    assert [str(day) for day in moved["predicted_date_then"]] == ["2026-06-24", "2026-06-29"]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "capacity", "rate": "0"}, {"kind": "capacity", "item": "LAMP", "rate": "1"},
        {"kind": "demand", "work_center": "BENCH", "rate": "1"},
    ],
)  # fmt: skip
def test_capacity_is_of_work_centres(at_home: Path, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidData):
        answered(current_edition("full"), "what_if_total", otherwise(change))


def test_the_page_asks_for_a_work_centre(at_home: Path, opened: Opened) -> None:
    page = opened("what_if", "owner", changes=json.dumps([["capacity", "BENCH", "50"]]))
    assert not page.exception
    assert "2 open order lines would be late instead of 1; 2 would get another date." in texts_of(page)


def test_the_board_names_the_work_centre_and_its_days(at_home: Path, opened: Opened) -> None:
    edition = current_edition("full")
    first, second = answered(edition, "delivery_lines", {}).sort("order_number").to_dicts()
    assert (first["capacity_days"], second["capacity_days"]) == (0, 2)
    [step] = answered(edition, "delivery_steps", {"line": second["sales_order_line_id"]}).to_dicts()
    assert (step["capacity_days"], step["work_center_code"], step["document_number"]) == (2, "BENCH", "WO000002")
    assert step["document_id"] is not None
    page = opened("delivery_dates", "owner")
    assert not page.exception
    assert "1 of 2 open order lines will miss their promise; the longest by 2 working days." in texts_of(page)


def test_the_reason_in_words(at_home: Path, opened: Opened) -> None:
    from dashboards.boards.delivery_dates import sentence

    lines = answered(current_edition("full"), "delivery_lines", {}).sort("order_number").to_dicts()
    told = sentence(lines[1])
    assert told.startswith("It waits for WO000002 of LAMP: work centre BENCH can finish it on ")
    assert told.endswith(", 2 working days later than planned.")
    late_parts = lines[1] | {"reason_key": "late_supply", "reason_document_number": "PO000007"}
    assert sentence(late_parts).endswith("Work centre BENCH holds it up by 2 working days more.")


def promised(name: str, question: str, *lines: dict[str, str]) -> list[dict[str, Any]]:
    return answered(current_edition(name), question, {"lines": json.dumps(lines)}).to_dicts()


SHADES, STANDS = {"item": "SHADE", "quantity": "8"}, {"item": "STAND", "quantity": "12"}


@pytest.mark.parametrize("name", ["full", "nocost"])
def test_what_is_promised_takes_its_place_behind_the_schedule(at_home: Path, name: str) -> None:
    """The cloth is there on Tuesday the 16th; with a free bench the shades would be on the 17th, stands on the 18th.
    The bench makes eight shades on Tuesday the 23rd and twelve stands on the two days after that."""
    shades, stands = promised(name, "promise_dates", SHADES, STANDS)
    for line, day, days in ((shades, "2026-06-23", 4), (stands, "2026-06-25", 5)):
        assert (str(line["earliest_date"]), line["capacity_days"], line["reason_work_center_code"]) == (
            day, days, "BENCH",
        )  # fmt: skip
        assert line["p50_date"] >= line["earliest_date"]
    steps = promised(name, "promise_steps", SHADES, STANDS)
    assert [
        (step["item_code"], step["step_days"], step["capacity_days"], step["work_center_code"]) for step in steps
    ] == [("SHADE", 5, 4, "BENCH"), ("CLOTH", 1, 0, None), ("STAND", 7, 5, "BENCH"), ("CLOTH", 1, 0, None)]
    assert str(promised(name, "promise_total", SHADES, STANDS)[0]["complete_date"]) == "2026-06-25"


def test_what_is_wanted_first_is_made_first(at_home: Path) -> None:
    shades, stands = promised("full", "promise_dates", SHADES | {"wanted": "2026-06-17"}, STANDS)
    assert (str(shades["earliest_date"]), str(stands["earliest_date"])) == ("2026-06-25", "2026-06-24")
    later = promised("full", "promise_dates", SHADES | {"wanted": "2026-07-31"})[0]
    assert (str(later["earliest_date"]), later["reason_key"], later["capacity_days"]) == ("2026-07-31", "on_time", 0)


def test_what_is_outside_and_where_there_is_room_for_any(at_home: Path) -> None:
    """Eight chairs leave the bench on Tuesday the 23rd and are painted on Thursday the 25th; with a free bench on
    Friday the 19th. Nobody counts how long they dry."""
    [chairs] = promised("full", "promise_dates", {"item": "CHAIR", "quantity": "8"})
    assert (str(chairs["earliest_date"]), chairs["capacity_days"]) == ("2026-06-25", 4)
    assert (chairs["reason_work_center_code"], chairs["reason_capacity_days"]) == ("BENCH", 4)


def test_the_page_names_the_work_centre_that_a_line_waits_for(at_home: Path, opened: Opened) -> None:
    page = opened("promise", "owner", lines=json.dumps([["SHADE", "8", "", ""]]))
    assert not page.exception
    assert "Work centre BENCH holds it up by 4 working days more." in texts_of(page)
