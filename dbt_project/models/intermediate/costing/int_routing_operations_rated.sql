-- One row per operation of a routing version: its minutes and the hourly rates in force at its work centre, or the price of a
-- subcontractor per unit, whose time costs nothing more. Micro.
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
    case when operations.subcontractor_id is null then coalesce(rates.labour_rate_micro, 0) else 0 end as labour_rate,
    case when operations.subcontractor_id is null then coalesce(rates.overhead_rate_micro, 0) else 0 end as overhead_rate,
    coalesce(operations.subcontract_price_micro, 0) as subcontract_cost
from {{ ref('stg_routing_operations') }} as operations
inner join {{ ref('stg_work_centers') }} as work_centers on work_centers.work_center_id = operations.work_center_id
left join rates on rates.work_center_id = operations.work_center_id
