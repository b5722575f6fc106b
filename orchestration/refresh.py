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
    Build,
    begin_build,
    business_day,
    is_up_to_date,
    publish,
    replicate_rows,
    run_models,
    run_tests,
    take_proofs,
)
from orchestration.dbt_run import DbtRun
from orchestration.warehouse_folder import WarehouseFolder
from transactions.kernel.clock import Clock, SystemClock


@dataclass(frozen=True)
class Outcome:
    """state: published or unchanged. build_id: of the build that is published now."""

    state: str
    build_id: str
    as_of: date
    manifest: dict[str, Any]


class RefreshFailed(Exception):
    """The refresh stopped; the last good build is still published. The message is the reason."""


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
    dbt: DbtRun | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Outcome:
    """Makes and publishes a build unless it would be the published one again.

    as_of: business date, by default today of the first company. full: from nothing instead of from the last good
    build. all_tests: every test and every column's checksum, as nightly. force: also when nothing changed. wait: for
    another refresh to end, else `RefreshIsRunning`. Any failure of a step is a `RefreshFailed`.
    """
    clock = clock or SystemClock()
    warehouse = WarehouseFolder.of_home(home)
    dbt = dbt or DbtRun(warehouse.dbt)
    with warehouse.refresh_lock(wait=wait):
        day = as_of or business_day(engine, clock)
        if not (full or force or all_tests) and is_up_to_date(warehouse, engine, dbt, day):
            manifest = warehouse.published_manifest()
            assert manifest is not None
            return Outcome("unchanged", manifest["build_id"], day, manifest)
        with told(warehouse, clock, day):
            progress("copy")
            build = begin_build(warehouse, dbt, clock, day, full=full)
            manifest = make(build, engine, dbt, full=full, all_tests=all_tests, progress=progress)
        return Outcome("published", build.build_id, day, manifest)


def make(
    build: Build,
    engine: Engine,
    dbt: DbtRun,
    *,
    full: bool = False,
    all_tests: bool = False,
    progress: Callable[[str], None] = lambda step: None,
) -> dict[str, Any]:
    """All steps of a build that was begun; returns its manifest."""
    progress("replicate")
    replicate_rows(build, engine, full=full, check_all=all_tests)
    progress("models")
    run_models(build, dbt)
    progress("tests")
    run_tests(build, dbt, all_tests=all_tests)
    progress("proofs")
    take_proofs(build)
    progress("publish")
    return publish(build, dbt)


class told:
    """Writes the status file: running, then published or failed with the reason."""

    def __init__(self, warehouse: WarehouseFolder, clock: Clock, as_of: date) -> None:
        self.warehouse, self.clock, self.as_of = warehouse, clock, as_of

    def __enter__(self) -> None:
        self._write("running", "")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _where: object) -> None:
        if error is None:
            self._write("published", "")
            return
        reason = f"{type(error).__name__}: {error}"
        self._write("failed", reason)
        if isinstance(error, Exception):
            raise RefreshFailed(reason) from error

    def _write(self, state: str, reason: str) -> None:
        published = self.warehouse.published_manifest() or {}
        self.warehouse.write_status(
            state=state,
            reason=reason,
            at=self.clock.now().isoformat(),
            as_of=self.as_of.isoformat(),
            build_id=published.get("build_id"),
            build_as_of=published.get("as_of"),
        )
