"""A small warehouse, made by the real steps of a build over a dbt project of three tables, and a whole one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from orchestration.dbt_run import DbtRun
from orchestration.refresh import Outcome, refresh
from orchestration.warehouse_folder import WarehouseFolder
from tests.scenarios.story import commands_of, tell
from transactions import Door, make_home
from transactions.kernel.clock import SetClock
from transactions.master.tables import unit

SMALL_PROJECT = Path(__file__).with_name("small_project")


@dataclass
class SmallHome:
    """Its units become dim_unit: a unit named `red` breaks a structural test, `odd` another test, `broken` a proof."""

    path: Path
    engine: Engine
    clock: SetClock
    dbt: DbtRun
    next_id: int = 1

    @property
    def warehouse(self) -> WarehouseFolder:
        return WarehouseFolder.of_home(self.path)

    def add_unit(self, code: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(insert(unit).values(id=self.next_id, code=code, name=code))
        self.next_id += 1

    def refresh(self, on: date = date(2024, 5, 17), **how: Any) -> Outcome:
        return refresh(self.path, self.engine, clock=self.clock, dbt=self.dbt, **({"as_of": on} | how))


@pytest.fixture(scope="session")
def small_dbt(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    return DbtRun(tmp_path_factory.mktemp("dbt"), SMALL_PROJECT)


@pytest.fixture
def small_home(migrated_home: Path, small_dbt: DbtRun) -> Iterator[SmallHome]:
    clock = SetClock(datetime(2024, 5, 17, 8, tzinfo=UTC))
    door, _ = make_home(clock=clock)
    yield SmallHome(migrated_home, door.engine, clock, small_dbt)
    door.engine.dispose()


@dataclass(frozen=True)
class Chain:
    """The home of a company that went through the whole chain; its warehouse is as of its last day."""

    home: Path
    door: Door
    dbt: DbtRun
    last_day: date

    def refresh(self, on: date | None = None, **how: Any) -> Outcome:
        return refresh(self.home, self.door.engine, as_of=on or self.last_day, dbt=self.dbt, **how)


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, dbt: DbtRun) -> Iterator[Chain]:
    """Told in three parts, with a build after each."""
    home = tmp_path_factory.mktemp("chain")
    shutil.copyfile(migrated_sqlite, home / "bihuan.sqlite")
    door, _ = make_home(url=f"sqlite:///{home / 'bihuan.sqlite'}")
    commands = commands_of("whole_chain")
    days = [date(2026, 3, 2), date(2026, 3, 10), date(2026, 4, 30)]
    chain = Chain(home, door, dbt, days[-1])
    size = -(-len(commands) // len(days))
    for step, day in enumerate(days):
        tell(door, commands[step * size : (step + 1) * size])
        chain.refresh(day)
    yield chain
    door.engine.dispose()
