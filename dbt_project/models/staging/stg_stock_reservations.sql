-- One row per change of what is reserved for a sales order line at a place: > 0 reserved, < 0 released or used up.
select
    stock_reservations.id as stock_reservation_id,
    stock_reservations.company_id,
    stock_reservations.document_line_id as sales_order_line_id,
    stock_reservations.item_id,
    stock_reservations.location_id,
    nullif(stock_reservations.lot_id, 0) as lot_id,
    stock_reservations.user_id,

    stock_reservations.cause,

    {{ quantity('stock_reservations.quantity') }} as quantity,

    stock_reservations.effective_date,
    {{ recorded_time('stock_reservations.recorded_at') }} as recorded_at,

    stock_reservations.quantity as quantity_micro,
    stock_reservations.recorded_at as recorded_at_microseconds
from {{ source('raw', 'stock_reservation') }} as stock_reservations
where
    stock_reservations.effective_date <= {{ as_of() }}
