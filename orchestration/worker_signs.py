"""The worker's sign of life: a file that it touches, so that Dagster's sensor steps in only while no worker runs."""

import time
from pathlib import Path

from orchestration.build import business_day, is_up_to_date
from orchestration.dbt_run import DbtRun
from orchestration.warehouse_folder import WarehouseFolder

STALE_SECONDS = 90


def sign_of_life(home: Path) -> None:
    """Says that the worker runs."""
    path = home / "warehouse" / "worker.alive"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def worker_is_alive(home: Path) -> bool:
    try:
        return time.time() - (home / "warehouse" / "worker.alive").stat().st_mtime < STALE_SECONDS
    except FileNotFoundError:
        return False


def should_refresh_instead(home: Path, dbt: DbtRun) -> str | None:
    """None if a refresh is due and no worker makes it; else why not."""
    from transactions import open_home

    if worker_is_alive(home):
        return "the worker runs"
    door = open_home()
    try:
        if is_up_to_date(WarehouseFolder.of_home(home), door.engine, dbt, business_day(door.engine, door.clock)):
            return "nothing changed"
    finally:
        door.engine.dispose()
    return None
