"""Scenarios as stories: a file of commands, and the figures that the marts must show afterwards, on both databases.

`<name>.jsonl` runs as it is with `bihuan do --file`; `<name>.expected.json` lists, per business date (`as_of`), queries
and the rows that they answer. Numbers compare as exact decimals. Every scenario runs on both databases; what they hold
afterwards is the same row by row, so the figures are looked at on SQLite, and on PostgreSQL of one scenario.
"""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dbt_project.published import published_build
from ingestion.replication import replicate
from ingestion.replication.columns import raw_tables
from orchestration.dbt_run import DbtRun
from orchestration.refresh import refresh
from orchestration.warehouse_folder import WarehouseFolder
from tests.ingestion.mirror_rows import rows_of
from tests.scenarios.story import FOLDER, STORIES, commands_of, tell
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


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    """One dbt with one kept manifest for all scenarios: the project is parsed once."""
    return DbtRun(WarehouseFolder.of_home(tmp_path_factory.mktemp("dbt")).dbt)


@pytest.mark.parametrize("scenario", STORIES)
def test_marts_show_what_the_scenario_expects(scenario: str, sqlite_database: str, home: Path, dbt: DbtRun) -> None:
    door, _password = make_home(password="a long password", url=sqlite_database)
    tell(door, commands_of(scenario))
    assert shown_otherwise(expected(scenario), door, home, dbt) == []


@pytest.mark.parametrize("scenario", ["whole_chain", pytest.param("worked_example_late_bill", marks=pytest.mark.soak)])
def test_marts_show_it_from_postgresql(scenario: str, postgres_database: str, home: Path, dbt: DbtRun) -> None:
    door, _password = make_home(password="a long password", url=postgres_database)
    tell(door, commands_of(scenario))
    assert shown_otherwise(expected(scenario)[-1:], door, home, dbt) == []


@pytest.mark.parametrize("scenario", STORIES)
def test_both_databases_hold_the_same_rows(
    scenario: str, sqlite_database: str, postgres_database: str, tmp_path: Path
) -> None:
    """Every row that the models read, so they show the same from either."""
    tables = [raw.name for raw in raw_tables() if raw.name != "database_identity"]
    found = []
    for url in (sqlite_database, postgres_database):
        door, _password = make_home(password="a long password", url=url, clock=SetClock(START))
        tell(door, commands_of(scenario))
        mirror = tmp_path / f"{len(found)}.duckdb"
        replicate(door.engine, mirror)
        door.engine.dispose()
        found.append(rows_of(mirror, tables))
    on_sqlite, on_postgresql = found
    assert sum(map(len, on_sqlite.values())) > 100
    assert [table for table in tables if on_sqlite[table] != on_postgresql[table]] == []


def expected(scenario: str) -> list[Any]:
    """Per business date the checks of the scenario."""
    stages: list[Any] = json.loads((FOLDER / f"{scenario}.expected.json").read_text())
    return stages


def shown_otherwise(stages: list[Any], door: Door, home: Path, dbt: DbtRun) -> list[str]:
    """What the marts show otherwise than the stages expect, after a refresh for the business date of each."""
    wrong = []
    for stage in stages:
        refresh(home, door.engine, as_of=date.fromisoformat(stage["as_of"]), dbt=dbt)
        with published_build(home).open("full") as connection:
            for check in stage["checks"]:
                found = [[written(value) for value in row] for row in connection.execute(check["sql"]).fetchall()]
                if found != check["rows"]:
                    wrong.append(f"{stage['as_of']} {check['sql']} expected {check['rows']} found {found}")
    return wrong


def test_every_scenario_says_what_it_expects() -> None:
    assert len(STORIES) >= 6
    assert {path.name.removesuffix(".expected.json") for path in FOLDER.glob("*.expected.json")} == set(STORIES)
