"""What every test may ask for: real databases, a home folder of its own, the shared data and cases, a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from tests.browser.chromium import chromium_program, launched_chromium
from tests.embedded_postgres import EmbeddedPostgres
from transactions.kernel.clock import SystemClock
from transactions.kernel.database import flush_commits, open_engine
from transactions.kernel.schema import found, upgrade
from transactions.kernel.users import hash_passwords_by

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from orchestration.dbt_run import DbtRun
    from tests.warehouse.warehouse_run import WarehouseRun

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"

# A noisy machine keeps no deadlines. In CI the same examples are drawn each time, elsewhere new ones are looked for.
settings.register_profile("bihuan", deadline=None, derandomize="CI" in os.environ, print_blob=True)
settings.load_profile("bihuan")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out the long tests unless `-m` speaks of them, marks tests by what they ask for, runs the browser's last.

    Playwright keeps an event loop running in the main thread from its start to the end of the session, and
    `asyncio.run` refuses to work beside it.
    """
    if "soak" not in config.option.markexpr:
        long_ones = [item for item in items if item.get_closest_marker("soak")]
        items[:] = [item for item in items if not item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=long_ones)
    for item in items:
        asked_for = getattr(item, "fixturenames", ())
        if "browser" in asked_for:
            item.add_marker(pytest.mark.browser)
        if "postgres_server" in asked_for and not {"database_url", "migrated_database_url"} & {*asked_for}:
            item.add_marker(pytest.mark.postgresql)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session", autouse=True)
def _sqlite_does_not_wait_for_the_disk() -> None:
    """In this process commits of SQLite are not flushed, like those of `postgres_server`; child processes flush.

    A flushed commit takes 10 to 50 ms on a busy disk, and most tests make a dozen.
    """
    flush_commits(False)


@pytest.fixture(scope="session", autouse=True)
def _passwords_cost_little() -> None:
    """A hash takes a tenth of a second by design; tests make hundreds of users. They are argon2id all the same."""
    hash_passwords_by(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """One PostgreSQL for the whole run (ready in about half a second); commits are not flushed to the disk."""
    with EmbeddedPostgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: EmbeddedPostgres) -> str:
    """The SQLAlchemy address of the server's own database; for tests that make databases themselves."""
    return postgres_server.url().render_as_string(hide_password=False)


@pytest.fixture
def postgres_database(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """The SQLAlchemy address of a fresh, empty PostgreSQL database, dropped after the test."""
    name = postgres_server.create_database()
    yield postgres_server.url(name).render_as_string(hide_password=False)
    postgres_server.drop_database(name)


@pytest.fixture
def sqlite_database(tmp_path: Path) -> str:
    """The SQLAlchemy address of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'bihuan.sqlite'}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, empty database on each of the two systems; `-m "not postgresql"` leaves only SQLite."""
    url = request.getfixturevalue("sqlite_database" if request.param == "sqlite" else "postgres_database")
    assert isinstance(url, str)
    return url


def _migrate(url: str) -> None:
    """What `make_home` does to an empty database before it makes a user, which takes it twenty times as long."""
    engine = open_engine(url)
    upgrade(engine)
    found(engine, SystemClock())
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file without a user, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "bihuan.sqlite"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: EmbeddedPostgres) -> str:
    """The name of a migrated PostgreSQL database without a user, to be copied."""
    name = postgres_server.create_database()
    _migrate(postgres_server.url(name).render_as_string(hide_password=False))
    return name


@pytest.fixture
def migrated_sqlite_database(sqlite_database: str, migrated_sqlite: Path, tmp_path: Path) -> str:
    """As `sqlite_database`, for tests whose subject is not how a database comes to be."""
    shutil.copyfile(migrated_sqlite, tmp_path / "bihuan.sqlite")
    return sqlite_database


@pytest.fixture
def migrated_postgres_database(postgres_server: EmbeddedPostgres, migrated_postgres: str) -> Iterator[str]:
    """As `postgres_database`, for such tests."""
    name = postgres_server.create_database(template=migrated_postgres)
    yield postgres_server.url(name).render_as_string(hide_password=False)
    postgres_server.drop_database(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def migrated_database_url(request: pytest.FixtureRequest) -> str:
    """As `database_url`, for such tests."""
    url = request.getfixturevalue(f"migrated_{'sqlite' if request.param == 'sqlite' else 'postgres'}_database")
    assert isinstance(url, str)
    return url


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder for an installation. Every `BIHUAN_…` variable of the caller is out of sight meanwhile."""
    for name in [name for name in os.environ if name.startswith("BIHUAN_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("BIHUAN_HOME", str(folder))
    return folder


@pytest.fixture
def migrated_home(home: Path, migrated_sqlite: Path) -> Path:
    """As `home`, with a migrated database without a user in it."""
    shutil.copyfile(migrated_sqlite, home / "bihuan.sqlite")
    return home


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    """dbt for the refreshes of many homes, which then share the empty forms of editions."""
    from orchestration.dbt_run import DbtRun

    return DbtRun(tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="session")
def warehouse_run(dbt: DbtRun) -> WarehouseRun:
    """dbt for chosen models in files of a test's own."""
    from tests.warehouse.warehouse_run import WarehouseRun

    return WarehouseRun(dbt)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data to run on (`../shared/data`); the test is skipped where it was not handed out with the repository."""
    return _shared("data")


@pytest.fixture(scope="session")
def shared_cases() -> Path:
    """Textbook and peer cases with known answers (`../shared/cases`); skipped where they are absent."""
    return _shared("cases")


def _shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"../shared/{name} is not beside this repository")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium without a window. Take a new context per test: `with browser.new_context() as context: …`."""
    if chromium_program() is None:
        pytest.skip("no Chromium on this machine: make browser installs it on Debian and Ubuntu, as root")
    with launched_chromium() as chromium:
        yield chromium
