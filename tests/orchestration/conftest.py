"""A home with a small warehouse: the real steps of a build, over a dbt project of three tables."""

from __future__ import annotations

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
from transactions import make_home
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
