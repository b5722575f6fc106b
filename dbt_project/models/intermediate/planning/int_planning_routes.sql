-- One row per company, item (null: every item) and warehouses: the route in force that supplies one from the other.
select
    routes.company_id,
    routes.item_id,
    routes.from_warehouse_id,
    routes.to_warehouse_id,
    routes.transit_days
from (
    {{ versions_in_force(ref('stg_transfer_routes'), 'company_id, item_id, from_warehouse_id, to_warehouse_id', 'transfer_route_id') }}
) as routes
where routes.is_open
