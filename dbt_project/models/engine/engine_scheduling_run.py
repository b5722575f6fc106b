"""One run of the scheduling engine per company; its tables stand beside this one as engine.scheduling_*.

This table: one row per company, with how its schedule came about.
"""

from datetime import date

import polars as pl

from dbt_project.engines.scheduling import ScheduleInput, Search, schedule

DAY = 1440
FROZEN_DAYS = 2
# A refresh has a second or two: other turns are tried for any shop, a proof is looked for in a small one.
TRIES, PLACEMENTS = 20_000, 16_000_000
MOST_OPERATIONS_SEARCHED = 60
DETERMINISTIC_SECONDS = 0.2
TABLES = ("operations", "jobs", "load", "findings")


def model(dbt, session):
    dbt.config(materialized="table")
    as_of = dbt.ref("int_build_date").pl()["as_of"][0]
    companies = dbt.ref("stg_companies").pl()
    operations = dbt.ref("int_schedule_operations").pl().sort("work_order_id", "sequence", "work_order_operation_id")
    hours = dbt.ref("int_work_center_hours").pl().sort("work_center_id")
    days = dbt.ref("int_calendar_working_days").pl().filter(pl.col("is_working_day")).sort("calendar_date")
    supplies = dbt.ref("int_work_order_supplies").pl().sort("work_order_id", "supply_id", "item_code")
    runs = {
        company_id: scheduled(
            *(frame.filter(pl.col("company_id") == company_id) for frame in (operations, hours, days, supplies)), as_of
        )
        for company_id in companies["company_id"].sort().to_list() or [0]
    }
    for name in TABLES:
        made = [
            dated(getattr(run, name)).with_columns(company_id=pl.lit(company_id, pl.Int64))
            for company_id, run in runs.items()
        ]
        write(dbt, session, name, pl.concat(made, how="vertical_relaxed"))
    return pl.DataFrame(
        [(company, run.operations.height, run.rule, run.is_improved, run.is_best) for company, run in runs.items()],
        schema={
            "company_id": pl.Int64,
            "operation_count": pl.Int64,
            "rule": pl.String,
            "is_improved": pl.Boolean,
            "is_best": pl.Boolean,
        },
        orient="row",
    )


def scheduled(operations, hours, days, supplies, as_of):
    """The schedule of one company, as good as a refresh has time for."""
    given = facts(operations, hours, days, supplies, as_of)
    count = given.operations.height
    return schedule(
        given,
        exchanges=min(TRIES, PLACEMENTS // max(count, 1)),
        search=Search(DETERMINISTIC_SECONDS) if 0 < count <= MOST_OPERATIONS_SEARCHED else None,
    )


def facts(operations, hours, days, supplies, as_of):
    """The open work of a company as jobs on work centres; none begins before its parts are there.

    Work done outside has a work centre of its own: minus the id.
    """
    today = (as_of - date(1970, 1, 1)).days * DAY
    left = operations.filter(~pl.col("is_done")).with_columns(
        work_center_id=pl.when(pl.col("subcontractor_id").is_null())
        .then(pl.col("work_center_id"))
        .otherwise(-pl.col("work_center_id"))
    )
    minutes = [minutes_of(column).alias(column) for column in ("remaining_setup_micro", "remaining_micro")]
    left = left.with_columns(minutes).with_columns(setup=pl.min_horizontal("remaining_setup_micro", "remaining_micro"))
    outside = hours.with_columns(work_center_id=-pl.col("work_center_id"), machine_count=pl.lit(0, pl.Int64))
    centers = pl.concat([hours, outside]).with_columns(
        calendar_id=pl.col("opens_at_minute") * 2 * DAY + pl.col("minutes_per_machine")
    )
    spans = (
        centers.select("calendar_id", "opens_at_minute", "minutes_per_machine")
        .unique()
        .join(
            days.filter(pl.col("calendar_date") >= as_of).select(
                day=pl.col("calendar_date").to_physical().cast(pl.Int64) * DAY
            ),
            how="cross",
        )
    )
    opening = pl.col("day") + pl.col("opens_at_minute")
    return ScheduleInput(
        start=today,
        operations=left.select(
            "work_center_id", "sequence", "setup",
            operation_id="work_order_operation_id", job_id="work_order_id",
            run=pl.col("remaining_micro") - pl.col("setup"),
            pinned_start=pl.col("pinned_minute"), planned_start=pl.col("planned_start_minute"),
        ),
        jobs=left.group_by("work_order_id").agg(pl.col("start_date").first(), pl.col("due_date").first()).join(
            supplies.group_by("work_order_id").agg(pl.col("material_date").max()), on="work_order_id", how="left"
        ).select(
            job_id="work_order_id",
            release=pl.max_horizontal("start_date", "material_date").to_physical().cast(pl.Int64) * DAY,
            due=(pl.col("due_date").to_physical().cast(pl.Int64) + 1) * DAY,
        ),
        work_centers=centers.select("work_center_id", "machine_count", "calendar_id"),
        calendars=spans.select("calendar_id", start=opening, end=opening + pl.col("minutes_per_machine")),
        links=supplies.filter(pl.col("before_work_order_id").is_not_null()).select(
            before_job_id="before_work_order_id", job_id="work_order_id"
        ),
        frozen=FROZEN_DAYS * DAY,
    )  # fmt: skip


def minutes_of(column):
    """Micro minutes as whole minutes, rounded up."""
    return -(-pl.col(column) // 1_000_000)


def dated(frame):
    """Minutes as moments on the company's clock, days as dates, work centres by their own id."""
    moments = [name for name in ("start", "end", "ready", "due", "alone_end") if name in frame.columns]
    centers = [name for name in ("work_center_id", "reason_work_center_id") if name in frame.columns]
    changed = [(pl.col(name) * 60_000_000).cast(pl.Datetime("us")) for name in moments]
    changed += [pl.col(name).cast(pl.Int64).abs() for name in centers]
    if "day" in frame.columns:
        changed.append(pl.col("day").cast(pl.Int32).cast(pl.Date))
        is_own = pl.col("work_center_id") > 0
        frame = frame.filter(is_own)
    return frame.with_columns(changed)


def write(dbt, session, name, frame):
    session.register("scheduling_frame", frame.to_arrow())
    session.execute(f"create or replace table {dbt.this.schema}.scheduling_{name} as select * from scheduling_frame")
    session.unregister("scheduling_frame")
