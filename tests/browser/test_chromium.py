"""The browser of the tests is a real one that can show what a page says, in Chinese too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.chromium import wait_until_drawn

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_page_is_drawn_at_the_asked_width(browser: Browser) -> None:
    with browser.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN") as context:
        page = context.new_page()
        page.set_content("<h1>订单利润</h1><script>document.title = innerWidth + navigator.language</script>")
        wait_until_drawn(page)
        assert page.get_by_role("heading").inner_text() == "订单利润"
        assert page.title() == "360zh-CN"
