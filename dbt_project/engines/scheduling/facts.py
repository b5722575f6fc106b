"""What a schedule is made from: one company's open operations, their jobs, work centres and working times.

Times are whole units (minutes in Bihuan) on one axis; a day is `day_length` units. Identifiers may be integers or text,
the same type in every frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

RULES = ("earliest_due_date", "critical_ratio", "least_slack", "shortest_operation", "most_work_remaining")
DAY = 1440

# Column → type; None leaves an identifier's type as it came.
Columns = Mapping[str, "type[pl.DataType] | None"]

OPERATION_COLUMNS: Columns = {
    "operation_id": None,
    "job_id": None,
    "sequence": pl.Int64,
    "work_center_id": None,
    "setup": pl.Int64,
    "run": pl.Int64,
    "queue": pl.Int64,
    "pinned_start": pl.Int64,
    "planned_start": pl.Int64,
}
JOB_COLUMNS: Columns = {"job_id": None, "release": pl.Int64, "due": pl.Int64, "weight": pl.Int64}
WORK_CENTER_COLUMNS: Columns = {"work_center_id": None, "machine_count": pl.Int64, "calendar_id": None}
LINK_COLUMNS: Columns = {"before_job_id": None, "job_id": None}
CALENDAR_COLUMNS: Columns = {"calendar_id": None, "start": pl.Int64, "end": pl.Int64}

# What stands in for a column that is left out or a value that is missing; None: stays missing.
DEFAULTS: Mapping[str, int | None] = {
    "setup": 0, "queue": 0, "pinned_start": None, "planned_start": None, "release": None, "due": None, "weight": 1,
    "machine_count": 1, "calendar_id": None,
}  # fmt: skip


class SchedulingFactIsInvalid(ValueError):
    """A frame lacks a column, or a value lies outside what a schedule understands; the message names frame, column and
    value."""


def _frame() -> pl.DataFrame:
    return pl.DataFrame()


@dataclass(frozen=True)
class ScheduleInput:
    """Everything one schedule depends on. The same input gives the same schedule, unit for unit.

    start: the moment it is made for; nothing that is not held starts earlier.
    operations: what is still to do, one row per operation. sequence orders the operations of a job; setup + run is how
        long a machine is taken; queue is how long, in working time of its work centre, it lies there before that, from
        the end of the operation before or the release of the job. pinned_start: the planner said when; planned_start:
        when the approved plan has it, which holds inside the frozen time.
    jobs: release (nothing of it starts earlier; null: start), due (null: never late), weight (how much a unit of
        lateness counts, ≥ 1).
    work_centers: machine_count machines side by side, 0 for as many as are asked for (work done outside); calendar_id
        null: open around the clock.
    calendars: the working times [start, end) of each calendar. Work stops outside and goes on after. After the last of
        its times a calendar is open around the clock, which a finding says of whoever comes so far.
    links: a job begins when the job before it (before_job_id) has ended: what makes its parts. Links that go in a
        circle do not count, and a finding says so.
    frozen: operations whose planned_start lies in [start, start + frozen) stay there.
    objective: makespan (the end of all work) or lateness (weight × units late, a hundred times the sum of the ends).
    keeps_order: all work centres take the jobs in one order, none overtakes (a line).
    """

    start: int
    operations: pl.DataFrame
    work_centers: pl.DataFrame
    jobs: pl.DataFrame = field(default_factory=_frame)
    calendars: pl.DataFrame = field(default_factory=_frame)
    links: pl.DataFrame = field(default_factory=_frame)
    frozen: int = 0
    day_length: int = DAY
    objective: Literal["lateness", "makespan"] = "lateness"
    keeps_order: bool = False

    def conformed(self) -> ScheduleInput:
        """The same facts with every column present and of its type, every job with a row. Raises
        SchedulingFactIsInvalid."""
        operations = _conformed("operations", self.operations, OPERATION_COLUMNS)
        job_type, center_type = operations.schema["job_id"], operations.schema["work_center_id"]
        jobs = _conformed("jobs", self.jobs, JOB_COLUMNS, {"job_id": job_type})
        centers = _conformed("work_centers", self.work_centers, WORK_CENTER_COLUMNS, {"work_center_id": center_type})
        ids = {"calendar_id": centers.schema["calendar_id"]}
        calendars = _conformed("calendars", self.calendars, CALENDAR_COLUMNS, ids)
        missing = operations.select("job_id").unique(maintain_order=True).join(jobs, on="job_id", how="anti")
        jobs = pl.concat([jobs, missing], how="diagonal").with_columns(
            release=pl.col("release").fill_null(self.start).clip(lower_bound=self.start),
            weight=pl.col("weight").fill_null(1),
        )
        links = _conformed("links", self.links, LINK_COLUMNS, {"job_id": job_type, "before_job_id": job_type})
        checked = ScheduleInput(
            self.start, operations.sort("job_id", "sequence", maintain_order=True), centers.sort("work_center_id"),
            jobs.sort("job_id"), calendars.sort("calendar_id", "start", "end"),
            links.unique().sort("before_job_id", "job_id"), self.frozen, self.day_length,
            self.objective, self.keeps_order,
        )  # fmt: skip
        checked._check()
        return checked

    def _check(self) -> None:
        for name, frame, key in (
            ("operations", self.operations, ["operation_id"]),
            ("operations", self.operations, ["job_id", "sequence"]),
            ("jobs", self.jobs, ["job_id"]),
            ("work_centers", self.work_centers, ["work_center_id"]),
        ):
            twice = frame.filter(frame.select(key).is_duplicated()) if frame.height else frame
            if twice.height:
                raise SchedulingFactIsInvalid(f"{name}: {key} {twice.select(key).row(0)} stands twice")
        for name, frame, column, least in (
            ("operations", self.operations, "setup", 0),
            ("operations", self.operations, "run", 0),
            ("operations", self.operations, "queue", 0),
            ("work_centers", self.work_centers, "machine_count", 0),
            ("jobs", self.jobs, "weight", 1),
        ):
            wrong = frame.filter(pl.col(column).is_null() | (pl.col(column) < least))
            if wrong.height:
                raise SchedulingFactIsInvalid(f"{name}.{column}: {wrong[column][0]} is not {least} or more")
        lost = self.operations.join(self.work_centers, on="work_center_id", how="anti")
        if lost.height:
            raise SchedulingFactIsInvalid(f"operations.work_center_id: {lost['work_center_id'][0]!r} is no work centre")
        wrong = self.calendars.filter(pl.col("end") <= pl.col("start"))
        if wrong.height:
            raise SchedulingFactIsInvalid(f"calendars.end: {wrong['end'][0]} is not after start {wrong['start'][0]}")


def _conformed(
    name: str, frame: pl.DataFrame, columns: Columns, ids: Mapping[str, pl.DataType] | None = None
) -> pl.DataFrame:
    kinds = {column: kind or (ids or {}).get(column) for column, kind in columns.items()}
    if frame.width == 0:
        return pl.DataFrame(schema={column: kind or pl.Int64 for column, kind in kinds.items()})
    made = []
    for column, kind in kinds.items():
        if column not in frame.columns and column not in DEFAULTS:
            raise SchedulingFactIsInvalid(f"{name} has no column {column}")
        value = pl.col(column) if column in frame.columns else pl.lit(None)
        if kind is None and (column not in frame.columns or frame.schema[column] == pl.Null):
            kind = pl.Int64
        value = value if kind is None else value.cast(kind)
        default = DEFAULTS.get(column)
        made.append((value if default is None else value.fill_null(default)).alias(column))
    return frame.select(made)
