"""Runs a job of Dagster in this process, against the persistent instance in BIHUAN_HOME/dagster."""

import os
from functools import cache
from pathlib import Path

from dagster import DagsterInstance, ExecuteInProcessResult

from orchestration.dagster_home import prepared_environment
from orchestration.making import Making, RefreshFailed, handed_over

QUIET = {"console": {"config": {"log_level": "CRITICAL"}}}  # the run's own record has every event


def run_refresh_job(home: Path, making: Making) -> None:
    """Makes the build as a run of the job `refresh`; raises what stopped it."""
    with handed_over(making):
        done = run_job(home, "refresh")
    if making.error is not None:
        raise making.error
    if not done.success or making.manifest is None:
        raise RefreshFailed(_first_failure(done))


def run_job(home: Path, name: str) -> ExecuteInProcessResult:
    """Runs refresh, nightly or settle; a failed step is told by the result, not raised."""
    os.environ.update(prepared_environment(home))
    from orchestration.definitions import defs

    return defs.resolve_job_def(name).execute_in_process(
        instance=_instance(home), raise_on_error=False, run_config={"loggers": QUIET}
    )


@cache
def _instance(home: Path) -> DagsterInstance:
    return DagsterInstance.from_config(str(prepared_environment(home)["DAGSTER_HOME"]))


def _first_failure(done: ExecuteInProcessResult) -> str:
    for event in done.all_events:
        if event.is_failure and event.message:
            return event.message
    return "the run failed"
