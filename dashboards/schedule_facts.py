"""The facts of the schedule as a build published them: what a better schedule is looked for from."""

import polars as pl

from dashboards.edition import Edition
from dbt_project.engines.scheduling import ScheduleInput, open_work


def schedule_facts(edition: Edition, company: int) -> ScheduleInput:
    """What the schedule of the edition's build was made from, of one company."""

    def of_company(columns: str, table: str, which: str = "true") -> pl.DataFrame:
        return edition.rows(f"select {columns} from marts.{table} where company_id = ? and {which}", [company])

    return open_work(
        of_company(
            """work_order_operation_id, work_order_id, sequence, work_center_id, subcontractor_id, outside_days_left,
            setup_minutes as setup, run_minutes as run, cast(epoch(pinned_start) // 60 as bigint) as pinned_minute,
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
