-- One row per suggestion of the plan: what to buy or make, how much, when, why, and what hangs on it.
select
    suggestions.suggestion_id,
    suggestions.company_id,
    suggestions.kind,
    items.item_id,
    items.item_code,
    items.item_name,
    units.unit_code as unit,
    suggestions.warehouse_id,
    warehouses.warehouse_code,
    suggestions.supplier_id,
    suppliers.partner_code as supplier_code,
    suppliers.partner_name as supplier_name,
    {{ quantity('suggestions.quantity') }} as quantity,
    suggestions.due_date,
    suggestions.release_date,
    suggestions.is_release_past,
    suggestions.available_date,
    cast(suggestions.lead_time_days as bigint) as lead_time_days,
    suggestions.need_date,
    {{ quantity('suggestions.required_quantity') }} as required_quantity,
    {{ quantity('suggestions.available_quantity') }} as available_quantity,
    {{ quantity('suggestions.safety_stock') }} as safety_stock,
    {{ quantity('suggestions.shortage_quantity') }} as shortage_quantity,
    suggestions.lot_rule,
    {{ quantity('suggestions.minimum_quantity') }} as minimum_quantity,
    {{ quantity('suggestions.multiple_quantity') }} as multiple_quantity,
    {{ quantity('suggestions.supplier_minimum_quantity') }} as supplier_minimum_quantity,
    suggestions.first_requirement_id,
    suggestions.sales_order_line_id,
    orders.document_number as order_number,
    cast(suggestions.sales_order_line_count as bigint) as sales_order_line_count,
    {{ quantity('suggestions.unit_cost') }} as unit_cost,
    {{ amount('suggestions.value_amount') }} as value_amount,
    cast(
        case when suggestions.kind = 'buy' then suggestions.due_date + cast(coalesce(suppliers.payment_term_days, 0) as integer) end as date
    ) as cash_out_date,
    {{ amount('suggestions.margin_of_pegged_orders') }} as margin_of_pegged_orders,
    {{ amount('suggestions.margin_at_risk') }} as margin_at_risk,
    suggestions.state,
    cast(suggestions.decision as varchar) as decision,
    cast(suggestions.decision_reason as varchar) as decision_reason,
    cast(suggestions.snoozed_until as date) as snoozed_until,
    suggestions.reason,
    cast('{{ var("build_id") }}' as varchar) as build_id
from {{ engine_table(ref('engine_planning_run'), 'planning_suggestions') }} as suggestions
inner join {{ ref('stg_companies') }} as companies on companies.company_id = suggestions.company_id
inner join {{ ref('stg_items') }} as items on items.item_code = suggestions.item_id
left join {{ ref('stg_units') }} as units on units.unit_id = items.unit_id
left join {{ ref('stg_warehouses') }} as warehouses on warehouses.warehouse_id = suggestions.warehouse_id
left join {{ ref('stg_partners') }} as suppliers on suppliers.partner_id = suggestions.supplier_id
left join {{ ref('stg_document_lines') }} as order_lines on order_lines.document_line_id = suggestions.sales_order_line_id
left join {{ ref('stg_documents') }} as orders on orders.document_id = order_lines.document_id
order by suggestions.company_id, suggestions.due_date, items.item_code, suggestions.suggestion_id
