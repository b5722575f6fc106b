"""A refresh: from the rows of the system of record to a published build, or a sentence why not.

The steps are those of `orchestration.build`; a status file says how it went, the published build stays when it fails.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from orchestration.build import (
    begin_build,
    business_day,
    is_up_to_date,
    publish,
    replicate_rows,
    require_day,
    run_models,
    run_tests,
    take_proofs,
)
from orchestration.dbt_run import DbtRun
from orchestration.making import Making, RefreshFailed, kept_dbt, told
from orchestration.warehouse_folder import RefreshIsRunning, WarehouseFolder
from transactions.kernel.clock import Clock, SystemClock

__all__ = ["Outcome", "RefreshFailed", "RefreshIsRunning", "refresh"]


@dataclass(frozen=True)
class Outcome:
    """state: published or unchanged. build_id: of the build that is published now."""

    state: str
    build_id: str
    as_of: date
    manifest: dict[str, Any]


def refresh(
    home: Path,
    engine: Engine,
    *,
    clock: Clock | None = None,
    as_of: date | None = None,
    full: bool = False,
    all_tests: bool = False,
    force: bool = False,
    wait: bool = False,
    as_run: bool = False,
    dbt: DbtRun | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Outcome:
    """Makes and publishes a build unless it would be the published one again.

    as_of: business date, by default today of the first company. full: from nothing instead of from the last good
    build. all_tests: every test and every column's checksum, as nightly. force: also when nothing changed. wait: for
    another refresh to end, else `RefreshIsRunning`. as_run: as a run of Dagster, seen on its page. Any failure of a
    step is a `RefreshFailed`; a day without a build is `NoDayOfABuild`.
    """
    clock = clock or SystemClock()
    warehouse = WarehouseFolder.of_home(home)
    dbt = dbt or kept_dbt(warehouse.dbt)
    with warehouse.refresh_lock(wait=wait):
        warehouse.mend_pointer()
        day = require_day(engine, as_of) if as_of else business_day(engine, clock)
        if not (full or force or all_tests) and is_up_to_date(warehouse, engine, dbt, day):
            manifest = warehouse.published_manifest()
            assert manifest is not None
            return Outcome("unchanged", manifest["build_id"], day, manifest)
        with told(warehouse, clock, day):
            build = begin_build(warehouse, dbt, clock, day, full=full, progress=progress)
            making = Making(build, engine, dbt, full, all_tests)
            if as_run:
                from orchestration.dagster_refresh import run_refresh_job

                run_refresh_job(home, making)
            else:
                _make(making)
        assert making.manifest is not None
        return Outcome("published", build.build_id, day, making.manifest)


def _make(making: Making) -> None:
    """The same steps without Dagster's record of them."""
    build, dbt = making.build, making.dbt
    replicate_rows(build, making.engine, full=making.full, check_all=making.all_tests)
    run_models(build, dbt)
    run_tests(build, dbt, all_tests=making.all_tests)
    take_proofs(build)
    making.manifest = publish(build, dbt)
