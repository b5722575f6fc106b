"""One run of the scheduling engine per company; its tables stand beside this one as engine.scheduling_*.

This table: one row per company, with how its schedule came about.
"""

import polars as pl

from dbt_project.engines.scheduling import Search, open_work, schedule
from dbt_project.engines.stored import store

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
        store(session, f"{dbt.this.schema}.scheduling_{name}", pl.concat(made, how="vertical_relaxed"))
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
    given = open_work(minutes_left(operations), hours, days, supplies, as_of)
    count = given.operations.height
    return schedule(
        given,
        exchanges=min(TRIES, PLACEMENTS // max(count, 1)),
        search=Search(DETERMINISTIC_SECONDS) if 0 < count <= MOST_OPERATIONS_SEARCHED else None,
    )


def minutes_left(operations):
    """What is still to do, in whole minutes, rounded up."""
    left = operations.filter(~pl.col("is_done"))
    minutes = [(-(-pl.col(name) // 1_000_000)).alias(name) for name in ("remaining_setup_micro", "remaining_micro")]
    return left.with_columns(minutes).with_columns(
        setup=pl.min_horizontal("remaining_setup_micro", "remaining_micro"),
        run=pl.col("remaining_micro") - pl.min_horizontal("remaining_setup_micro", "remaining_micro"),
    )


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
