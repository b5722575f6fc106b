"""The mirror taken back to a past moment is the mirror that was replicated at that moment, row by row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

import ingestion.replication.refresh as replication
from ingestion.replication import replicate_here
from ingestion.replication.columns import raw_tables
from ingestion.replication.past import NothingWasRecorded, write_past_mirror
from tests.ingestion.mirror_rows import rows_of
from tests.scenarios.story import STORIES, commands_of
from transactions import Door, make_home
from transactions.kernel.clock import SetClock

START = datetime(2026, 6, 15, 9, tzinfo=UTC)
NOT_KEPT = {"row_tombstone", "number_series"}  # what a counter was is nobody's question
TABLES = sorted({table.name for table in raw_tables()} - NOT_KEPT)
ALSO_ON_POSTGRESQL = ("made_and_corrected", "returns_and_notes")
ON_SQLITE_ONLY = ("locked_period", "money_of_two_kinds", "rejected_inspection", "taken_back_and_shared", "whole_chain")
TOLD_EACH_TIME = (*ALSO_ON_POSTGRESQL, *ON_SQLITE_ONLY)


def bring(door: Door, file: Path) -> Path:
    door.engine.dispose()  # this process's SQLite and the driver's do not see each other's locks
    replicate_here(replication.source_of(door.engine), file)
    return file


def take_back(now: Path, past: Path, moment: datetime) -> None:
    with duckdb.connect(str(past)) as file:
        write_past_mirror(now, file, moment, TABLES)


@pytest.mark.parametrize("scenario", ON_SQLITE_ONLY)
def test_every_moment_of_a_story_comes_back(scenario: str, migrated_sqlite_database: str, tmp_path: Path) -> None:
    come_back(scenario, migrated_sqlite_database, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("scenario", sorted(set(STORIES) - set(TOLD_EACH_TIME)))
def test_every_moment_of_the_other_stories_comes_back(
    scenario: str, migrated_sqlite_database: str, tmp_path: Path
) -> None:
    come_back(scenario, migrated_sqlite_database, tmp_path)


@pytest.mark.parametrize("scenario", ALSO_ON_POSTGRESQL)
def test_every_moment_comes_back_on_postgresql(scenario: str, migrated_postgres_database: str, tmp_path: Path) -> None:
    come_back(scenario, migrated_postgres_database, tmp_path)


def come_back(scenario: str, database_url: str, tmp_path: Path) -> None:
    clock = SetClock(START)
    door, _password = make_home(password="a long password", url=database_url, clock=clock)
    commands = commands_of(scenario)
    step = max(1, len(commands) // 3)
    then: dict[datetime, Path] = {}
    for number, command in enumerate(commands, start=1):
        door.execute(command["command"], command["data"], "administrator", command["key"])
        if number % step == 0 and number < len(commands):
            then[clock.moment] = bring(door, tmp_path / f"{number}.duckdb")
        clock.moment += timedelta(minutes=7)
    now = bring(door, tmp_path / "now.duckdb")
    door.engine.dispose()
    for number, (moment, file) in enumerate(then.items()):
        past = tmp_path / f"past{number}.duckdb"
        take_back(now, past, moment)
        expected, found = rows_of(file, TABLES), rows_of(past, TABLES)
        assert [(table, expected[table], found[table]) for table in TABLES if expected[table] != found[table]] == []


def test_before_the_first_command_nothing_was_known(migrated_sqlite_database: str, tmp_path: Path) -> None:
    clock = SetClock(START)
    door, _password = make_home(password="a long password", url=migrated_sqlite_database, clock=clock)
    door.execute("create_company", {"code": "B", "name": "B", "currency": "USD"}, "administrator")
    now = bring(door, tmp_path / "now.duckdb")
    door.engine.dispose()
    with pytest.raises(NothingWasRecorded, match="2026-06-15"):
        take_back(now, tmp_path / "past.duckdb", START - timedelta(days=1))


def test_a_clock_that_was_put_back_harms_nothing(migrated_sqlite_database: str, tmp_path: Path) -> None:
    """A story told with the times at which it happened, after users were made on the present clock."""
    clock = SetClock(START)
    door, _password = make_home(password="a long password", url=migrated_sqlite_database, clock=clock)
    user = {"username": "ann", "password": "a long password", "roles": ["buyer"]}
    door.execute("create_user", user, "administrator")
    clock.moment = START - timedelta(days=900)
    door.execute("create_company", {"code": "B", "name": "B", "currency": "USD"}, "administrator")
    for code in ("A", "C"):
        clock.moment += timedelta(days=10)
        item = {"code": code, "name": code, "unit": f"unit {code}", "kind": "bought"}
        door.execute("create_item", item, "administrator")
    now = bring(door, tmp_path / "now.duckdb")
    door.engine.dispose()
    take_back(now, tmp_path / "past.duckdb", START - timedelta(days=889))
    rows = rows_of(tmp_path / "past.duckdb", ["item", "unit", "company"])
    assert [row[1] for row in rows["item"]] == ["A"]
    assert [row[1] for row in rows["unit"]] == ["unit A"]
    assert len(rows["company"]) == 1
