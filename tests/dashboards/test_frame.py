"""What every board says around its figures: a failed refresh, saved views."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboards.door import carry_out, door
from tests.dashboards.conftest import Opened
from transactions.kernel.saved_views import views_of
from transactions.kernel.sessions import session_actor


@pytest.fixture
def status_file(at_home: Path) -> Iterator[Path]:
    file = at_home / "warehouse" / "refresh_status.json"
    before = file.read_text(encoding="utf-8") if file.exists() else None
    yield file
    if before is None:
        file.unlink(missing_ok=True)
    else:
        file.write_text(before, encoding="utf-8")


def test_a_failed_refresh_is_said_above_the_figures_that_still_stand(status_file: Path, opened: Opened) -> None:
    status_file.write_text(json.dumps({"state": "failed", "reason": "the disk is full", "at": "2026-03-02T08:00:00Z"}))
    for board in ("overview", "order_profit", "stock"):
        page = opened(board, "owner")
        assert [warning.value for warning in page.warning] == [
            "Data as of Mar 2, 2026; the last refresh failed because: the disk is full"
        ], board
        assert page.metric, board
    page = opened("overview", "owner", lang="zh_CN")
    assert "the disk is full" in page.warning[0].value
    assert "2026年3月2日" in page.warning[0].value


def test_after_a_refresh_that_went_well_nothing_is_said(status_file: Path, opened: Opened) -> None:
    status_file.write_text(json.dumps({"state": "published", "at": "2026-03-02T08:00:00Z"}))
    assert not opened("overview", "owner").warning


def test_a_view_is_saved_from_the_page_opened_and_forgotten(opened: Opened, token_of: Callable[[str], str]) -> None:
    actor = session_actor(door(), token_of("owner"))
    page = opened("order_profit", "owner", loss="true")
    page.text_input(key="view-name").set_value("Losses")
    next(button for button in page.button if button.label == "Save this view").click().run()
    assert [(view.name, view.address) for view in views_of(door(), actor.user_id, "order_profit")] == [
        ("Losses", "loss=true")
    ]
    page = opened("order_profit", "owner")
    assert not page.toggle(key="loss").value
    page.button(key="view-0").click().run()
    assert page.toggle(key="loss").value
    assert page.query_params["loss"] == "true"
    page.button(key="view-0-forget").click().run()
    assert not page.exception
    assert views_of(door(), actor.user_id, "order_profit") == []


def test_a_shared_view_shows_others_the_filters_and_no_more_than_their_roles(
    opened: Opened, token_of: Callable[[str], str]
) -> None:
    owner = session_actor(door(), token_of("owner"))
    shared = {"board": "stock", "name": "Main", "address": "warehouse=MAIN", "is_shared": True}
    carry_out(owner, "save_view", shared)
    page = opened("stock", "salesperson")
    assert page.button(key="view-0").label == "Main (by owner)"
    page.button(key="view-0").click().run()
    assert page.query_params["warehouse"] == "MAIN"
    assert not any("value_amount" in frame.value.columns for frame in page.dataframe)
    carry_out(owner, "delete_view", {"board": "stock", "name": "Main"})
