"""Every figure on a tile says what it rests on, in both languages: definition, formula, its largest contributors."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.edition import current_edition
from dashboards.language import chinese
from dashboards.questions.question import answered
from tests.dashboards.conftest import Opened
from tests.dashboards.test_pages import texts_of

EXPLAINED = (
    "overview", "order_profit", "delivery_dates", "stock", "mrp_workbench", "production", "receivables_payables",
    "finance", "proofs",
)  # fmt: skip


def figures_of(page: AppTest) -> list[str]:
    """Keys of the buttons that explain a tile."""
    return [str(button.key) for button in page.button if str(button.key).startswith("basis-of-")]


@pytest.mark.parametrize("board", EXPLAINED)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_each_figure_of_a_board_opens_its_basis(opened: Opened, board: str, language: str) -> None:
    page = opened(board, "owner", lang=language)
    keys = figures_of(page)
    assert len(keys) == len(page.metric), board
    for key in keys:
        page.button(key=key).click().run()
        assert not page.exception, key
        said = texts_of(page)
        assert ("公式" if language == "zh_CN" else "Formula") in said, key
        assert (chinese()["Largest contributors"] if language == "zh_CN" else "Largest contributors") in said, key


def test_the_largest_contributors_come_first_and_are_few(opened: Opened) -> None:
    page = opened("stock", "owner")
    page.button(key="basis-of-tiles-0").click().run()
    shown = page.dataframe[-1].value["value_amount"].tolist()
    stock = answered(current_edition("full"), "stock_on_hand", {})
    largest = sorted((float(value) for value in stock["value_amount"]), key=abs, reverse=True)
    assert shown == largest[:5]
    assert len(shown) <= 5


def test_a_basis_shows_no_cost_to_who_may_not_see_it(opened: Opened) -> None:
    page = opened("stock", "foreman")
    assert figures_of(page)
    for key in figures_of(page):
        page.button(key=key).click().run()
        assert not page.exception
        for frame in page.dataframe:
            assert not {"value_amount", "unit_cost"} & set(frame.value.columns)
