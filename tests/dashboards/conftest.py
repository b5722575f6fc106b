"""A published home for the tests of the boards, built once per run: the whole chain as of the day its order came in.

On that day nothing is bought or made yet, so the plan suggests both. Each role has a user of its name.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from dashboards import edition
from dashboards.api import api
from dashboards.door import SESSION_COOKIE, door
from dashboards.rate_limit import RateLimit, requests_per_minute
from orchestration.dbt_run import DbtRun
from orchestration.refresh import refresh
from tests.conftest import REPOSITORY
from tests.dashboards.addresses import page_hash
from tests.scenarios.story import commands_of, tell
from transactions import make_home
from transactions.kernel.sessions import open_session
from transactions.kernel.users import ROLES

AS_OF = date(2026, 3, 2)
PASSWORD = "an-open-secret"
PAGES = REPOSITORY / "dashboards" / "pages.py"
# a cost that no salesperson may find anywhere; value 3 × 7654.321 = 22962.963
CANARY_COST, CANARY_VALUE = "7654.321", "22962.96"
CANARIES = (CANARY_COST, CANARY_VALUE, "22,962", "7,654")
HIDDEN_FROM = ("foreman", "salesperson", "storekeeper")


Opened = Callable[..., AppTest]


def forget_homes() -> None:
    """Door and editions are opened once per process; another home needs them anew."""
    door.cache_clear()
    edition._opened.cache_clear()


@contextmanager
def dwelling_in(home: Path) -> Iterator[Path]:
    """What this process opens is that home meanwhile; every `BIHUAN_…` variable of the caller is out of sight."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("BIHUAN_")]:
            patch.delenv(name)
        patch.setenv("BIHUAN_HOME", str(home))
        forget_homes()
        try:
            yield home
        finally:
            forget_homes()


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, dbt: DbtRun) -> Iterator[Path]:
    """This process's copy of the home of the published company, for the tests of the boards and of the browser."""
    home = tmp_path_factory.getbasetemp() / "boards"
    if not home.exists():
        of_the_run = home.parent.parent if "PYTEST_XDIST_WORKER" in os.environ else home.parent
        first = of_the_run / "boards_of_the_run"
        with (of_the_run / "boards.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # whichever process comes first makes it for all
            if not first.exists():
                make_published_home(of_the_run / "boards_in_the_making", migrated_sqlite, dbt).rename(first)
        shutil.copytree(first, home)
    yield home
    forget_homes()


def make_published_home(home: Path, migrated_sqlite: Path, dbt: DbtRun) -> Path:
    """Makes the company with one user for each role, and publishes a build of it."""
    home.mkdir()
    shutil.copyfile(migrated_sqlite, home / "bihuan.sqlite")
    with dwelling_in(home):
        made, _key = make_home(password=PASSWORD)
        tell(made, commands_of("whole_chain"))
        for role in ROLES:
            if role != "administrator":
                user = {"username": role, "password": PASSWORD, "roles": [role], "display_name": role}
                made.execute("create_user", user, "administrator")
        item = {"code": "CANARY", "name": "Canary", "unit": "pcs", "kind": "bought", "lead_time_days": 3}
        made.execute("create_item", item, "administrator")
        opening = {"item": "CANARY", "quantity": "3", "unit_cost": CANARY_COST}
        stock = {"effective_date": "2026-03-01", "warehouse": "MAIN", "lines": [opening]}
        made.execute("record_opening_stock", stock, "administrator")
        refresh(home, made.engine, as_of=AS_OF, dbt=dbt)
        made.engine.dispose()
    return home


@pytest.fixture
def at_home(published_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The published home, as the one that the dashboards of this test read."""
    forget_homes()
    monkeypatch.setenv("BIHUAN_HOME", str(published_home))
    yield published_home
    door().engine.dispose()
    forget_homes()


@pytest.fixture
def token_of(at_home: Path) -> Callable[[str], str]:
    """The token of a new session of the user of a role."""
    return lambda role: open_session(door(), role, PASSWORD)


@pytest.fixture
def page_with_cookie(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """A page as a browser with that session's token opens it; AppTest knows everything of a browser but its cookies."""

    def open_page(board: str, token: str | None, **query: str) -> AppTest:
        cookies = {SESSION_COOKIE: token} if token else {}
        monkeypatch.setattr(ContextProxy, "cookies", property(lambda _context: cookies))
        page = AppTest.from_file(str(PAGES), default_timeout=120)
        page.context = {"url": f"http://testserver/{board}", "locale": "en-GB"}
        for name, value in query.items():
            page.query_params[name] = value
        page._page_hash = page_hash(board)
        return page.run()

    return open_page


@pytest.fixture
def opened(page_with_cookie: Opened, token_of: Callable[[str], str]) -> Opened:
    """A page as a role sees it: opened("overview", "owner", lang="zh_CN", id="12")."""
    tokens: dict[str, str] = {}

    def open_page(board: str, role: str | None, **query: str) -> AppTest:
        if role is not None and role not in tokens:
            tokens[role] = token_of(role)
        return page_with_cookie(board, tokens[role] if role else None, **query)

    return open_page


@pytest.fixture(scope="session")
def application() -> FastAPI:
    """The API, which takes a second to describe all its commands and questions."""
    return api()


@pytest.fixture
def client(at_home: Path, application: FastAPI) -> Iterator[TestClient]:
    """The API, nobody signed in and nothing counted."""
    application.state.rate_limit = RateLimit(requests_per_minute())
    with TestClient(application) as client:
        yield client


@pytest.fixture
def signed_in(client: TestClient, token_of: Callable[[str], str]) -> Callable[[str], TestClient]:
    """The API with the session of a role as bearer."""

    def sign_in(role: str) -> TestClient:
        client.headers["authorization"] = f"Bearer {token_of(role)}"
        return client

    return sign_in
