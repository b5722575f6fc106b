-- One row per route on which a warehouse is supplied from another one.
select
    routes.company_id,
    routes.item_id,
    items.item_code,
    routes.from_warehouse_id,
    routes.to_warehouse_id,
    routes.transit_days
from {{ ref('int_planning_routes') }} as routes
left join {{ ref('stg_items') }} as items on items.item_id = routes.item_id
