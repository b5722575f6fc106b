"""A door for every test: a migrated database with a company and a warehouse, copied from one made once per run."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.embedded_postgres import EmbeddedPostgres
from tests.transactions.acting import PASSWORD, START, Acting
from tests.transactions.trading import Trading
from transactions import Door, make_home
from transactions.kernel.clock import SetClock
from transactions.kernel.database import metadata, open_engine


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
def postgres_company(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """The address of one PostgreSQL database for all tests, whose first rows are kept aside in the schema `kept`."""
    name = postgres_server.create_database()
    url = postgres_server.url(name).render_as_string(hide_password=False)
    _found(url)
    copies = "; ".join(f"create table kept.{table} as table {table}" for table in _tables())
    _without_triggers(url, f"create schema kept; {copies}")
    yield url
    postgres_server.drop_database(name)


def _tables() -> list[str]:
    import transactions.commands  # noqa: F401  (its import knows every table)

    return [table.name for table in metadata.sorted_tables]


def _without_triggers(url: str, statements: str) -> None:
    """Carries out statements in one transaction in which neither triggers nor references are looked at."""
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"set local session_replication_role = replica; {statements}")
    engine.dispose()


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
def put_back(postgres_company: str) -> Callable[[], None]:
    """Puts the tables of PostgreSQL back as they were, which takes a tenth of the time of a new database."""
    statements = "; ".join(
        f"delete from {table}; insert into {table} select * from kept.{table}" for table in _tables()
    )
    return lambda: _without_triggers(postgres_company, statements)


@pytest.fixture
def postgres_door(postgres_company: str, put_back: Callable[[], None], clock: SetClock) -> Iterator[Door]:
    engine = open_engine(postgres_company)
    yield Door(engine, clock)
    engine.dispose()
    put_back()


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


@pytest.fixture
def trading(door: Door, clock: SetClock) -> Trading:
    """The administrator of a small trading company, on each of the two databases."""
    return Trading(door, clock).found()


@pytest.fixture
def shop(sqlite_door: Door, clock: SetClock) -> Trading:
    """The same on SQLite only, for what does not depend on the database."""
    return Trading(sqlite_door, clock).found()


@pytest.fixture(scope="session")
def durable_server() -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(durable=True) as server:
        yield server
        os.kill(server.process_id, signal.SIGQUIT)  # at once: nothing of it is kept, so nothing need be written


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def durable_url(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> str:
    """A company with an item A on a database for other processes, which flush every commit."""
    if request.param == "sqlite":
        copy = tmp_path / "bihuan.sqlite"
        shutil.copyfile(sqlite_template, copy)
        url = f"sqlite:///{copy}"
    else:
        server: EmbeddedPostgres = request.getfixturevalue("durable_server")
        url = server.url(server.create_database()).render_as_string(hide_password=False)
        _found(url)
    door = Door(open_engine(url))
    door.execute("create_item", {"code": "A", "name": "A", "unit": "pcs", "kind": "bought"}, "administrator")
    door.engine.dispose()
    return url
