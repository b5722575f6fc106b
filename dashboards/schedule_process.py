"""The process that looks for a better schedule: reads facts, answers lines of JSON, takes the processor last.

Lines: {"started": true} when it begins to look, {"found": objective, "bound": least possible} for each better order, at
the end {"schedule": …}.
"""

import json
import os
import resource
import sys
from typing import Any

NICENESS = 10
SPARE_SECONDS = 60  # of processor time, for what comes before and after the search
TRIES, PLACEMENTS = 50_000, 40_000_000
FOREVER = 1e9  # deterministic seconds: the clock ends the search


def said(**line: Any) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> int:
    order = json.loads(sys.stdin.readline())
    seconds = int(order.pop("seconds"))
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + SPARE_SECONDS, seconds + SPARE_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import polars as pl

    from dbt_project.engines.scheduling import ScheduleInput, Search, schedule

    frames = {name: pl.DataFrame(value) for name, value in order.items() if isinstance(value, dict)}
    facts = ScheduleInput(**order | frames)
    said(started=True)
    found = schedule(
        facts,
        exchanges=min(TRIES, PLACEMENTS // max(facts.operations.height, 1)),
        search=Search(
            FOREVER, wall_seconds=seconds, is_interleaved=False,
            told=lambda objective, bound: said(found=objective, bound=bound),
        ),
    )  # fmt: skip
    said(
        schedule={
            "operations": found.operations.select("operation_id", "start", "end", "machine", "held").to_dict(
                as_series=False
            ),
            "jobs": found.jobs.select("job_id", "end", "is_late").to_dict(as_series=False),
            "is_best": found.is_best,
        }
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
