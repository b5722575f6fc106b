-- One row per version of an item's planning parameters; warehouse_id null: every warehouse.
select
    item_plannings.id as item_planning_id,
    item_plannings.company_id,
    item_plannings.item_id,
    item_plannings.warehouse_id,
    item_plannings.preferred_supplier_id,

    item_plannings.lot_policy,

    item_plannings.lead_time_days,
    {{ quantity('item_plannings.safety_stock') }} as safety_stock,
    {{ quantity('item_plannings.minimum_quantity') }} as minimum_quantity,
    {{ quantity('item_plannings.multiple_quantity') }} as multiple_quantity,
    {{ quantity('item_plannings.maximum_quantity') }} as maximum_quantity,
    item_plannings.period_days,
    {{ quantity('item_plannings.target_quantity') }} as target_quantity,
    {{ quantity('item_plannings.order_cost') }} as order_cost,
    {{ quantity('item_plannings.holding_cost') }} as holding_cost,
    item_plannings.tolerance_days,
    item_plannings.frozen_days,
    item_plannings.release_fence_days,

    item_plannings.effective_date,
    {{ recorded_time('item_plannings.recorded_at') }} as recorded_at,

    item_plannings.safety_stock as safety_stock_micro,
    item_plannings.minimum_quantity as minimum_quantity_micro,
    item_plannings.multiple_quantity as multiple_quantity_micro,
    item_plannings.maximum_quantity as maximum_quantity_micro,
    item_plannings.target_quantity as target_quantity_micro,
    item_plannings.order_cost as order_cost_micro,
    item_plannings.holding_cost as holding_cost_micro,
    item_plannings.recorded_at as recorded_at_microseconds
from {{ source('raw', 'item_planning') }} as item_plannings
where
    item_plannings.effective_date <= {{ as_of() }}
