-- One row per delivery line.
with deliveries as (
    select
        stg_line_links.to_line_id as delivery_line_id,
        min(stg_line_links.from_line_id) as sales_order_line_id,
        {{ whole_sum('stg_line_links.quantity_micro') }} as quantity_micro
    from {{ ref('stg_line_links') }} as stg_line_links
    where stg_line_links.link_type = 'delivery'
    group by stg_line_links.to_line_id
),

returned as (
    select
        from_line_id as delivery_line_id,
        {{ whole_sum('quantity_micro') }} as returned_quantity_micro
    from {{ ref('stg_line_links') }}
    where link_type = 'customer_return'
    group by from_line_id
),

valued as (
    select
        stg_stock_moves.document_line_id as delivery_line_id,
        {{ whole_sum('int_stock_moves_valued.value_amount_minor') }} as cost_amount_minor,
        bool_or(int_stock_moves_valued.is_estimated) as is_estimated
    from {{ ref('int_stock_moves_valued') }} as int_stock_moves_valued
    inner join {{ ref('stg_stock_moves') }} as stg_stock_moves on stg_stock_moves.move_id = int_stock_moves_valued.move_id
    where stg_stock_moves.move_type = 'delivery'
    group by stg_stock_moves.document_line_id
)

select
    order_lines.company_id,
    deliveries.delivery_line_id,
    delivery_lines.document_id as delivery_id,
    int_documents_dated.document_number as delivery_number,
    delivery_lines.line_number as delivery_line_number,
    int_documents_dated.effective_date,
    int_documents_dated.recorded_at,
    order_lines.sales_order_line_id,
    order_lines.sales_order_id,
    orders.document_number as order_number,
    order_line_texts.line_number,
    orders.partner_id as customer_id,
    stg_partners.partner_code as customer_code,
    stg_partners.partner_name as customer_name,
    delivery_lines.item_id,
    stg_items.item_code,
    stg_items.item_name,
    coalesce(delivery_lines.warehouse_id, int_documents_dated.warehouse_id) as warehouse_id,
    {{ quantity('deliveries.quantity_micro') }} as quantity,
    {{ quantity('coalesce(returned.returned_quantity_micro, 0)') }} as returned_quantity,
    {{ amount(
        rounded_ratio(
            'cast(order_lines.net_amount_minor as ' ~ type_whole() ~ ') * deliveries.quantity_micro', 'order_lines.ordered_quantity_micro',
        ),
        'order_lines.amount_exponent',
    ) }} as net_amount,
    {{ amount(
        rounded_ratio(
            'cast(order_lines.gross_amount_minor as ' ~ type_whole() ~ ') * deliveries.quantity_micro', 'order_lines.ordered_quantity_micro',
        ),
        'order_lines.amount_exponent',
    ) }} as gross_amount,
    {{ amount('coalesce(valued.cost_amount_minor, 0)', 'order_lines.amount_exponent') }} as cost_amount,
    coalesce(valued.is_estimated, false) as is_estimated
from deliveries
inner join {{ ref('stg_document_lines') }} as delivery_lines on delivery_lines.document_line_id = deliveries.delivery_line_id
inner join {{ ref('int_documents_dated') }} as int_documents_dated
    on int_documents_dated.document_id = delivery_lines.document_id
inner join {{ ref('int_sales_order_lines_fulfilled') }} as order_lines
    on order_lines.sales_order_line_id = deliveries.sales_order_line_id
inner join {{ ref('stg_document_lines') }} as order_line_texts
    on order_line_texts.document_line_id = deliveries.sales_order_line_id
inner join {{ ref('int_documents_dated') }} as orders on orders.document_id = order_lines.sales_order_id
left join {{ ref('stg_partners') }} as stg_partners on stg_partners.partner_id = orders.partner_id
left join {{ ref('stg_items') }} as stg_items on stg_items.item_id = delivery_lines.item_id
left join returned on returned.delivery_line_id = deliveries.delivery_line_id
left join valued on valued.delivery_line_id = deliveries.delivery_line_id
