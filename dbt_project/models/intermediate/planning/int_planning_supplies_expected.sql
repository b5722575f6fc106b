-- One row per supply of an open work order that full work centres hold up: its order waits for machines, and so the schedule ends
-- it on a later day than with every machine free, and later than it is due. What waits for an order before it comes by the pegs.
select
    supplies.supply_id,
    supplies.company_id,
    cast(jobs.end - interval 1 minute as date) as expected_date,
    jobs.reason_work_center_id as work_center_id,
    work_centers.work_center_code
from {{ ref('int_planning_supplies') }} as supplies
inner join {{ engine_table(ref('engine_scheduling_run'), 'scheduling_jobs') }} as jobs
    on jobs.job_id = supplies.document_id
    and jobs.company_id = supplies.company_id
left join {{ ref('stg_work_centers') }} as work_centers on work_centers.work_center_id = jobs.reason_work_center_id
where
    supplies.kind in ('work_order', 'by_product')
    and jobs.is_late
    and jobs.reason <> 'order_before'
    and jobs.wait > 0
    and cast(jobs.end - interval 1 minute as date) > greatest(
        supplies.due_date, {{ as_of() }}, cast(jobs.alone_end - interval 1 minute as date)
    )
