-- One row per operation of a routing version: its minutes and the hourly rates in force at its work centre. Micro.
with

rates as (
    {{ versions_in_force(ref('stg_work_center_rates'), 'work_center_id', 'work_center_rate_id') }}
)

select
    work_centers.company_id,
    operations.routing_operation_id,
    operations.routing_id,
    operations.setup_minutes_micro as setup_minutes,
    operations.run_minutes_micro as run_minutes,
    coalesce(rates.labour_rate_micro, 0) as labour_rate,
    coalesce(rates.overhead_rate_micro, 0) as overhead_rate
from {{ ref('stg_routing_operations') }} as operations
inner join {{ ref('stg_work_centers') }} as work_centers on work_centers.work_center_id = operations.work_center_id
left join rates on rates.work_center_id = operations.work_center_id
