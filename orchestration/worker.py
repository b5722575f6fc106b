"""The warm worker: looks every second whether rows were written and refreshes at once, as a run of Dagster.

Everything slow is done once, at its start: imports, dbt's parsed project, compiled engines. A refresh that failed is
tried again when something changes, or after a while. At the close of a period it settles cost.
"""

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from orchestration.build import business_day, is_up_to_date
from orchestration.dagster_refresh import run_job
from orchestration.dbt_run import DbtRun
from orchestration.known import make_asked
from orchestration.making import RefreshFailed, kept_dbt
from orchestration.refresh import Outcome, refresh
from orchestration.warehouse_folder import RefreshIsRunning, WarehouseFolder
from orchestration.worker_signs import sign_of_life
from transactions import Door, open_home
from transactions.kernel.home import home as home_folder

POLL_SECONDS = 1.0
RETRY_SECONDS = (5.0, 30.0, 120.0, 600.0)

log: Any = structlog.get_logger()


class Worker:
    """Polls one home. `once` looks once and says what it did: unchanged, published, failed, waiting or busy.

    as_run: refreshes are runs of Dagster; without, only the builds tell of them.
    """

    def __init__(
        self,
        home: Path,
        door: Door,
        *,
        dbt: DbtRun | None = None,
        as_run: bool = True,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.home, self.door, self.as_run, self.now = home, door, as_run, now
        self.warehouse = WarehouseFolder.of_home(home)
        self.dbt = dbt or kept_dbt(self.warehouse.dbt)
        self.failures = 0
        self.try_again_at = 0.0

    def once(self) -> str:
        """A refresh goes before what was asked about the past."""
        did = self._refresh_once()
        if did in ("unchanged", "waiting"):
            made = make_asked(self.home, self.door.clock.now(), self.dbt)
            if made:
                log.info("made what was known at past moments", answers=made)
        return did

    def _refresh_once(self) -> str:
        if self.now() < self.try_again_at:
            return "waiting"
        day = business_day(self.door.engine, self.door.clock)
        if is_up_to_date(self.warehouse, self.door.engine, self.dbt, day):
            return "unchanged"
        before = self.warehouse.published_manifest()
        try:
            outcome = refresh(self.home, self.door.engine, clock=self.door.clock, as_run=self.as_run, dbt=self.dbt)
        except RefreshIsRunning:
            return "busy"
        except RefreshFailed as failed:
            self.failures += 1
            wait = RETRY_SECONDS[min(self.failures, len(RETRY_SECONDS)) - 1]
            self.try_again_at = self.now() + wait
            log.error("refresh failed", reason=str(failed), again_in_seconds=wait)
            return "failed"
        self.failures = 0
        log.info("refreshed", state=outcome.state, build=outcome.build_id, seconds=outcome.manifest["seconds"])
        self._settle_closed_periods(before, outcome)
        return outcome.state

    def _settle_closed_periods(self, before: dict[str, Any] | None, outcome: Outcome) -> None:
        locked = set(outcome.manifest["locked_periods"]) - set((before or {}).get("locked_periods", []))
        if before is not None and locked:
            log.info("settling cost, periods were closed", periods=sorted(locked))
            run_job(self.home, "settle")


def main() -> int:
    """Runs until it is told to end."""
    going = [True]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_told: going.clear())
    worker = Worker(home_folder(), open_home())
    log.info("worker started", home=str(worker.home))
    while going:
        sign_of_life(worker.home)
        worker.once()
        time.sleep(POLL_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
