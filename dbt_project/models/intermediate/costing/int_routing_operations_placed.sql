-- One row per operation of a routing version: the company and the work centre where it is done and its minutes, or the price of a
-- subcontractor per unit, whose time costs nothing more and who has no work centre here. Micro.
select
    work_centers.company_id,
    operations.routing_operation_id,
    operations.routing_id,
    case when operations.subcontractor_id is null then operations.work_center_id end as work_center_id,
    operations.setup_minutes_micro as setup_minutes,
    operations.run_minutes_micro as run_minutes,
    coalesce(operations.subcontract_price_micro, 0) as subcontract_cost
from {{ ref('stg_routing_operations') }} as operations
inner join {{ ref('stg_work_centers') }} as work_centers on work_centers.work_center_id = operations.work_center_id
