"""Scenarios as stories: a file of commands, and the figures that the marts must show afterwards, on both databases.

`<name>.jsonl` runs as it is with `bihuan do --file`; `<name>.expected.json` lists, per business date (`as_of`), queries
and the rows that they answer. Numbers compare as exact decimals. Every scenario runs on both databases; what they hold
afterwards is the same row by row, so the figures are looked at on SQLite, and on PostgreSQL of one scenario. The last
business date is that of a refresh; of the days before it only the marts that are asked are built.
"""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import Engine

import ingestion.replication.refresh as replication
from dbt_project.published import published_build
from ingestion.replication import replicate_here
from ingestion.replication.columns import raw_tables
from orchestration.dbt_run import DbtRun
from orchestration.refresh import refresh
from tests.ingestion.mirror_rows import rows_of
from tests.scenarios.story import FOLDER, STORIES, commands_of, tell
from tests.warehouse.warehouse_run import WarehouseRun
from transactions import Door, make_home
from transactions.kernel.clock import SetClock

START = datetime(2026, 6, 30, 9, tzinfo=UTC)


def written(value: Any) -> str:
    """A value as the expectations write it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float, Decimal)):
        return format(Decimal(str(value)).normalize() + 0, "f")
    return str(value)


def told(scenario: str, url: str) -> Door:
    door, _password = make_home(password="a long password", url=url, clock=SetClock(START))
    tell(door, commands_of(scenario))
    return door


def mirrored(engine: Engine, file: Path) -> Path:
    engine.dispose()  # this process's SQLite and the driver's do not see each other's locks
    replicate_here(replication.source_of(engine), file)
    return file


@pytest.fixture(scope="module")
def scenario(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def on_sqlite(scenario: str, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Door]:
    """The scenario, told once for the tests of it."""
    file = tmp_path_factory.mktemp(scenario) / "bihuan.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    door = told(scenario, f"sqlite:///{file}")
    yield door
    door.engine.dispose()


@pytest.mark.parametrize("scenario", STORIES, indirect=True)
def test_marts_show_what_the_scenario_expects(
    scenario: str, on_sqlite: Door, home: Path, dbt: DbtRun, warehouse_run: WarehouseRun
) -> None:
    *earlier, last = expected(scenario)
    wrong = [line for stage in earlier for line in shown_otherwise_then(stage, on_sqlite, home, warehouse_run)]
    assert wrong + shown_otherwise(last, on_sqlite, home, dbt) == []


@pytest.mark.parametrize("name", ["whole_chain", pytest.param("worked_example_late_bill", marks=pytest.mark.soak)])
def test_marts_show_it_from_postgresql(name: str, migrated_postgres_database: str, home: Path, dbt: DbtRun) -> None:
    door = told(name, migrated_postgres_database)
    assert shown_otherwise(expected(name)[-1], door, home, dbt) == []


@pytest.mark.parametrize("scenario", STORIES, indirect=True)
def test_both_databases_hold_the_same_rows(
    scenario: str, on_sqlite: Door, migrated_postgres_database: str, tmp_path: Path
) -> None:
    """Every row that the models read, so they show the same from either."""
    tables = [raw.name for raw in raw_tables() if raw.name != "database_identity"]
    other = told(scenario, migrated_postgres_database)
    sqlite, postgresql = (
        rows_of(mirrored(door.engine, tmp_path / f"{door.engine.dialect.name}.duckdb"), tables)
        for door in (on_sqlite, other)
    )
    assert sum(map(len, sqlite.values())) > 100
    assert [table for table in tables if sqlite[table] != postgresql[table]] == []


def expected(scenario: str) -> list[Any]:
    """Per business date the checks of the scenario."""
    stages: list[Any] = json.loads((FOLDER / f"{scenario}.expected.json").read_text())
    return stages


def shown_otherwise(stage: Any, door: Door, home: Path, dbt: DbtRun) -> list[str]:
    """What the marts show otherwise than the stage expects, after a refresh for its business date."""
    refresh(home, door.engine, as_of=date.fromisoformat(stage["as_of"]), dbt=dbt)
    with published_build(home).open("full") as connection:
        return answered_otherwise(stage, connection)


def shown_otherwise_then(stage: Any, door: Door, home: Path, run: WarehouseRun) -> list[str]:
    """The same without a refresh: the marts that the stage asks are built from the rows of today for its day."""
    build = home / stage["as_of"] / "work.duckdb"
    build.parent.mkdir()
    marts = {mart for check in stage["checks"] for mart in re.findall(r"\b(?:marts|reports)\.(\w+)", check["sql"])}
    run.build(mirrored(door.engine, build), stage["as_of"], *sorted(f"+{mart}" for mart in marts))
    with duckdb.connect(str(build), read_only=True) as connection:
        return answered_otherwise(stage, connection)


def answered_otherwise(stage: Any, connection: duckdb.DuckDBPyConnection) -> list[str]:
    wrong = []
    for check in stage["checks"]:
        found = [[written(value) for value in row] for row in connection.execute(check["sql"]).fetchall()]
        if found != check["rows"]:
            wrong.append(f"{stage['as_of']} {check['sql']} expected {check['rows']} found {found}")
    return wrong


def test_every_scenario_says_what_it_expects() -> None:
    assert len(STORIES) >= 6
    assert {path.name.removesuffix(".expected.json") for path in FOLDER.glob("*.expected.json")} == set(STORIES)
