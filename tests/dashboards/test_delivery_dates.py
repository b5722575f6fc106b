"""Delivery dates and what-if on a build whose one bench is full; the dates are counted in tests/full_bench."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboards.edition import current_edition
from dashboards.planning_facts import planning_facts
from dashboards.questions.question import answered
from dbt_project.engines.planning import plan
from orchestration.refresh import refresh
from tests.dashboards.conftest import PASSWORD, Opened
from tests.dashboards.test_pages import texts_of
from tests.full_bench import AS_OF, ORDERS, SETTING
from transactions import make_home


@pytest.fixture(scope="module")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In place of the home of the other boards."""
    home = tmp_path_factory.mktemp("full-bench")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("BIHUAN_HOME", str(home))
        made, _key = make_home(password=PASSWORD)
        user = {"username": "owner", "password": PASSWORD, "roles": ["owner"], "display_name": "owner"}
        for name, data in (*SETTING, ("create_user", user), *ORDERS):
            made.execute(name, data, "administrator")
        refresh(home, made.engine, as_of=AS_OF)
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
    changes = {"changes": json.dumps([{"kind": "delay", "item": "LAMP", "days": 7}])}
    moved = answered(edition, "what_if_lines", changes).sort("order_number")
    assert [str(day) for day in moved["predicted_date_then"]] == ["2026-06-24", "2026-06-29"]


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
