"""A board of a past moment: asked for by the address, made by the worker, and refused in words where it cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dashboards.language import chinese
from tests.dashboards.conftest import Opened
from tests.dashboards.test_pages import texts_of

BEING_MADE = "What was known then is being made"


@pytest.mark.parametrize("board", ["order_profit", "stock"])
def test_a_past_moment_is_said_to_be_made_until_it_is_there(opened: Opened, board: str) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    page = opened(board, "owner", known=yesterday)
    assert not page.exception
    assert BEING_MADE in texts_of(page)
    assert not page.metric  # nothing of today is shown as if it had been known then
    page = opened(board, "owner", known=yesterday, lang="zh_CN")
    assert chinese()[BEING_MADE] in texts_of(page)


def test_a_moment_to_come_is_refused_in_words(opened: Opened) -> None:
    later = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    page = opened("order_profit", "owner", known=later)
    assert not page.exception
    assert [error.value for error in page.error] or BEING_MADE in texts_of(page)
    assert not page.metric


def test_without_a_moment_the_part_says_how_to_choose_one(opened: Opened) -> None:
    page = opened("order_profit", "owner")
    page.session_state["sections-order-profit"] = "As known, as corrected"
    page.run()
    assert not page.exception
    assert "No moment chosen" in texts_of(page)
