"""Chromium of this machine, started without a window and without talking to anybody but the page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge")
MACOS = ("Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--font-render-hinting=none",
    "--hide-scrollbars",
)


def chromium_program() -> Path | None:
    """The program named by `BIHUAN_CHROMIUM`, else the first Chromium found on this machine, else None."""
    named = os.environ.get("BIHUAN_CHROMIUM")
    if named:
        return Path(named)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    for application in MACOS:
        path = Path("/Applications") / application
        if path.exists():
            return path
    return None


@contextmanager
def launched_chromium() -> Iterator[Browser]:
    """A running Chromium, closed at the end. Raises FileNotFoundError when there is none on this machine."""
    from playwright.sync_api import sync_playwright

    program = chromium_program()
    if program is None:
        raise FileNotFoundError("no Chromium on this machine: make browser installs it on Debian and Ubuntu, as root")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(FLAGS), headless=True)
        try:
            yield chromium
        finally:
            chromium.close()


def wait_until_drawn(page: Page, seconds: float = 30.0) -> None:
    """Returns when a Streamlit page has run to its end and nothing waits to be drawn; other pages at once."""
    limit = seconds * 1000
    page.wait_for_load_state("load", timeout=limit)
    app = page.locator('[data-testid="stApp"]')
    if page.locator("#root").count() == 0 and app.count() == 0:
        return
    app.wait_for(timeout=limit)
    page.wait_for_selector('[data-test-script-state="notRunning"]', timeout=limit)
    page.wait_for_function("document.querySelectorAll('[data-testid=\"stSkeleton\"]').length === 0", timeout=limit)
    page.wait_for_timeout(500)


def sign_in(page: Page, url: str, user: str, password: str) -> None:
    """Opens an address of the boards, signs in there, and waits for the page it leads to."""
    page.goto(url)
    page.locator('input[name="username"]').fill(user)
    page.locator('input[type="password"]').fill(password)
    page.locator("form.bihuan button").click()  # whatever language it speaks
    page.wait_for_selector('input[type="password"]', state="detached", timeout=60_000)
    wait_until_drawn(page, 60)
