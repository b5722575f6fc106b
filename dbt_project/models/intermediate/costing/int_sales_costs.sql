-- One row per delivery or customer return move and sales order line: what it cost, by component; returns taken
-- back are negative. Minor units.
with

delivery_moves as (
    select
        moves.move_id,
        moves.company_id,
        moves.item_id,
        moves.effective_date,
        1 as sign,
        moves.quantity_micro,
        moves.document_line_id as delivery_line_id
    from {{ ref('stg_stock_moves') }} as moves
    where moves.move_type = 'delivery'
),

return_links as (
    select
        line_links.to_line_id as return_line_id,
        min(line_links.from_line_id) as delivery_line_id
    from {{ ref('stg_line_links') }} as line_links
    where line_links.link_type = 'customer_return'
    group by line_links.to_line_id
),

return_moves as (
    select
        moves.move_id,
        moves.company_id,
        moves.item_id,
        moves.effective_date,
        -1 as sign,
        moves.quantity_micro,
        coalesce(delivered.document_line_id, return_links.delivery_line_id) as delivery_line_id
    from {{ ref('stg_stock_moves') }} as moves
    left join {{ ref('stg_stock_moves') }} as delivered on delivered.move_id = moves.origin_move_id
    left join return_links on return_links.return_line_id = moves.document_line_id
    where moves.move_type = 'customer_return'
),

moves as (
    select * from delivery_moves
    union all
    select * from return_moves
),

order_lines as (
    select
        line_links.to_line_id as delivery_line_id,
        line_links.from_line_id as sales_order_line_id,
        line_links.quantity_micro,
        sum(line_links.quantity_micro) over (partition by line_links.to_line_id) as whole_quantity_micro,
        sum(line_links.quantity_micro) over (
            partition by line_links.to_line_id
            order by line_links.line_link_id
            rows between unbounded preceding and current row
        ) as upto_quantity_micro
    from {{ ref('stg_line_links') }} as line_links
    where line_links.link_type = 'delivery'
),

-- A delivery line that serves several orders is shared among them by quantity.
shared as (
    select
        moves.move_id,
        moves.company_id,
        moves.item_id,
        moves.effective_date,
        order_lines.sales_order_line_id,
        moves.sign,
        coalesce(order_lines.upto_quantity_micro - order_lines.quantity_micro, 0) as span_from,
        coalesce(order_lines.upto_quantity_micro, 1) as span_upto,
        coalesce(order_lines.whole_quantity_micro, 1) as span_whole,
        moves.quantity_micro
    from moves
    left join order_lines on order_lines.delivery_line_id = moves.delivery_line_id
),

valued as (
    select
        shared.move_id,
        shared.company_id,
        shared.item_id,
        shared.effective_date,
        shared.sales_order_line_id,
        cast(
            shared.sign * {{ share_of_span('shared.quantity_micro', 'shared.span_from', 'shared.span_upto', 'shared.span_whole') }}
            as bigint
        ) as quantity_micro,
        moves_valued.is_estimated,
        {% for component in cost_components() -%}
        cast(
            shared.sign
            * {{ share_of_span(
                'moves_valued.' ~ component ~ '_carried_minor', 'shared.span_from', 'shared.span_upto', 'shared.span_whole'
            ) }}
            as bigint
        ) as {{ component }}_amount_minor{{ ',' if not loop.last }}
        {% endfor %}
    from shared
    inner join {{ ref('int_stock_moves_valued') }} as moves_valued on moves_valued.move_id = shared.move_id
)

select
    valued.*,
    valued.material_amount_minor + valued.labour_amount_minor + valued.overhead_amount_minor
    + valued.subcontract_amount_minor + valued.landed_amount_minor as value_amount_minor
from valued
