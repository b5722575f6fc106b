"""Look at a page: `python -m tests.browser.screenshot URL OUT.png --width 1440`.

Signs in first when `--user` is given, prints what the browser complained about, and fails (exit code 1) when the page
shows an exception.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.chromium import launched_chromium, sign_in, wait_until_drawn

if TYPE_CHECKING:
    from playwright.sync_api import Page


def take(arguments: argparse.Namespace) -> int:
    """Opens the page, waits until it is drawn, writes the picture; returns the number of exceptions shown."""
    with launched_chromium() as chromium:
        context = chromium.new_context(
            viewport={"width": arguments.width, "height": arguments.height},
            locale=arguments.language,
            color_scheme=arguments.scheme,
            is_mobile=arguments.width < 600,
            has_touch=arguments.width < 600,
        )
        page = context.new_page()
        page.on("console", lambda said: print(f"console {said.type}: {said.text}") if said.type == "error" else None)
        page.on("pageerror", lambda error: print(f"page error: {error}"))
        if arguments.user:
            sign_in(page, arguments.url, arguments.user, arguments.password)
        page.goto(arguments.url)
        wait_until_drawn(page, arguments.seconds)
        if arguments.click:
            for text in arguments.click:
                page.get_by_text(text, exact=True).first.click()
                wait_until_drawn(page, arguments.seconds)
        if arguments.wait_for:
            page.get_by_text(arguments.wait_for).first.wait_for(timeout=arguments.seconds * 1000)
        if arguments.whole:
            _grow_to_content(page, arguments.width)
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=arguments.out, full_page=arguments.whole)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            print(f"the page is {wider} px wider than the window")
        exceptions = page.locator('[data-testid="stException"]')
        for shown in exceptions.all():
            print(f"exception on the page: {shown.inner_text()[:2000]}")
        print(f"{arguments.out}: {page.title()}")
        return exceptions.count()


def _grow_to_content(page: Page, width: int) -> None:
    """Streamlit scrolls inside the window, so the window is made as high as what it shows (at most 8,000 px)."""
    height = page.evaluate(
        """() => Math.max(document.documentElement.scrollHeight,
            ...[...document.querySelectorAll('[data-testid="stMain"]')].map(part => part.scrollHeight))"""
    )
    page.set_viewport_size({"width": width, "height": min(int(height) + 40, 8000)})
    wait_until_drawn(page)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("out", type=Path)
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--language", default="en-US", help="what the browser asks for, e.g. zh-CN")
    parser.add_argument("--scheme", choices=["light", "dark"], default="light")
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--click", action="append", help="a text to click before the picture; may be repeated")
    parser.add_argument("--wait-for", help="a text that must be on the page before the picture")
    parser.add_argument("--whole", action="store_true", help="the whole page, not only the window")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long to wait for the page")
    return 1 if take(parser.parse_args()) else 0


if __name__ == "__main__":
    sys.exit(main())
