-- One row per delivery or customer return move and sales order line it serves: the part of its cost that the line bears.
select
    concat(sales_costs.move_id, '-', coalesce(sales_costs.sales_order_line_id, 0)) as sales_cost_key,
    sales_costs.company_id,
    sales_costs.move_id,
    moves.move_type,
    sales_costs.sales_order_line_id,
    order_lines.document_id as sales_order_id,
    sales_costs.item_id,
    items.item_code,
    sales_costs.effective_date,
    moves.document_id,
    documents.document_type,
    documents.document_number,
    {{ quantity('sales_costs.quantity_micro') }} as quantity,
    {{ amount('sales_costs.value_amount_minor') }} as value_amount,
    {% for component in cost_components() -%}
    {{ amount('sales_costs.' ~ component ~ '_amount_minor') }} as {{ component }}_amount,
    {% endfor -%}
    sales_costs.is_estimated
from {{ ref('int_sales_costs') }} as sales_costs
inner join {{ ref('stg_companies') }} as companies on companies.company_id = sales_costs.company_id
inner join {{ ref('stg_stock_moves') }} as moves on moves.move_id = sales_costs.move_id
inner join {{ ref('stg_items') }} as items on items.item_id = sales_costs.item_id
left join {{ ref('stg_documents') }} as documents on documents.document_id = moves.document_id
left join {{ ref('stg_document_lines') }} as order_lines on order_lines.document_line_id = sales_costs.sales_order_line_id
