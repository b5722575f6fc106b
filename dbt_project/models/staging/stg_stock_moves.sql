-- One row per stock move.
select
    stock_moves.id as move_id,
    stock_moves.company_id,
    stock_moves.item_id,
    stock_moves.lot_id,
    stock_moves.from_location_id,
    stock_moves.to_location_id,
    stock_moves.document_id,
    stock_moves.document_line_id,
    stock_moves.work_order_id,
    stock_moves.origin_move_id,

    stock_moves.move_type,

    {{ quantity('stock_moves.quantity') }} as quantity,
    {{ quantity('stock_moves.unit_cost') }} as unit_cost,
    {{ quantity('stock_moves.cost_share') }} as cost_share,

    stock_moves.effective_date,
    stock_moves.received_date,
    {{ recorded_time('stock_moves.recorded_at') }} as recorded_at,

    stock_moves.quantity as quantity_micro,
    stock_moves.unit_cost as unit_cost_micro,
    stock_moves.cost_share as cost_share_micro,
    stock_moves.recorded_at as recorded_at_microseconds
from {{ source('raw', 'stock_move') }} as stock_moves
where
    stock_moves.effective_date <= {{ as_of() }}
