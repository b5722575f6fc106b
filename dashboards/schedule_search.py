"""Looking for a better schedule beside the server: started from the board, watched, stopped, its result kept.

The search runs in a process of its own on one thread, after everything else that wants the processor; one at a time,
so that whoever else looks at boards notices nothing. What it finds is kept for its build and seen by all planners.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from threading import Lock, Thread
from time import monotonic
from typing import IO, Any

import polars as pl

from dashboards.edition import Edition
from dashboards.schedule_facts import schedule_facts
from transactions.kernel.refusal import Refusal

LEAST_SECONDS, USUAL_SECONDS, MOST_SECONDS = 5, 30, 600
KEPT = 8
EPOCH = datetime.combine(date(1970, 1, 1), time())
STATES = ("searching", "done", "stopped", "failed")
OPERATIONS = {"operation_id": pl.Int64, "start": pl.Int64, "end": pl.Int64, "machine": pl.Int64, "held": pl.String}


class AnotherSearchRuns(Refusal):
    """One search at a time; the rule says whose."""

    status = 409


@dataclass
class ScheduleSearch:
    """One search. by: who started it. found: the objective of each better order, the first is where it began.

    operations: of the schedule that was found: work_order_operation_id, start, end (moments on the company's clock),
    machine_number. orders: work_order_id, end, is_late. is_best: there is no better one.
    """

    by: str
    seconds: int
    began: float = field(default_factory=monotonic)
    took: float = 0.0
    state: str = "searching"
    found: list[int] = field(default_factory=list)
    bound: int | None = None
    operations: pl.DataFrame | None = None
    orders: pl.DataFrame | None = None
    is_best: bool = False
    failure: str = ""
    process: "subprocess.Popen[str] | None" = None

    @property
    def elapsed(self) -> float:
        return self.took or monotonic() - self.began

    @property
    def gain(self) -> float:
        """By which share what is minimised has become less."""
        return 1 - self.found[-1] / self.found[0] if self.found and self.found[0] else 0.0


_searches: dict[tuple[str, int], ScheduleSearch] = {}
_lock = Lock()


def search_of(edition: Edition, company: int) -> ScheduleSearch | None:
    """The last search from this build."""
    return _searches.get((edition.build_id, company))


def start_search(edition: Edition, company: int, seconds: int, by: str) -> ScheduleSearch:
    """Begin to look for a better schedule than the build's; raises `AnotherSearchRuns`."""
    facts = schedule_facts(edition, company)
    order: dict[str, Any] = {
        name: value.to_dict(as_series=False) if isinstance(value, pl.DataFrame) else value
        for name, value in vars(facts).items()
    }
    with _lock:
        running = next((each for each in _searches.values() if each.state == "searching"), None)
        if running is not None:
            raise AnotherSearchRuns("a search runs already", field="by", value=running.by)
        search = ScheduleSearch(by, min(max(seconds, LEAST_SECONDS), MOST_SECONDS))
        search.process = subprocess.Popen(
            [sys.executable, "-m", "dashboards.schedule_process"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=_environment(),
        )  # fmt: skip
        _searches.pop((edition.build_id, company), None)
        _searches[edition.build_id, company] = search
        for key in list(_searches)[:-KEPT]:
            del _searches[key]
    Thread(target=_follow, args=(search, order | {"seconds": search.seconds}), daemon=True).start()
    return search


def stop_search(search: ScheduleSearch) -> None:
    """End it; what it found is dropped, the schedule stays as it is."""
    if search.state == "searching" and search.process is not None:
        search.state = "stopped"
        search.process.kill()


def forget_search(edition: Edition, company: int) -> None:
    """Drop what was found."""
    with _lock:
        search = _searches.get((edition.build_id, company))
        if search is not None and search.state != "searching":
            del _searches[edition.build_id, company]


def improved_operations(edition: Edition, company: int, search: ScheduleSearch) -> pl.DataFrame:
    """The operations still to do with the times of both schedules: planned_start, planned_end, machine of the build's;
    start_then, end_then, machine_then of the one that was found; is_late_then of the order."""
    assert search.operations is not None
    assert search.orders is not None
    rows = edition.rows(
        """select work_order_operation_id, work_order_id, work_order_number, sequence, item_code, item_name,
            work_center_code, machine_number, subcontractor_code, planned_start, planned_end, due_date, is_late
        from marts.fct_schedule where company_id = ? and operation_state <> 'done'""",
        [company],
    )
    then = search.operations.select(
        "work_order_operation_id", "held", start_then="start", end_then="end", number_then="machine_number"
    )
    late = search.orders.select("work_order_id", is_late_then="is_late")
    place = [
        pl.concat_str("work_center_code", pl.col(number).cast(pl.String), separator=" ", ignore_nulls=True)
        for number in ("machine_number", "number_then")
    ]
    outside = pl.col("subcontractor_code")
    return (
        rows.join(then, on="work_order_operation_id")
        .join(late, on="work_order_id")
        .with_columns(
            machine=pl.coalesce(outside, place[0]), machine_then=pl.coalesce(outside, place[1])
        )
        .drop("number_then")
        .sort("start_then", "work_center_code", "work_order_id", "sequence")
    )  # fmt: skip


def improved_orders(edition: Edition, company: int, search: ScheduleSearch) -> pl.DataFrame:
    """One row per order, what gains most first: work_order_id, work_order_number, item_code, due_date, order_end and
    order_end_then (moments), days_late and days_late_then (working days), days_gained."""
    operations = improved_operations(edition, company, search)
    worked = edition.rows(
        "select calendar_date, working_day_number from marts.dim_date where company_id = ?", [company]
    )
    days = dict(worked.iter_rows())
    late = edition.rows(
        "select distinct work_order_id, days_late from marts.fct_schedule where company_id = ?", [company]
    )
    orders = (
        operations.group_by("work_order_id")
        .agg(
            pl.col("work_order_number", "item_code", "due_date", "is_late_then").first(),
            order_end=pl.col("planned_end").max(), order_end_then=pl.col("end_then").max(),
        )
        .join(late, on="work_order_id")
    )  # fmt: skip
    # What ends at midnight ends on the day before.
    ends = orders.select((pl.col("order_end_then") - pl.duration(minutes=1)).dt.date()).to_series()
    rows = [
        days.get(end, 0) - days.get(due, 0) if is_late else 0
        for end, due, is_late in zip(ends, orders["due_date"], orders["is_late_then"], strict=True)
    ]
    return (
        orders.with_columns(days_late_then=pl.Series(rows, dtype=pl.Int64))
        .with_columns(days_gained=pl.col("days_late") - pl.col("days_late_then"))
        .sort("days_gained", "work_order_id", descending=[True, False])
    )


def _environment() -> dict[str, str]:
    kept = ("PATH", "LANG", "TZ", "HOME", "PYTHONPATH", "NUMBA_CACHE_DIR", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"POLARS_MAX_THREADS": "1"}


def _follow(search: ScheduleSearch, order: Mapping[str, Any]) -> None:
    """Hand the facts over and take in what the process says, until it ends."""
    process = search.process
    assert process is not None
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    complaints: list[str] = []
    listening = Thread(target=_take_complaints, args=(process.stderr, complaints), daemon=True)
    listening.start()
    try:
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.close()
        for line in process.stdout:
            _take(search, json.loads(line))
    except (BrokenPipeError, ValueError) as failure:
        complaints.append(str(failure))
    process.wait()
    listening.join(timeout=1)
    search.took = monotonic() - search.began
    if search.state == "searching":
        search.state = "failed" if search.operations is None else "done"
        search.failure = complaints[-1].strip() if complaints else ""


def _take_complaints(stream: IO[str], complaints: list[str]) -> None:
    complaints.extend(line for line in stream if line.strip())


def _take(search: ScheduleSearch, line: Mapping[str, Any]) -> None:
    if "started" in line:
        search.began = monotonic()
        return
    if "found" in line:
        search.found.append(int(line["found"]))
        search.bound = int(line["bound"])
        return
    made = line["schedule"]
    search.is_best = bool(made["is_best"])
    search.orders = pl.DataFrame(
        made["jobs"], schema={"job_id": pl.Int64, "end": pl.Int64, "is_late": pl.Boolean}
    ).select("is_late", work_order_id="job_id", end=_moment("end"))  # fmt: skip
    search.operations = pl.DataFrame(made["operations"], schema=OPERATIONS).select(
        "held", work_order_operation_id="operation_id", start=_moment("start"), end=_moment("end"),
        machine_number=pl.col("machine") + 1,
    )  # fmt: skip


def _moment(column: str) -> pl.Expr:
    return pl.lit(EPOCH) + pl.duration(minutes=pl.col(column))


__all__ = [
    "LEAST_SECONDS", "MOST_SECONDS", "USUAL_SECONDS", "AnotherSearchRuns", "ScheduleSearch", "forget_search",
    "improved_operations", "improved_orders", "search_of", "start_search", "stop_search",
]  # fmt: skip
