"""Every page renders for every role that may see it, in both languages; others are told so and see nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import streamlit as st
import yaml
from streamlit.testing.v1 import AppTest

from dashboards.boards import BOARDS
from dashboards.door import door
from dashboards.edition import current_edition
from dashboards.language import chinese
from dbt_project.published import published_build
from tests.conftest import REPOSITORY
from tests.dashboards.conftest import CANARIES, HIDDEN_FROM, PAGES, PASSWORD, Opened, forget_homes
from tests.dashboards.visible_texts import translated_texts, untranslatable_texts
from transactions import make_home
from transactions.kernel.sessions import open_session, session_actor
from transactions.kernel.users import ROLES

SEEN_BY_ALL = {"overview", "delivery_dates", "promise", "what_if", "stock", "document"}
ALL = SEEN_BY_ALL | {
    "order_profit", "margin", "mrp_workbench", "schedule", "production", "receivables_payables", "finance", "proofs",
    "data",
}  # fmt: skip
BOARDS_OF = {
    "owner": ALL,
    "administrator": ALL,
    "planner": ALL,
    "buyer": ALL,
    "accountant": ALL,
    "analyst": ALL,
    "salesperson": SEEN_BY_ALL,
    "foreman": SEEN_BY_ALL | {"production", "schedule"},
    "storekeeper": SEEN_BY_ALL - {"delivery_dates", "promise", "what_if"},
}
TITLES = {
    "overview": "今天业务健康吗？",
    "order_profit": "哪些订单赚钱？",
    "margin": "这笔订单能赚多少？",
    "promise": "我们何时能交货？",
    "what_if": "如果不一样呢？",
    "delivery_dates": "哪些会延误，为什么？",
    "stock": "有什么，值多少？",
    "mrp_workbench": "现在该买什么、做什么、调什么？",
    "schedule": "谁在何时做什么？",
    "production": "时间和材料损失在哪里？",
    "receivables_payables": "谁欠多少，欠了多久？",
    "finance": "我们赚钱吗，拥有什么？",
    "proofs": "账与物是否相符？",
    "data": "这些数据可信吗？",
    "document": "要查找哪张单据？",
}
CLOSED = "Your roles do not open this page"


def texts_of(page: AppTest) -> str:
    """All that the page says, tables included."""
    said = [element for kind in ("title", "subheader", "markdown", "caption") for element in page.get(kind)]
    parts = [str(getattr(element, "value", "")) for element in said]
    parts += [f"{metric.label} {metric.value} {metric.delta}" for metric in page.metric]
    parts += [frame.value.to_csv() for frame in page.dataframe]
    return "\n".join(parts)


def pieces_of(page: AppTest) -> set[str]:
    """Each text that the page shows, one by one; of tables each cell. What models say of themselves is left out."""
    kinds = (
        "title",
        "subheader",
        "markdown",
        "caption",
        "button",
        "tab",
        "selectbox",
        "text_input",
        "toggle",
        "metric",
    )
    elements = [element for kind in kinds for element in page.get(kind)]
    pieces = {str(getattr(element, part, "")) for element in elements for part in ("label", "value")}
    for frame in page.dataframe:
        if "meaning" not in frame.value.columns:
            pieces |= {cell for row in frame.value.to_numpy().tolist() for cell in row if isinstance(cell, str)}
    return pieces


def test_the_matrix_names_every_board_and_role() -> None:
    assert set(BOARDS_OF) == set(ROLES)
    assert {board.name for board in BOARDS} == ALL == set(TITLES)


def test_dbt_knows_what_each_board_reads() -> None:
    described = yaml.safe_load((REPOSITORY / "dbt_project" / "models" / "exposures.yml").read_text("utf-8"))
    assert {exposure["name"] for exposure in described["exposures"]} == ALL


@pytest.mark.parametrize("board", sorted(ALL))
def test_a_board_answers_its_question(opened: Opened, board: str) -> None:
    page = opened(board, "owner")
    assert not page.exception
    assert page.title[0].value.endswith("?")
    assert "build 20" in texts_of(page)


@pytest.mark.parametrize("board", sorted(ALL))
def test_a_board_speaks_chinese(opened: Opened, board: str) -> None:
    page = opened(board, "owner", lang="zh_CN")
    assert not page.exception
    assert page.title[0].value == TITLES[board]
    english = {text for text, own in chinese().items() if text != own}
    assert not pieces_of(page) & english


def test_roles_may_open_their_boards_and_no_other(token_of: Callable[[str], str]) -> None:
    for role, boards in BOARDS_OF.items():
        actor = session_actor(door(), token_of(role))
        assert {board.name for board in BOARDS if actor.may(board.permission)} == boards, role


@pytest.mark.parametrize("role", ["buyer", "foreman", "salesperson", "storekeeper"])
def test_roles_open_their_boards_and_no_other(opened: Opened, role: str) -> None:
    """And who may not see cost finds the planted one on none of them."""
    open_to_role = set()
    for board in sorted(ALL):
        page = opened(board, role, item="CANARY")
        assert not page.exception, board
        said = texts_of(page)
        if CLOSED not in said:
            open_to_role.add(board)
        else:
            assert not page.dataframe
            assert not page.metric
        if role in HIDDEN_FROM:
            assert not [canary for canary in CANARIES if canary in said], board
    assert open_to_role == BOARDS_OF[role]


@pytest.mark.parametrize("board", sorted(ALL))
def test_a_stranger_sees_the_sign_in_form_at_every_address(opened: Opened, board: str) -> None:
    page = opened(board, None)
    assert not page.exception
    assert page.title[0].value == "Bihuan 闭环"
    assert not page.dataframe
    assert not page.metric


def test_a_home_without_a_build_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page_with_cookie: Opened
) -> None:
    forget_homes()
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path / "empty"))
    made, _key = make_home(password=PASSWORD)
    token = open_session(door(), "administrator", PASSWORD)
    for board in sorted(ALL):
        page = page_with_cookie(board, token)
        assert not page.exception, board
        assert "Nothing is published yet" in texts_of(page), board
    made.engine.dispose()


def test_a_machine_without_a_home_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_homes()
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path / "nowhere"))
    page = AppTest.from_file(str(PAGES), default_timeout=60).run()
    assert not page.exception
    assert "There is no company home here yet" in texts_of(page)
    forget_homes()


def test_a_stage_that_is_off_hides_its_pages(
    at_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page_with_cookie: Opened
) -> None:
    home = tmp_path / "at_stage_two"
    shutil.copytree(at_home, home)
    with duckdb.connect(str(published_build(home).edition_file("full"))) as published:
        published.execute("update marts.dim_company set stage = 2")
    forget_homes()
    monkeypatch.setenv("BIHUAN_HOME", str(home))
    st.cache_data.clear()  # answers are remembered by build
    token = open_session(door(), "owner", PASSWORD)
    closed = "This page belongs to a stage that the company has not switched on"
    for board in ("stock", "finance", "schedule", "what_if"):
        page = page_with_cookie(board, token)
        assert not page.exception
        assert (closed in texts_of(page)) == (board in ("schedule", "what_if")), board
        assert closed not in texts_of(page) or not page.dataframe
    door().engine.dispose()
    st.cache_data.clear()


def test_filters_in_the_address_narrow_the_board(opened: Opened) -> None:
    page = opened("order_profit", "owner", loss="true")
    assert not page.exception
    assert "No order here" in texts_of(page)


def test_a_document_shows_its_lines_and_where_it_leads(opened: Opened) -> None:
    order = current_edition("full").rows(
        "select document_id from marts.fct_documents where document_type = 'sales_order'"
    )
    page = opened("document", "salesperson", id=str(order["document_id"][0]))
    assert not page.exception
    assert page.title[0].value == "Sales order SO000001"
    assert "Product B" in texts_of(page)


def test_every_visible_text_has_its_chinese() -> None:
    spoken_as_is = {
        text for text in translated_texts() if not any(letter.isascii() and letter.isalpha() for letter in text)
    }
    assert set(translated_texts()) - spoken_as_is == set(chinese())


def test_no_text_reaches_a_page_untranslated() -> None:
    assert untranslatable_texts() == []
