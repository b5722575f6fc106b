-- One row per operation of an open work order: when the schedule has it, what its start waits for, whether its order is late and why.
with

materials as (
    select
        supplies.*,
        row_number() over (
            partition by supplies.work_order_id order by supplies.material_date desc, supplies.item_code, supplies.supply_id
        ) as latest_first
    from {{ ref('int_work_order_supplies') }} as supplies
    where supplies.material_date is not null
)

select
    operations.work_order_operation_id,
    operations.company_id,
    operations.work_order_id,
    work_orders.document_number as work_order_number,
    operations.state as status,
    operations.item_id,
    items.item_code,
    items.item_name,
    {{ quantity('operations.open_quantity_micro') }} as open_quantity,
    operations.sequence,
    operations.work_center_id,
    work_centers.work_center_code,
    work_centers.work_center_name,
    operations.subcontractor_id,
    subcontractors.partner_code as subcontractor_code,
    subcontractors.partner_name as subcontractor_name,
    operations.outside_days_left,
    case when operations.subcontractor_id is null then cast(planned.machine + 1 as bigint) end as machine_number,
    case
        when operations.is_done then 'done'
        when operations.booked_micro > 0 then 'running'
        else 'waiting'
    end as operation_state,
    {{ quantity('operations.booked_micro') }} as booked_minutes,
    cast(coalesce(planned.setup, 0) as bigint) as setup_minutes,
    cast(case when operations.outside_days_left is null then coalesce(planned.run, 0) else 0 end as bigint) as run_minutes,
    planned.start as planned_start,
    planned.end as planned_end,
    cast(planned.start as date) as planned_start_date,
    cast(planned.end - interval 1 minute as date) as planned_end_date,
    planned.held,
    case
        when planned.reason = 'order_start' and materials.material_date > {{ as_of() }}
            and materials.material_date > operations.start_date then 'parts_missing'
        else planned.reason
    end as start_reason,
    planned.ready as ready_at,
    cast(coalesce(planned.wait, 0) as bigint) as wait_minutes,
    planned.waits_for_operation_id,
    blocking_orders.document_number as waits_for_work_order_number,
    blocking.sequence as waits_for_sequence,
    findings.finding,
    {{ timestamp_of_microseconds('operations.pinned_minute * 60000000') }} as pinned_start,
    {{ timestamp_of_microseconds('operations.planned_start_minute * 60000000') }} as approved_start,
    {{ timestamp_of_microseconds('operations.planned_end_minute * 60000000') }} as approved_end,
    operations.start_date as earliest_start_date,
    operations.due_date,
    jobs.start as order_start,
    jobs.end as order_end,
    cast(jobs.end - interval 1 minute as date) as order_end_date,
    cast(
        coalesce(case when jobs.is_late then ends.working_day_number - dues.working_day_number end, 0) as bigint
    ) as days_late,
    coalesce(jobs.is_late, false) as is_late,
    case
        when jobs.reason = 'due_too_early' and materials.material_date > {{ as_of() }}
            and materials.material_date > operations.start_date then 'parts_missing'
        else jobs.reason
    end as late_reason,
    late_centers.work_center_code as late_work_center_code,
    late_orders.document_number as late_behind_work_order_number,
    jobs.wait as order_wait_minutes,
    jobs.alone_end as order_end_alone,
    materials.material_date,
    materials.item_code as material_item_code,
    materials.document_number as material_document_number
from {{ ref('int_schedule_operations') }} as operations
inner join {{ ref('int_work_orders_closed') }} as work_orders on work_orders.work_order_id = operations.work_order_id
inner join {{ ref('stg_items') }} as items on items.item_id = operations.item_id
inner join {{ ref('stg_work_centers') }} as work_centers on work_centers.work_center_id = operations.work_center_id
left join {{ ref('stg_partners') }} as subcontractors on subcontractors.partner_id = operations.subcontractor_id
left join {{ engine_table(ref('engine_scheduling_run'), 'scheduling_operations') }} as planned
    on planned.operation_id = operations.work_order_operation_id
left join {{ engine_table(ref('engine_scheduling_run'), 'scheduling_jobs') }} as jobs on jobs.job_id = operations.work_order_id
left join (
    select
        operation_id,
        min(finding) as finding
    from {{ engine_table(ref('engine_scheduling_run'), 'scheduling_findings') }}
    group by operation_id
) as findings on findings.operation_id = operations.work_order_operation_id
left join {{ ref('int_schedule_operations') }} as blocking on blocking.work_order_operation_id = planned.waits_for_operation_id
left join {{ ref('int_work_orders_closed') }} as blocking_orders on blocking_orders.work_order_id = blocking.work_order_id
left join {{ ref('stg_work_centers') }} as late_centers on late_centers.work_center_id = jobs.reason_work_center_id
left join {{ ref('int_work_orders_closed') }} as late_orders on late_orders.work_order_id = jobs.waits_for_job_id
left join materials
    on materials.work_order_id = operations.work_order_id
    and materials.latest_first = 1
left join {{ ref('int_calendar_working_days') }} as dues
    on dues.company_id = operations.company_id
    and dues.calendar_date = operations.due_date
left join {{ ref('int_calendar_working_days') }} as ends
    on ends.company_id = operations.company_id
    and ends.calendar_date = cast(jobs.end - interval 1 minute as date)
