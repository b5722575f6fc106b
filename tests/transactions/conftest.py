"""A door for every test: a migrated database with a company and a warehouse, copied from one made once per run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded_postgres import EmbeddedPostgres
from tests.transactions.acting import PASSWORD, START, Acting
from transactions import Door, make_home
from transactions.kernel.clock import SetClock
from transactions.kernel.database import open_engine


def _found(url: str) -> None:
    """The company BIKE in US dollars with the warehouse MAIN, and its administrator."""
    door, _password = make_home(password=PASSWORD, url=url, clock=SetClock(START))
    door.execute("create_company", {"code": "BIKE", "name": "Bicycles", "currency": "USD"}, "administrator")
    door.execute("create_warehouse", {"code": "MAIN", "name": "Main warehouse"}, "administrator")
    door.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "bihuan.sqlite"
    _found(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    name = postgres_server.create_database()
    _found(postgres_server.url(name).render_as_string(hide_password=False))
    yield name
    postgres_server.drop_database(name)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def sqlite_door(sqlite_template: Path, tmp_path: Path, clock: SetClock) -> Iterator[Door]:
    """A door into SQLite only, for what does not depend on the database."""
    copy = tmp_path / "bihuan.sqlite"
    shutil.copyfile(sqlite_template, copy)
    engine = open_engine(f"sqlite:///{copy}")
    yield Door(engine, clock)
    engine.dispose()


@pytest.fixture
def postgres_door(postgres_server: EmbeddedPostgres, postgres_template: str, clock: SetClock) -> Iterator[Door]:
    name = postgres_server.create_database(postgres_template)
    engine = open_engine(postgres_server.url(name).render_as_string(hide_password=False))
    yield Door(engine, clock)
    engine.dispose()
    postgres_server.drop_database(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def door(request: pytest.FixtureRequest) -> Door:
    """A door into a company with a warehouse, on each of the two databases."""
    found = request.getfixturevalue("sqlite_door" if request.param == "sqlite" else "postgres_door")
    assert isinstance(found, Door)
    return found


@pytest.fixture
def acting(door: Door, clock: SetClock) -> Acting:
    """The administrator, whose commands go through the door."""
    return Acting(door, clock)
