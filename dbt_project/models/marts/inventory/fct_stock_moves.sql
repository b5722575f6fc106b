-- One row per stock move: what went from where to where, and which value went with it.
select
    moves.move_id,
    moves.company_id,
    moves.move_type,
    moves.item_id,
    items.item_code,
    items.item_name,
    moves.lot_id,
    lots.lot_code,
    moves.from_location_id,
    moves.to_location_id,
    moves.from_kind,
    moves.to_kind,
    moves.from_warehouse_id,
    from_warehouses.warehouse_code as from_warehouse_code,
    moves.to_warehouse_id,
    to_warehouses.warehouse_code as to_warehouse_code,
    {{ quantity('moves.quantity_micro') }} as quantity,
    moves.effective_date,
    {{ recorded_time('moves.recorded_at_microseconds') }} as recorded_at,
    moves.document_id,
    documents.document_type,
    documents.document_number,
    moves.document_line_id,
    moves.work_order_id,
    moves.origin_move_id,
    moves.is_taken_back,
    moves_valued.value_amount,
    moves_valued.material_amount,
    moves_valued.labour_amount,
    moves_valued.overhead_amount,
    moves_valued.subcontract_amount,
    moves_valued.landed_amount,
    moves_valued.variance_amount,
    moves_valued.is_estimated,
    moves_valued.is_uncovered
from {{ ref('int_stock_moves_located') }} as moves
inner join {{ ref('int_stock_moves_valued') }} as moves_valued on moves_valued.move_id = moves.move_id
inner join {{ ref('stg_items') }} as items on items.item_id = moves.item_id
left join {{ ref('stg_documents') }} as documents on documents.document_id = moves.document_id
left join {{ ref('stg_lots') }} as lots on lots.lot_id = moves.lot_id
left join {{ ref('stg_warehouses') }} as from_warehouses on from_warehouses.warehouse_id = moves.from_warehouse_id
left join {{ ref('stg_warehouses') }} as to_warehouses on to_warehouses.warehouse_id = moves.to_warehouse_id
