-- One row per version of a transfer route; item_id null: every item.
select
    transfer_routes.id as transfer_route_id,
    transfer_routes.company_id,
    transfer_routes.item_id,
    transfer_routes.from_warehouse_id,
    transfer_routes.to_warehouse_id,

    transfer_routes.transit_days,
    transfer_routes.is_open,

    transfer_routes.effective_date,
    {{ recorded_time('transfer_routes.recorded_at') }} as recorded_at,

    transfer_routes.recorded_at as recorded_at_microseconds
from {{ source('raw', 'transfer_route') }} as transfer_routes
where
    transfer_routes.effective_date <= {{ as_of() }}
