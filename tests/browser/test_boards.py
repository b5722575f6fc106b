"""The main ways through the boards in a real browser: sign in, look at every board, approve a suggestion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from sqlalchemy import text

from dashboards.door import door
from tests.browser.chromium import sign_in, wait_until_drawn
from tests.dashboards.conftest import PASSWORD, at_home, published_home
from tests.dashboards.test_pages import TITLES
from tests.running_server import running_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["at_home", "published_home"]


@pytest.fixture(scope="module")
def address(published_home: Path) -> Iterator[str]:
    with running_server(published_home) as address:
        yield address


@pytest.mark.parametrize(
    ("width", "language"), [(1440, "en"), (360, "zh_CN"), pytest.param(1440, "zh_CN", marks=pytest.mark.soak)]
)
def test_every_board_opens(browser: Browser, address: str, width: int, language: str) -> None:
    with browser.new_context(viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        sign_in(page, f"{address}/finance", "owner", PASSWORD)
        assert "/finance" in page.url
        for board, chinese_title in TITLES.items():
            page.goto(f"{address}/{board}?lang={language}")
            wait_until_drawn(page, 60)
            title = page.get_by_role("heading", level=1).inner_text()
            assert title == chinese_title if language == "zh_CN" else title.endswith("?"), board
            assert page.locator('[data-testid="stException"]').count() == 0, board
            too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not page.evaluate(too_wide), board
        assert broken == []


def test_a_planner_approves_a_suggestion_and_finds_the_requisition(
    browser: Browser, address: str, at_home: Path
) -> None:
    with browser.new_context(viewport={"width": 1440, "height": 1400}) as context:
        page = context.new_page()
        sign_in(page, f"{address}/mrp_workbench?kind=buy&when=all&lang=en", "planner", PASSWORD)
        assert "kind=buy" in page.url
        page.locator('[class*="st-key-suggestions-"] .dvn-scroller').first.click(
            position={"x": 18, "y": 52}
        )  # its first box
        wait_until_drawn(page, 60)
        page.keyboard.press("a")  # as the button says
        page.get_by_text("decided. The next refresh plans with it.").wait_for(timeout=60_000)
        number = page.locator('.st-key-decisions-report [data-testid="stPageLink"]').first.inner_text().split()[-1]
    with door().engine.connect() as connection:
        kinds = connection.execute(
            text("select document_type from document where number = :number"), {"number": number}
        )
        assert kinds.scalars().all() == ["purchase_requisition"]


@pytest.mark.parametrize(("language", "definition"), [("en", "Definition"), ("zh_CN", "定义")])
def test_a_figure_explains_itself_and_opens_its_largest_document(
    browser: Browser, address: str, language: str, definition: str
) -> None:
    with browser.new_context(viewport={"width": 1440, "height": 1200}) as context:
        page = context.new_page()
        sign_in(page, f"{address}/order_profit?lang={language}", "owner", PASSWORD)
        page.locator('[class*="st-key-basis-of-tiles-0"] button:visible').first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text(definition).first.wait_for(timeout=60_000)
        wait_until_drawn(page, 60)
        dialog.locator(".dvn-scroller").first.click(position={"x": 40, "y": 52})
        page.wait_for_url("**/document?*", timeout=60_000)
        wait_until_drawn(page, 60)
        assert "SO000001" in page.get_by_role("heading", level=1).inner_text()


def test_a_cell_of_the_ages_shows_the_layers_behind_it(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 1440, "height": 1200}) as context:
        page = context.new_page()
        sign_in(page, f"{address}/stock?lang=en", "owner", PASSWORD)
        page.get_by_role("tab", name="Ageing").click()
        wait_until_drawn(page, 60)
        picture = page.locator(".st-key-age-map canvas").first.bounding_box()
        assert picture is not None
        page.mouse.click(picture["x"] + picture["width"] * 0.15, picture["y"] + picture["height"] * 0.3)
        page.get_by_text("Layers: ").first.wait_for(timeout=60_000)
        assert page.locator('[data-testid="stException"]').count() == 0


def test_an_order_is_tried_out_and_the_attempt_is_kept_as_a_view(browser: Browser, address: str) -> None:
    lines = quote('[["CANARY","2","9000","10"]]')
    with browser.new_context(viewport={"width": 360, "height": 900}, is_mobile=True, has_touch=True) as context:
        page = context.new_page()
        sign_in(page, f"{address}/margin?lang=zh_CN&lines={lines}", "owner", PASSWORD)
        assert "16,200" in page.locator('[data-testid="stMetricValue"]').first.inner_text()
        page.locator(".st-key-views-corner button:visible").first.click()
        page.get_by_label("名称").fill("两个金丝雀")
        page.get_by_role("button", name="保存此视图").click()
        page.get_by_role("button", name="两个金丝雀").wait_for(timeout=60_000)
        page.goto(f"{address}/margin?lang=zh_CN")
        wait_until_drawn(page, 60)
        assert page.locator('[data-testid="stMetricValue"]').count() == 0
        page.locator(".st-key-views-corner button:visible").first.click()
        page.get_by_role("button", name="两个金丝雀").click()
        page.locator('[data-testid="stMetricValue"]').first.wait_for(timeout=60_000)
        assert "CANARY" in page.url


def test_signing_out_ends_the_session(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        sign_in(page, f"{address}/stock?lang=en", "storekeeper", PASSWORD)
        page.get_by_role("button", name="Sign out").click()
        page.locator('input[type="password"]').wait_for(timeout=60_000)
        page.goto(f"{address}/stock")
        page.locator('input[type="password"]').wait_for(timeout=60_000)
