-- One row per move that brings its price along (receipt, opening stock, priced adjustment): value in minor units of company currency.
with

receipt_moves as (
    select
        moves.move_id,
        moves.company_id,
        prices.material_amount_minor,
        prices.landed_amount_minor,
        prices.quantity_micro as line_quantity_micro,
        sum(moves.quantity_micro) over (
            partition by moves.document_line_id
            order by moves.recorded_at_microseconds, moves.move_id
            rows between unbounded preceding and current row
        ) as upto_quantity_micro,
        moves.quantity_micro
    from {{ ref('int_stock_moves_located') }} as moves
    inner join {{ ref('int_receipt_prices') }} as prices on prices.receipt_line_id = moves.document_line_id
    where moves.move_type = 'receipt'
),

-- A line received in several lots: each takes its share of the line's amounts, so that they add up.
receipts as (
    select
        receipt_moves.move_id,
        receipt_moves.company_id,
        {% for component in ['material', 'landed'] -%}
        {{ share_of_span(
            'receipt_moves.' ~ component ~ '_amount_minor',
            'receipt_moves.upto_quantity_micro - receipt_moves.quantity_micro',
            'receipt_moves.upto_quantity_micro',
            'receipt_moves.line_quantity_micro',
        ) }} as {{ component }}_amount_minor{{ ',' if not loop.last }}
        {% endfor %}
    from receipt_moves
),

stated as (
    select
        moves.move_id,
        moves.company_id,
        {{ priced('moves.quantity_micro', 'moves.unit_cost_micro', 'companies.amount_exponent') }} as material_amount_minor,
        0 as landed_amount_minor
    from {{ ref('int_stock_moves_located') }} as moves
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = moves.company_id
    where
        moves.move_type in ('opening', 'adjustment')
        and moves.from_warehouse_id is null
        and moves.unit_cost_micro is not null
)

select
    receipts.move_id,
    receipts.company_id,
    cast(receipts.material_amount_minor as bigint) as material_amount_minor,
    cast(receipts.landed_amount_minor as bigint) as landed_amount_minor
from receipts

union all

select
    stated.move_id,
    stated.company_id,
    cast(stated.material_amount_minor as bigint) as material_amount_minor,
    cast(stated.landed_amount_minor as bigint) as landed_amount_minor
from stated
