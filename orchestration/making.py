"""A refresh while it runs: what its Dagster assets share. Begun by whoever runs the job, or by the run itself.

`bihuan refresh` and the warm worker begin a build and hand it over to the job that they run in their own process; a run
that is launched from Dagster's page, or by its schedule, begins one itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from orchestration.build import Build, begin_build, business_day, require_day
from orchestration.dbt_run import DbtRun
from orchestration.notice import tell
from orchestration.warehouse_folder import WarehouseFolder
from transactions.kernel.clock import Clock


class RefreshFailed(Exception):
    """The refresh stopped; the last good build is still published. The message is the reason."""


@dataclass
class Making:
    """One build on its way. error: why it stopped; manifest: what it became."""

    build: Build
    engine: Engine
    dbt: DbtRun
    full: bool = False
    all_tests: bool = False
    error: Exception | None = None
    manifest: dict[str, Any] | None = None


@dataclass(frozen=True)
class MakingOptions:
    """as_of: None for today. full: from nothing. all_tests: as nightly. wait: for another refresh to end."""

    as_of: date | None = None
    full: bool = False
    all_tests: bool = False
    wait: bool = False


_handed_over: list[Making] = []


@contextmanager
def handed_over(making: Making) -> Iterator[None]:
    """Within, runs in this process work on this build."""
    _handed_over.append(making)
    try:
        yield
    finally:
        _handed_over.pop()


@contextmanager
def making_of_run(options: MakingOptions) -> Iterator[Making]:
    """The build of a Dagster run: the one handed over, else one of its own, with lock and status."""
    if _handed_over:
        yield _handed_over[-1]
        return
    from transactions import open_home
    from transactions.kernel.home import home

    door = open_home()
    warehouse = WarehouseFolder.of_home(home())
    dbt = kept_dbt(warehouse.dbt)
    with warehouse.refresh_lock(wait=options.wait):
        warehouse.mend_pointer()
        as_of = require_day(door.engine, options.as_of) if options.as_of else business_day(door.engine, door.clock)
        with told(warehouse, door.clock, as_of):
            build = begin_build(warehouse, dbt, door.clock, as_of, full=options.full)
            making = Making(build, door.engine, dbt, options.full, options.all_tests)
            yield making
            if making.error is not None:
                raise making.error
            if making.manifest is None:
                raise RefreshFailed("the run ended before its build was published")


@contextmanager
def told(warehouse: WarehouseFolder, clock: Clock, as_of: date) -> Iterator[None]:
    """Writes the status file: running, then published, or failed with the reason (and raises `RefreshFailed`).

    The first failure after a success is told to whom the home names; `is_told` carries that through the streak.
    """
    was_told = bool(warehouse.status().get("is_told"))

    def write(state: str, reason: str, *, is_told: bool) -> None:
        published = warehouse.published_manifest() or {}
        warehouse.write_status(
            state=state,
            reason=reason,
            at=clock.now().isoformat(),
            as_of=as_of.isoformat(),
            build_id=published.get("build_id"),
            build_as_of=published.get("as_of"),
            is_told=is_told,
        )

    write("running", "", is_told=was_told)
    try:
        yield
    except BaseException as error:
        reason = str(error) if isinstance(error, RefreshFailed) else f"{type(error).__name__}: {error}"
        write("failed", reason, is_told=True)
        if not was_told:
            _tell_failure(warehouse, as_of, reason)
        if isinstance(error, Exception):
            raise RefreshFailed(reason) from error
        raise
    write("published", "", is_told=False)


def _tell_failure(warehouse: WarehouseFolder, as_of: date, reason: str) -> None:
    published = warehouse.published_manifest()
    shown = f"the boards show data as of {published['as_of']}" if published else "nothing is published yet"
    tell(warehouse.path.parent, "Bihuan: the refresh failed", f"The refresh of {as_of} failed; {shown}.\n\n{reason}")


@cache
def kept_dbt(folder: Path) -> DbtRun:
    """The parsed project, kept as long as the process lives."""
    return DbtRun(folder)
