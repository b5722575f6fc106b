"""The facts of the schedule as a build published them: what a better schedule is looked for from, and what promises
find on the work centres, and what follows where these work faster or slower."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Literal

import polars as pl

from dashboards.edition import Edition
from dbt_project.engines.planning import Capacity
from dbt_project.engines.scheduling import DAY, ScheduleInput, job_ends, open_work, shop_of, where_done

MICRO = 1_000_000


def schedule_facts(
    edition: Edition, company: int, *, pinned: Literal["pinned_start", "planned_start"] = "pinned_start"
) -> ScheduleInput:
    """What the schedule of the edition's build was made from, of one company. pinned: what is held, of the planner's
    pins or all that is scheduled."""

    def of_company(columns: str, table: str, which: str = "true") -> pl.DataFrame:
        return edition.rows(f"select {columns} from marts.{table} where company_id = ? and {which}", [company])

    return open_work(
        of_company(
            f"""work_order_operation_id, work_order_id, sequence, work_center_id, subcontractor_id, outside_days_left,
            setup_minutes as setup, run_minutes as run, cast(epoch({pinned}) // 60 as bigint) as pinned_minute,
            cast(epoch(approved_start) // 60 as bigint) as planned_start_minute, earliest_start_date as start_date,
            due_date""",
            "fct_schedule", "operation_state <> 'done'",
        ).sort("work_order_id", "sequence", "work_order_operation_id"),
        of_company(
            "work_center_id, machine_count, opens_at_minute, minutes_per_machine, breaks", "dim_work_center"
        ).sort("work_center_id"),
        of_company("calendar_date", "dim_date", "is_working_day").sort("calendar_date"),
        of_company("work_order_id, before_work_order_id, material_date", "fct_work_order_supplies"),
        edition.as_of,
    )  # fmt: skip


def order_ends(edition: Edition, company: int, rates: Mapping[int, Fraction]) -> pl.DataFrame:
    """When each open work order ends (work_order_id, end: minutes since 1970) if work centres work at these rates and
    everything keeps its turn in the build's schedule."""
    scheduled = edition.rows(
        """select work_order_operation_id as operation_id, cast(epoch(planned_start) // 60 as bigint) as start,
            machine_number - 1 as machine
        from marts.fct_schedule where company_id = ? and operation_state <> 'done'""",
        [company],
    )
    return job_ends(schedule_facts(edition, company), scheduled, rates).rename({"job_id": "work_order_id"})


@lru_cache(maxsize=8)
def capacity(edition: Edition, company: int) -> Capacity:
    """The work centres of a company as the build's schedule loads them, and what routings ask of them. Of work centres
    without stated capacity nothing is asked."""
    operations = edition.rows(
        f"""select operations.item_code as item_id, operations.sequence, operations.work_center_id,
            operations.subcontractor_id, operations.outside_days,
            cast(operations.setup_minutes * {MICRO} as bigint) as setup_minutes,
            cast(operations.run_minutes * {MICRO} as bigint) as run_minutes
        from marts.fct_planning_operations as operations
        inner join marts.dim_work_center as work_centers on work_centers.work_center_id = operations.work_center_id
        where operations.company_id = ? and (work_centers.machine_count > 0 or operations.outside_days is not null)
        order by operations.item_code, operations.sequence, operations.routing_operation_id""",
        [company],
    )
    days = pl.col("outside_days") * DAY * MICRO
    return Capacity(
        shop_of(schedule_facts(edition, company, pinned="planned_start").conformed()),
        operations.select(
            "item_id",
            "sequence",
            where_done("outside_days").alias("work_center_id"),
            pl.coalesce(days, "setup_minutes").alias("setup_minutes"),
            pl.when(pl.col("outside_days").is_null()).then(pl.col("run_minutes")).otherwise(0).alias("run_minutes"),
        ),
    )
