"""The main ways through the boards in a real browser: sign in, look at every board, approve a suggestion."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from dashboards.door import door
from tests.browser.chromium import wait_until_drawn
from tests.dashboards.conftest import PASSWORD, at_home, published_home
from tests.dashboards.test_pages import TITLES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["at_home", "published_home"]


@pytest.fixture(scope="module")
def address(published_home: Path) -> Iterator[str]:
    """A server of the published home, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", f"from dashboards.server import serve; serve(port={port})"]
    server = subprocess.Popen(command, env={**os.environ, "BIHUAN_HOME": str(published_home)})
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait(20)


def wait_for(url: str, seconds: float = 60) -> None:
    """Returns when the server answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(f"{url}/api/openapi.json", timeout=5).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def sign_in(page: Page, url: str, user: str) -> None:
    """Opens an address, signs in there, and waits for the page it leads to."""
    page.goto(url)
    page.locator('input[name="username"]').fill(user)
    page.locator('input[type="password"]').fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector('input[type="password"]', state="detached", timeout=60_000)
    wait_until_drawn(page, 60)


@pytest.mark.parametrize(("width", "languages"), [(1440, ("en", "zh_CN")), (360, ("zh_CN",))])
def test_every_board_opens(browser: Browser, address: str, width: int, languages: tuple[str, ...]) -> None:
    with browser.new_context(viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        sign_in(page, f"{address}/finance", "owner")
        assert "/finance" in page.url
        for language in languages:
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
        sign_in(page, f"{address}/mrp_workbench?kind=buy&lang=en", "planner")
        assert "kind=buy" in page.url
        page.locator('[class*="st-key-suggestions-"] .dvn-scroller').first.click(
            position={"x": 18, "y": 52}
        )  # its first box
        page.get_by_role("button", name="Approve", exact=True).click()
        page.get_by_text("decided. The next refresh plans with it.").wait_for(timeout=60_000)
        number = page.locator('.stMain [data-testid="stPageLink"]').first.inner_text().split()[-1]
    with door().engine.connect() as connection:
        kinds = connection.execute(
            text("select document_type from document where number = :number"), {"number": number}
        )
        assert kinds.scalars().all() == ["purchase_requisition"]


def test_signing_out_ends_the_session(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        sign_in(page, f"{address}/stock?lang=en", "storekeeper")
        page.get_by_role("button", name="Sign out").click()
        page.locator('input[type="password"]').wait_for(timeout=60_000)
        page.goto(f"{address}/stock")
        page.locator('input[type="password"]').wait_for(timeout=60_000)
