-- One row per stock move with the warehouses at its two ends (null: a virtual location) and whether it changes what a warehouse holds.
select
    moves.move_id,
    moves.company_id,
    moves.move_type,
    moves.item_id,
    moves.lot_id,
    moves.from_location_id,
    moves.to_location_id,
    from_locations.kind as from_kind,
    to_locations.kind as to_kind,
    from_locations.warehouse_id as from_warehouse_id,
    to_locations.warehouse_id as to_warehouse_id,
    moves.quantity_micro,
    moves.unit_cost_micro,
    moves.cost_share_micro,
    moves.effective_date,
    moves.received_date,
    moves.document_id,
    moves.document_line_id,
    moves.work_order_id,
    moves.origin_move_id,
    moves.is_taken_back,
    moves.recorded_at_microseconds
from {{ ref('stg_stock_moves') }} as moves
inner join {{ ref('stg_locations') }} as from_locations on from_locations.location_id = moves.from_location_id
inner join {{ ref('stg_locations') }} as to_locations on to_locations.location_id = moves.to_location_id
