-- One row per item, warehouse and date on which something happens: the time-phased record as planners read it.
select
    projections.company_id,
    items.item_id,
    items.item_code,
    projections.warehouse_id,
    warehouses.warehouse_code,
    projections.date as projection_date,
    {{ quantity('projections.gross_requirement') }} as gross_requirement,
    {{ quantity('projections.scheduled_receipt') }} as scheduled_receipt,
    {{ quantity('projections.projected_balance') }} as projected_balance,
    {{ quantity('projections.net_requirement') }} as net_requirement,
    {{ quantity('projections.planned_receipt') }} as planned_receipt,
    {{ quantity('projections.planned_release') }} as planned_release
from {{ engine_table(ref('engine_planning_run'), 'planning_projection') }} as projections
inner join {{ ref('stg_items') }} as items on items.item_code = projections.item_id
left join {{ ref('stg_warehouses') }} as warehouses on warehouses.warehouse_id = projections.warehouse_id
