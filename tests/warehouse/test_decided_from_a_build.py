"""A decision takes its figures from the build that it names, and is refused where a newer one says otherwise."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards import door as doors
from dbt_project.published import SCHEMAS, SuggestionHasChanged, completed_decision
from transactions.kernel.users import Actor

FIRST, SECOND = "20260105T080000000000", "20260106T080000000000"


def _publish(home: Path, build_id: str, quantity: str | None, due: date, state: str = "proposed") -> None:
    """A build with one suggestion, to buy wheels; quantity None: with none."""
    folder = home / "warehouse" / "builds" / build_id
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "full.duckdb")) as connection:
        for schema in SCHEMAS:
            connection.execute(f"create schema {schema}")
        connection.execute("create table marts.dim_company as select 1 as company_id, 'C' as company_code")
        connection.execute(
            "create table marts.fct_mrp_suggestions as select 'S1' as suggestion_id, 1 as company_id, 'buy' as kind, "
            "7 as item_id, 3 as warehouse_id, null::bigint as from_warehouse_id, 9 as supplier_id, "
            "2 as alternate, 12.5 as unit_cost, "
            "?::decimal(18, 6) as quantity, ?::date as due_date, ?::date as release_date, ? as state "
            "where ? is not null",
            [quantity, due, due, state, quantity],
        )
    (folder / "manifest.json").write_text(json.dumps({"as_of": "2026-01-05"}))
    (home / "warehouse" / "published.json").write_text(json.dumps({"build_id": build_id}))


def _decided(home: Path, **data: Any) -> dict[str, Any]:
    return completed_decision(home, {"suggestion_id": "S1", "build_id": FIRST, "decision": "approve"} | data)


def test_what_is_left_out_comes_from_the_build(tmp_path: Path) -> None:
    _publish(tmp_path, FIRST, "5", date(2026, 1, 20))
    complete = _decided(tmp_path, quantity="6")
    assert (complete["company"], complete["item"], complete["supplier"]) == ("C", 7, 9)
    assert (complete["quantity"], complete["due_date"], complete["effective_date"]) == ("6", "2026-01-20", "2026-01-05")
    assert "from_warehouse" not in complete
    # The cost is the build's, whatever is said: approval limits rest on it.
    assert (complete["alternate"], complete["unit_price"]) == (2, "12.5")
    assert _decided(tmp_path, unit_price="0.01")["unit_price"] == "12.5"


def test_a_stale_approval_is_shown_the_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _publish(tmp_path, FIRST, "5", date(2026, 1, 20))
    _publish(tmp_path, SECOND, "7", date(2026, 1, 20))
    with pytest.raises(SuggestionHasChanged, match=r"quantity 5.000000 → 7.000000; look again"):
        _decided(tmp_path)
    assert _decided(tmp_path, build_id=SECOND)["quantity"] == "7.000000"
    # To wait or to say no needs no figures of today.
    assert _decided(tmp_path, decision="reject", reason="no")["quantity"] == "5.000000"
    monkeypatch.setattr(doors, "home", lambda: tmp_path)
    data = {"suggestion_id": "S1", "build_id": FIRST, "decision": "approve"}
    with pytest.raises(doors.PlanHasChanged, match=r"PlanHasChanged: since build .* 5\.0+ → 7\.0+"):
        doors.carry_out(Actor(1, "ann", "Ann", "en", ("planner",)), "decide_suggestion", data)


def test_what_is_suggested_no_longer_is_not_approved_and_what_is_decided_already_answers(tmp_path: Path) -> None:
    _publish(tmp_path, FIRST, "5", date(2026, 1, 20))
    _publish(tmp_path, SECOND, None, date(2026, 1, 20))
    with pytest.raises(SuggestionHasChanged, match="suggested no longer"):
        _decided(tmp_path)
    _publish(tmp_path, "20260107T080000000000", "8", date(2026, 1, 22), "firm")
    assert _decided(tmp_path)["quantity"] == "5.000000"


def test_unchanged_figures_may_be_approved_from_an_older_build(tmp_path: Path) -> None:
    _publish(tmp_path, FIRST, "5", date(2026, 1, 20))
    _publish(tmp_path, SECOND, "5", date(2026, 1, 20))
    assert _decided(tmp_path)["due_date"] == "2026-01-20"
