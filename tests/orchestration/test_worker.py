"""The worker refreshes when rows changed, waits after a failure, and says that it is alive."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.worker import Worker
from orchestration.worker_signs import should_refresh_instead, sign_of_life
from tests.orchestration.conftest import SmallHome
from transactions import Door


@pytest.fixture
def worker(small_home: SmallHome) -> Worker:
    """A worker over the small project, without Dagster's record of its refreshes."""
    door = Door(small_home.engine, small_home.clock)
    return Worker(small_home.path, door, dbt=small_home.dbt, as_run=False, now=lambda: clock[0])


clock = [0.0]


def test_it_refreshes_when_something_changed(worker: Worker, small_home: SmallHome) -> None:
    assert worker.once() == "published"
    assert worker.once() == "unchanged"
    small_home.add_unit("pcs")
    assert worker.once() == "published"


def test_after_a_failure_it_waits_and_tries_again(worker: Worker, small_home: SmallHome) -> None:
    clock[0] = 100.0
    small_home.add_unit("red")
    assert worker.once() == "failed"
    assert worker.once() == "waiting"
    clock[0] = 106.0
    assert worker.once() == "failed"
    clock[0] = 120.0
    assert worker.once() == "waiting"  # longer each time


def test_another_refresh_is_left_alone(worker: Worker, small_home: SmallHome) -> None:
    with small_home.warehouse.refresh_lock():
        assert worker.once() == "busy"


def test_dagster_steps_in_only_without_a_worker(worker: Worker, small_home: SmallHome) -> None:
    assert should_refresh_instead(small_home.path, small_home.dbt) is None
    sign_of_life(small_home.path)
    assert should_refresh_instead(small_home.path, small_home.dbt) == "the worker runs"
    (Path(small_home.path) / "warehouse" / "worker.alive").unlink()
    assert worker.once() == "published"
