-- One row per stock move. What takes an output back is of the same kind, with the same ends and a negative quantity.
with

takings as (
    select id, origin_move_id
    from {{ source('raw', 'stock_move') }}
    where
        origin_move_id is not null
        and move_type in ('output', 'output_scrap', 'by_product')
        and effective_date <= {{ as_of() }}
),

stock_moves as (
    select
        moves.*,
        taking.id is not null as takes_back,
        taking.id is not null or taken.id is not null as is_taken_back,
        case when taking.id is null then moves.quantity else -moves.quantity end as signed_quantity
    from {{ source('raw', 'stock_move') }} as moves
    left join takings as taking on taking.id = moves.id
    left join takings as taken on taken.origin_move_id = moves.id
)

select
    stock_moves.id as move_id,
    stock_moves.company_id,
    stock_moves.item_id,
    stock_moves.lot_id,
    case when stock_moves.takes_back then stock_moves.to_location_id else stock_moves.from_location_id end as from_location_id,
    case when stock_moves.takes_back then stock_moves.from_location_id else stock_moves.to_location_id end as to_location_id,
    stock_moves.document_id,
    stock_moves.document_line_id,
    stock_moves.work_order_id,
    stock_moves.origin_move_id,

    stock_moves.move_type,

    {{ quantity('stock_moves.signed_quantity') }} as quantity,
    {{ quantity('stock_moves.unit_cost') }} as unit_cost,
    {{ quantity('stock_moves.cost_share') }} as cost_share,

    stock_moves.effective_date,
    stock_moves.received_date,
    {{ recorded_time('stock_moves.recorded_at') }} as recorded_at,

    -- An output that was taken back, and what takes it back: as if neither had been.
    stock_moves.is_taken_back,

    stock_moves.signed_quantity as quantity_micro,
    stock_moves.unit_cost as unit_cost_micro,
    stock_moves.cost_share as cost_share_micro,
    stock_moves.recorded_at as recorded_at_microseconds
from stock_moves
where
    stock_moves.effective_date <= {{ as_of() }}
