"""The open work of a company as a schedule's facts: orders are jobs, work centres have hours and breaks, what is done
outside takes its lead time."""

from __future__ import annotations

from datetime import date

import polars as pl

from dbt_project.engines.scheduling.facts import DAY, ScheduleInput

FROZEN_DAYS = 2
SPANS = {"calendar_id": pl.String, "start": pl.Int64, "end": pl.Int64}
OUTSIDE = 0  # the work centre of all that is outside for a lead time; at work centres of our own ids are above that


def open_work(
    operations: pl.DataFrame, hours: pl.DataFrame, days: pl.DataFrame, supplies: pl.DataFrame, as_of: date
) -> ScheduleInput:
    """What is still to do, from the day as_of on; no order begins before its parts are there. Moments are minutes since
    1970-01-01 00:00 on the company's clock.

    operations: work_order_operation_id, work_order_id, sequence, work_center_id, subcontractor_id, outside_days_left
        (working days until it is back; null: it takes its minutes in the hours of its work centre), setup, run (minutes
        left), pinned_minute, planned_start_minute, start_date, due_date (of the order).
    hours: work_center_id, machine_count, opens_at_minute, minutes_per_machine, breaks (as 720-780,900-915, or null).
    days: calendar_date of the working days. supplies: work_order_id, before_work_order_id (who makes the parts) or
        material_date (when they come).
    Work done outside by minutes has a work centre of its own, minus the id, with as many machines as are asked for.
    """
    takes_days = pl.col("subcontractor_id").is_not_null() & pl.col("outside_days_left").is_not_null()
    left = operations.with_columns(
        work_center_id=where_done("outside_days_left"),
        setup=pl.when(takes_days).then(pl.lit(0)).otherwise(pl.col("setup")),
        run=pl.when(takes_days).then(pl.col("outside_days_left") * DAY).otherwise(pl.col("run")),
    )
    worked = [_minute(day) for day in days.filter(pl.col("calendar_date") >= as_of)["calendar_date"].to_list()]
    whole_day = pl.DataFrame(
        {"work_center_id": [OUTSIDE], "machine_count": [0], "opens_at_minute": [0], "minutes_per_machine": [DAY],
         "breaks": [None]}, schema_overrides={"breaks": pl.String},
    )  # fmt: skip
    own = hours.select(pl.col(name).cast(kind) for name, kind in whole_day.schema.items())
    centers = pl.concat(
        [whole_day, own, own.with_columns(-pl.col("work_center_id"), machine_count=pl.lit(0, pl.Int64))]
    )
    centers = centers.with_columns(
        calendar_id=pl.concat_str("opens_at_minute", "minutes_per_machine", "breaks", separator="/", ignore_nulls=True)
    )
    spans = [
        (calendar, day + begin, day + end)
        for calendar, opens, minutes, breaks in centers.select(
            "calendar_id", "opens_at_minute", "minutes_per_machine", "breaks"
        ).unique().sort("calendar_id").iter_rows()
        for begin, end in spans_of_a_day(opens, minutes, breaks)
        for day in worked
    ]  # fmt: skip
    return ScheduleInput(
        start=_minute(as_of),
        operations=left.select(
            "work_center_id", "sequence", "setup", "run", operation_id="work_order_operation_id",
            job_id="work_order_id", pinned_start="pinned_minute", planned_start="planned_start_minute",
        ),
        jobs=left.group_by("work_order_id").agg(pl.col("start_date").first(), pl.col("due_date").first()).join(
            supplies.group_by("work_order_id").agg(pl.col("material_date").max()), on="work_order_id", how="left"
        ).select(
            job_id="work_order_id",
            release=pl.max_horizontal("start_date", "material_date").to_physical().cast(pl.Int64) * DAY,
            due=(pl.col("due_date").to_physical().cast(pl.Int64) + 1) * DAY,
        ),
        work_centers=centers.select("work_center_id", "machine_count", "calendar_id"),
        calendars=pl.DataFrame(spans, schema=SPANS, orient="row"),
        links=supplies.filter(pl.col("before_work_order_id").is_not_null()).select(
            before_job_id="before_work_order_id", job_id="work_order_id"
        ),
        frozen=FROZEN_DAYS * DAY,
    )  # fmt: skip


def where_done(outside_days: str) -> pl.Expr:
    """The work centre of an operation as a schedule knows it, from work_center_id, subcontractor_id and the column of
    the working days that it is outside."""
    is_outside = pl.col("subcontractor_id").is_not_null()
    return (
        pl.when(is_outside & pl.col(outside_days).is_not_null())
        .then(pl.lit(OUTSIDE, pl.Int64))
        .when(is_outside)
        .then(-pl.col("work_center_id"))
        .otherwise(pl.col("work_center_id"))
    )


def spans_of_a_day(opens_at: int, minutes: int, breaks: str | None) -> list[tuple[int, int]]:
    """The working times of a machine, minutes after midnight: so many minutes from opening on, around the breaks."""
    spans, at, left = [], opens_at, minutes
    for text in (breaks or "").split(","):
        if not text or left <= 0:
            continue
        begin, end = (int(part) for part in text.split("-"))
        if begin >= at + left:
            break
        if begin > at:
            spans.append((at, begin))
            left -= begin - at
        at = end
    if left > 0:
        spans.append((at, at + left))
    return spans


def _minute(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY
