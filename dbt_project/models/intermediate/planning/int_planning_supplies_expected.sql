-- One row per supply of an open work order that the schedule ends on a later day than it is due and than today, with the work centre
-- where it waits longest for a machine; where waiting costs it no day, with the one that still works longest at it.
with

jobs as (
    select
        job_id,
        company_id,
        reason_work_center_id,
        cast("end" - interval 1 minute as date) as end_date,
        cast(alone_end - interval 1 minute as date) as alone_end_date
    from {{ engine_table(ref('engine_scheduling_run'), 'scheduling_jobs') }}
),

longest as (
    select
        planned.job_id,
        operations.work_center_id,
        row_number() over (
            partition by planned.job_id order by planned.setup + planned.run desc, operations.sequence desc, planned.operation_id
        ) as longest_first
    from {{ engine_table(ref('engine_scheduling_run'), 'scheduling_operations') }} as planned
    inner join {{ ref('int_schedule_operations') }} as operations on operations.work_order_operation_id = planned.operation_id
)

select
    supplies.supply_id,
    supplies.company_id,
    jobs.end_date as expected_date,
    work_centers.work_center_id,
    work_centers.work_center_code
from {{ ref('int_planning_supplies') }} as supplies
inner join jobs
    on jobs.job_id = supplies.document_id
    and jobs.company_id = supplies.company_id
inner join longest
    on longest.job_id = jobs.job_id
    and longest.longest_first = 1
inner join {{ ref('stg_work_centers') }} as work_centers
    on work_centers.work_center_id = coalesce(
        case when jobs.end_date > jobs.alone_end_date then jobs.reason_work_center_id end,
        longest.work_center_id
    )
where
    supplies.kind in ('work_order', 'by_product')
    and jobs.end_date > greatest(supplies.due_date, {{ as_of() }})
