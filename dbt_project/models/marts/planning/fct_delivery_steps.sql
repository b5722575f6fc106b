-- One row per step of the way to a delivery date: from the order line down through what it waits for.
select
    steps.sales_order_line_id,
    cast(steps.step_number as bigint) as step_number,
    steps.company_id,
    steps.supply_id,
    steps.supply_kind,
    steps.document_number,
    items.item_id,
    items.item_code,
    items.item_name,
    steps.warehouse_id,
    cast(steps.lead_time_days as bigint) as lead_time_days,
    cast(steps.available_date as date) as available_date,
    cast(steps.days as bigint) as step_days,
    cast(steps.capacity_days as bigint) as capacity_days,
    case when steps.capacity_days > 0 then expected.work_center_code end as work_center_code
from {{ engine_table(ref('engine_planning_delivery'), 'delivery_steps') }} as steps
inner join {{ ref('stg_items') }} as items on items.item_code = steps.item_id
left join {{ ref('int_planning_supplies_expected') }} as expected on expected.supply_id = steps.supply_id
