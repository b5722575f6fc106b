"""Boards over a large company, in a real browser: how long until a picture stands, and until it answers a choice."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from dashboards.boards import BOARDS
from orchestration.refresh import refresh
from tests.bench.figure import CannotBeMeasured, Measured
from tests.bench.warehouse import LAST_DAY, company, count_of
from tests.browser.chromium import chromium_program, launched_chromium, sign_in
from tests.running_server import running_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

PASSWORD = "a long enough password"
CHOICES_TRIED = 8  # per board
# When the page came to rest, in milliseconds since it was asked for: nothing runs, nothing waits to be drawn.
AT_REST = """start => new Promise((settled, failed) => {
    let since = null;
    const look = () => {
        const isDrawn = document.querySelector('[data-test-script-state="notRunning"]')
            && document.querySelector('.stMain h1') && !document.querySelector('[data-testid="stSkeleton"]');
        const now = performance.now();
        since = isDrawn ? since ?? now : null;
        if (since !== null && now - since > 400) settled(since - start);
        else if (now - start > 60000) failed('the page did not come to rest within a minute');
        else setTimeout(look, 10);
    };
    look();
})"""
CHOICES = '.stMain [data-testid="stButtonGroup"] button'
CLICK = """button => { const now = performance.now(); button.click(); return now; }"""


def drawn_at_rest(moves: int, quick: bool) -> Measured:
    """Every board by its address, and its choices (sections, kinds, periods) one after the other, by the owner.

    The value holds both promises against one bound: 95 % of the first pictures stand within it, and 95 % of the choices
    are answered within half of it. The first opening after the server's start is one of many, not left out.
    """
    if chromium_program() is None:
        raise CannotBeMeasured("no Chromium on this machine: make browser installs it on Debian and Ubuntu, as root")
    with company(3_000 if quick else moves, 10 if quick else 90) as (home, door):
        user = {"username": "onlooker", "password": PASSWORD, "roles": ["owner"], "display_name": "Onlooker"}
        door.execute("create_user", user, "administrator")
        refresh(home, door.engine, as_of=LAST_DAY, full=True)
        with running_server(home) as address:
            pictures, answers = looked_at(address, rounds=1 if quick else 5)
        parts = {
            "first picture, 95 %": f"{within(pictures):.2f} s",
            "slowest board": slowest(pictures),
            "answer to a choice, 95 %": f"{within(answers):.2f} s",
            "slowest choices": slowest(answers),
        }
        seconds = [value for values in pictures.values() for value in values]
        return Measured(max(within(pictures), 2 * within(answers)), count_of(door, "stock_move"), seconds, parts=parts)


def looked_at(address: str, rounds: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Seconds until every board stood, each time it was opened, and until it had answered each choice."""
    pictures, answers = dict[str, list[float]](), dict[str, list[float]]()
    with launched_chromium() as chromium, chromium.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        sign_in(page, f"{address}/overview?lang=en", "onlooker", PASSWORD)
        for board in BOARDS:
            pictures[board.name] = [_opened(page, f"{address}/{board.name}?lang=en") for _ in range(rounds)]
            answers[board.name] = _choices_answered(page)
    return pictures, {board: times for board, times in answers.items() if times}


def _opened(page: Page, url: str) -> float:
    page.goto(url)
    return float(page.evaluate(AT_REST, 0)) / 1000


def _choices_answered(page: Page) -> list[float]:
    """Every choice of the page that stands there now is made once, those that are made already are passed over."""
    times = []
    for place in range(min(page.locator(CHOICES).count(), CHOICES_TRIED)):
        button = page.locator(CHOICES).nth(place)
        if button.count() and button.get_attribute("data-selected") is None:
            start = button.evaluate(CLICK)
            page.wait_for_timeout(50)  # until the page has begun to run
            times.append(float(page.evaluate(AT_REST, start)) / 1000)
    return times


def within(times: dict[str, list[float]]) -> float:
    """95 % of all are at most this."""
    return statistics.quantiles([value for values in times.values() for value in values], n=20, method="inclusive")[-1]


def slowest(times: dict[str, list[float]]) -> str:
    """The three boards with the slowest median."""
    ordered = sorted(times, key=lambda board: -statistics.median(times[board]))
    return ", ".join(f"{board} {statistics.median(times[board]):.2f} s" for board in ordered[:3])
