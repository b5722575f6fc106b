-- One row per operation of a routing in force: what making an item takes of which work centre.
select
    operations.routing_operation_id,
    operations.company_id,
    operations.item_id,
    items.item_code,
    operations.sequence,
    operations.work_center_id,
    work_centers.work_center_code,
    operations.subcontractor_id,
    cast(operations.subcontract_lead_time_days as bigint) as outside_days,
    {{ quantity('operations.setup_minutes_micro') }} as setup_minutes,
    {{ quantity('operations.run_minutes_micro') }} as run_minutes,
    cast(operations.setup_days_nano as bigint) as setup_days_nano,
    cast(operations.run_days_nano as bigint) as run_days_nano
from {{ ref('int_planning_operations') }} as operations
inner join {{ ref('stg_items') }} as items on items.item_id = operations.item_id
inner join {{ ref('stg_work_centers') }} as work_centers on work_centers.work_center_id = operations.work_center_id
