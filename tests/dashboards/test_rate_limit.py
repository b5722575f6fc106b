"""The API's limit: bursts, waiting, forgetting, many threads; and what its callers hear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dashboards.api import api
from dashboards.door import door
from dashboards.rate_limit import AT_ONCE, DEAR, PER_MINUTE, Allowance, RateLimit, network_of, requests_per_minute
from tests.dashboards.conftest import PASSWORD
from transactions.kernel.refusal import InvalidData

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NOW = timedelta()


@dataclass
class Hands:
    """A clock moved by hand."""

    moment: datetime = START

    def __call__(self) -> datetime:
        return self.moment


def used_up(allowance: Allowance, caller: str, now: datetime) -> int:
    """How many requests were allowed at that moment until none was."""
    count = 0
    while not allowance.wait(caller, now):
        count += 1
    return count


def test_five_minutes_worth_at_once_then_the_rate() -> None:
    allowance = Allowance(60)
    assert used_up(allowance, "ann", START) == 300
    assert allowance.wait("ann", START) == SECOND
    assert allowance.wait("ann", START + SECOND / 2) == SECOND / 2
    assert used_up(allowance, "ann", START + 7 * SECOND) == 7
    assert used_up(allowance, "ann", START + timedelta(days=1)) == 300
    assert used_up(allowance, "bob", START) == 300


def test_what_is_refused_costs_nothing_and_what_is_dear_costs_more() -> None:
    allowance = Allowance(60)
    assert [allowance.wait("ann", START, 100) for _ in range(4)] == [NOW, NOW, NOW, 100 * SECOND]
    for _ in range(50):
        assert allowance.wait("ann", START, 100) == 100 * SECOND
    assert allowance.wait("ann", START + 100 * SECOND, 100) == NOW


def test_the_smallest_allowance_affords_what_is_dear() -> None:
    allowance = Allowance(1)
    assert allowance.wait("ann", START, DEAR) == NOW
    assert allowance.wait("ann", START, DEAR) == AT_ONCE


def test_a_clock_put_back_holds_nobody_up_for_long() -> None:
    allowance = Allowance(60)
    used_up(allowance, "ann", START)
    earlier = START - timedelta(days=400)
    assert allowance.wait("ann", earlier) <= SECOND
    assert allowance.wait("ann", earlier + SECOND) == NOW


def test_callers_that_went_away_are_forgotten_and_a_flood_keeps_who_owes_most() -> None:
    allowance = Allowance(60, kept=100)
    for number in range(100):
        allowance.wait(f"early {number}", START)
    allowance.wait("late", START + timedelta(hours=1))
    assert len(allowance) == 1
    used_up(allowance, "worst", START + timedelta(hours=1))
    for number in range(10_000):
        allowance.wait(f"flood {number}", START + timedelta(hours=1))
        assert len(allowance) <= 100
    assert allowance.wait("worst", START + timedelta(hours=1)) == SECOND


def test_sixteen_threads_get_the_allowance_once() -> None:
    allowance = Allowance(60)
    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(lambda _: allowance.wait("ann", START), range(2_000)))
    assert waits.count(NOW) == 300


@pytest.mark.parametrize(
    ("host", "counted"),
    [("10.0.0.7", "10.0.0.7"), ("2001:db8:1:2:3::9", "2001:db8:1:2::/64"), ("::ffff:10.0.0.7", "10.0.0.7"),
     ("fe80::1%eth0", "fe80::/64"), ("testclient", "testclient"), (None, "unknown")],
)  # fmt: skip
def test_an_address_is_counted_as_one_subscriber(host: str | None, counted: str) -> None:
    assert network_of(host) == counted


@pytest.mark.parametrize(("told", "limit"), [("", PER_MINUTE), ("0", 0), (" 50 ", 50)])
def test_the_setting_says_the_limit(monkeypatch: pytest.MonkeyPatch, told: str, limit: int) -> None:
    monkeypatch.setenv("BIHUAN_API_REQUESTS_PER_MINUTE", told)
    assert requests_per_minute() == limit


@pytest.mark.parametrize("told", ["many", "-1", "1.5", "²"])
def test_a_setting_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("BIHUAN_API_REQUESTS_PER_MINUTE", told)
    with pytest.raises(InvalidData) as refused:
        requests_per_minute()
    assert (refused.value.field, refused.value.value) == ("BIHUAN_API_REQUESTS_PER_MINUTE", told)


def test_no_limit_where_the_setting_is_0() -> None:
    limit = RateLimit(0)
    for _ in range(10_000):
        limit.of_address("10.0.0.7")


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def limited(at_home: Path, hands: Hands) -> Iterator[TestClient]:
    """The API with 40 requests a minute for a user (200 at once) and 2 for an address (10 at once)."""
    with TestClient(api(RateLimit(40, hands))) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_a_user_hears_when_to_come_back_whatever_the_session(
    limited: TestClient, hands: Hands, token_of: Callable[[str], str]
) -> None:
    owner, again, planner = bearer(token_of("owner")), bearer(token_of("owner")), bearer(token_of("planner"))
    for number in range(200):
        assert limited.get("/session", headers=again if number % 2 else owner).status_code == 200
    answer = limited.get("/session", headers=owner)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "2"
    assert answer.json() == {
        "fact": "TooManyRequests", "field": "user", "value": "owner",
        "rule": "more than 40 requests a minute; try again in 2 seconds",
    }  # fmt: skip
    assert limited.get("/session", headers=planner).status_code == 200
    hands.moment += 2 * SECOND
    assert limited.get("/session", headers=owner).status_code == 200


def test_a_command_beyond_the_limit_is_not_carried_out(limited: TestClient, token_of: Callable[[str], str]) -> None:
    owner = bearer(token_of("owner"))
    for _ in range(200):
        limited.get("/session", headers=owner)
    partner = {"code": "TOOMUCH", "name": "Too much", "is_customer": True}
    assert limited.post("/commands/create_partner", json=partner, headers=owner).status_code == 429
    assert door().execute("create_partner", partner, "administrator")


def test_plans_and_the_past_weigh_more(limited: TestClient, token_of: Callable[[str], str]) -> None:
    owner = bearer(token_of("owner"))
    asked = {"dear": ("what_if_total", {}), "past": ("stamp", {"as_known_at": "2000-01-01T00:00:00Z"})}
    for name, params in asked.values():
        for _ in range(200 // DEAR // len(asked)):
            assert limited.get(f"/questions/{name}", params=params, headers=owner).status_code != 429
    assert limited.get("/session", headers=owner).status_code == 429


def test_strangers_are_counted_by_address_on_every_route(
    limited: TestClient, hands: Hands, token_of: Callable[[str], str]
) -> None:
    signed = bearer(token_of("owner"))
    routes = [("GET", "/docs"), ("GET", "/openapi.json"), ("POST", "/session"), ("POST", "/session/end")]
    described = api().openapi()["paths"]
    routes += [(method.upper(), path) for path, methods in described.items() for method in methods]
    for headers in ({}, bearer("wrong")):
        hands.moment += AT_ONCE
        statuses = [limited.get("/session", headers=headers).status_code for _ in range(11)]
        assert statuses == [401] * 10 + [429]
        for method, path in routes:
            form = {"username": "owner", "password": PASSWORD} if path == "/session" and method == "POST" else None
            answer = limited.request(method, path.replace("{name}", "stamp"), data=form, headers=headers)
            assert answer.status_code == 429, (method, path)
            assert answer.json()["field"] == "address"
            assert int(answer.headers["retry-after"]) > 0
    assert limited.get("/session", headers=signed).status_code == 200


def test_a_form_of_the_sign_in_page_comes_back_with_the_reason(limited: TestClient) -> None:
    form = {"username": "nobody", "password": "wrong", "next_page": "/stock"}
    reasons = [
        limited.post("/session", data=form, follow_redirects=False).headers["location"].partition("=")[2]
        for _ in range(3)
    ]
    assert reasons == ["NotSignedIn", "NotSignedIn", "TooManyRequests"]


def test_who_failed_too_often_hears_when_to_try_again(client: TestClient) -> None:
    statuses = [client.post("/session", data={"username": "foreman", "password": "wrong"}) for _ in range(6)]
    assert [answer.status_code for answer in statuses] == [401] * 5 + [429]
    assert statuses[-1].json()["fact"] == "TooManyAttempts"
    assert statuses[-1].headers["retry-after"] == "300"


def test_an_import_by_the_default_is_not_hindered() -> None:
    """Five thousand commands in a minute, then twenty a second for as long as it takes."""
    allowance = Allowance(PER_MINUTE)
    moments = [START + number * timedelta(minutes=1) / 5_000 for number in range(5_000)]
    moments += [moments[-1] + number * SECOND / 20 for number in range(1, 10_000)]
    assert all(not allowance.wait("planner", moment) for moment in moments)
