"""Every part of every board, also those behind tabs: drawn in both languages, without cost for who may not see it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.language import chinese
from tests.dashboards.conftest import CANARIES, HIDDEN_FROM, Opened
from tests.dashboards.test_pages import BOARDS_OF, pieces_of, texts_of

WITH_PARTS = ("delivery_dates", "finance", "order_profit", "production", "receivables_payables", "stock")


def parts_of(page: AppTest, board: str) -> Iterator[str]:
    """Opens each part of the board after the other; its name."""
    for name in [tab.label for tab in page.tabs]:
        page.session_state[f"sections-{board.replace('_', '-')}"] = name
        page.run()
        yield name


@pytest.mark.parametrize("board", WITH_PARTS)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_each_part_is_drawn(opened: Opened, board: str, language: str) -> None:
    page = opened(board, "owner", lang=language)
    english = {text for text, own in chinese().items() if text != own}
    for part in parts_of(page, board):
        assert not page.exception, part
        assert not page.error, part
        if language == "zh_CN":
            assert not pieces_of(page) & english, part


@pytest.mark.parametrize("role", HIDDEN_FROM)
def test_no_part_shows_cost_to_who_may_not_see_it(opened: Opened, role: str) -> None:
    for board in sorted(set(WITH_PARTS) & BOARDS_OF[role]):
        page = opened(board, role, item="CANARY")
        for part in parts_of(page, board):
            assert not page.exception, (board, part)
            for canary in CANARIES:
                assert canary not in texts_of(page), (board, part)


def test_the_part_that_is_chosen_is_the_one_that_is_drawn(opened: Opened) -> None:
    page = opened("stock", "owner")
    assert {"Card of an item", "Ageing"} <= set(parts_of(page, "stock"))
    page.session_state["sections-stock"] = "Ageing"
    page.run()
    assert "Value by category and age in days" in texts_of(page)
    assert "Where the value lies" not in texts_of(page)
