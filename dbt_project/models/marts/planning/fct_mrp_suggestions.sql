-- One row per suggestion: what the plan suggests to buy, make or move, and what became of those that were decided on.
with

-- What the plan of this build suggests, whether decided on or not.
suggested as (
    select
        suggestions.suggestion_id,
        suggestions.company_id,
        suggestions.kind,
        items.item_id,
        suggestions.warehouse_id,
        suggestions.from_warehouse_id,
        suggestions.supplier_id,
        suggestions.alternate,
        suggestions.quantity,
        suggestions.due_date,
        suggestions.release_date,
        suggestions.is_release_past,
        suggestions.available_date,
        suggestions.lead_time_days,
        suggestions.need_date,
        suggestions.required_quantity,
        suggestions.available_quantity,
        suggestions.safety_stock,
        suggestions.shortage_quantity,
        suggestions.lot_rule,
        suggestions.minimum_quantity,
        suggestions.multiple_quantity,
        suggestions.supplier_minimum_quantity,
        suggestions.first_requirement_id,
        suggestions.sales_order_line_id,
        suggestions.sales_order_line_count,
        suggestions.unit_cost,
        suggestions.value_amount,
        suggestions.margin_of_pegged_orders,
        suggestions.margin_at_risk,
        suggestions.state,
        decided.suggestion_decision_id,
        case
            when decided.suggestion_decision_id is null then null
            when decided.quantity_micro <> suggestions.quantity or decided.due_date <> suggestions.due_date then 'changed'
            else 'holds'
        end as ground,
        suggestions.reason
    from {{ engine_table(ref('engine_planning_run'), 'planning_suggestions') }} as suggestions
    inner join {{ ref('stg_items') }} as items on items.item_code = suggestions.item_id
    left join {{ ref('int_suggestions_decided') }} as decided
        on decided.company_id = suggestions.company_id
        and decided.suggestion_id = suggestions.suggestion_id
        and decided.document_id is null
),

-- What the plan does not suggest any more: it is a document now, or its ground has gone.
followed as (
    select
        decided.suggestion_id,
        decided.company_id,
        decided.kind,
        decided.item_id,
        decided.warehouse_id,
        decided.from_warehouse_id,
        decided.supplier_id,
        null as alternate,
        decided.quantity_micro as quantity,
        decided.due_date,
        null as release_date,
        null as is_release_past,
        null as available_date,
        null as lead_time_days,
        null as need_date,
        null as required_quantity,
        null as available_quantity,
        null as safety_stock,
        null as shortage_quantity,
        null as lot_rule,
        null as minimum_quantity,
        null as multiple_quantity,
        null as supplier_minimum_quantity,
        null as first_requirement_id,
        null as sales_order_line_id,
        null as sales_order_line_count,
        item_costs.unit_cost_micro as unit_cost,
        cast({{ priced('decided.quantity_micro', 'item_costs.unit_cost_micro', 'companies.amount_exponent') }} as bigint) as value_amount,
        null as margin_of_pegged_orders,
        null as margin_at_risk,
        coalesce(decided.document_life, 'closed') as state,
        decided.suggestion_decision_id,
        case
            when decided.document_id is not null then 'holds'
            when exists (
                select 1
                from suggested
                where
                    suggested.company_id = decided.company_id
                    and suggested.item_id = decided.item_id
                    and suggested.warehouse_id = decided.warehouse_id
            ) then 'replaced'
            else 'gone'
        end as ground,
        null as reason
    from {{ ref('int_suggestions_decided') }} as decided
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = decided.company_id
    left join {{ ref('int_item_costs_in_force') }} as item_costs
        on item_costs.company_id = decided.company_id
        and item_costs.item_id = decided.item_id
    where not exists (
        select 1
        from suggested
        where
            suggested.company_id = decided.company_id
            and suggested.suggestion_id = decided.suggestion_id
    )
),

suggestions as (
    select * from suggested
    union all
    select * from followed
)

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
    suggestions.from_warehouse_id,
    sources.warehouse_code as from_warehouse_code,
    suggestions.supplier_id,
    suppliers.partner_code as supplier_code,
    suppliers.partner_name as supplier_name,
    case when suggestions.kind = 'make' then worked_at.work_center_id end as work_center_id,
    case when suggestions.kind = 'make' then worked_at.work_center_code end as work_center_code,
    case when suggestions.kind = 'make' then worked_at.work_center_name end as work_center_name,
    cast(suggestions.alternate as bigint) as alternate,
    {{ quantity('suggestions.quantity') }} as quantity,
    suggestions.due_date,
    suggestions.release_date,
    coalesce(suggestions.is_release_past, false) as is_release_past,
    cast(
        case
            when suggestions.state not in ('proposed', 'changed') then null
            when suggestions.release_date <= {{ as_of() }} + cast(coalesce(nodes.release_fence_days, 0) as integer) then 'today'
            when suggestions.release_date <= {{ as_of() }} + cast(coalesce(nodes.release_fence_days, 0) + 7 as integer) then 'week'
            else 'later'
        end as varchar
    ) as urgency,
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
    {{ amount(
        'coalesce(' ~ priced('coalesce(lying.quantity, 0)', 'suggestions.unit_cost', 'companies.amount_exponent') ~ ', 0)'
    ) }} as ageing_value_amount,
    suggestions.state,
    cast(decided.decision as varchar) as decision,
    cast(decided.reason as varchar) as decision_reason,
    cast(decided.until as date) as snoozed_until,
    decided.username as decided_by,
    decided.recorded_at as decided_at,
    {{ quantity('decided.quantity_micro') }} as decided_quantity,
    decided.due_date as decided_due_date,
    cast(suggestions.ground as varchar) as ground,
    decided.document_id,
    cast(decided.document_type as varchar) as document_type,
    cast(decided.document_number as varchar) as document_number,
    cast(decided.document_state as varchar) as document_state,
    cast(decided.order_document_number as varchar) as order_document_number,
    cast(suggestions.reason as varchar) as reason,
    cast(builds.build_id as varchar) as build_id
from suggestions
cross join {{ ref('meta_build') }} as builds
inner join {{ ref('stg_companies') }} as companies on companies.company_id = suggestions.company_id
left join {{ ref('stg_items') }} as items on items.item_id = suggestions.item_id
left join {{ ref('stg_units') }} as units on units.unit_id = items.unit_id
left join {{ ref('stg_warehouses') }} as warehouses on warehouses.warehouse_id = suggestions.warehouse_id
left join {{ ref('stg_warehouses') }} as sources on sources.warehouse_id = suggestions.from_warehouse_id
left join {{ ref('stg_partners') }} as suppliers on suppliers.partner_id = suggestions.supplier_id
left join {{ ref('int_planning_nodes') }} as nodes
    on nodes.company_id = suggestions.company_id
    and nodes.item_id = suggestions.item_id
    and nodes.warehouse_id = suggestions.warehouse_id
left join {{ ref('int_items_worked_at') }} as worked_at
    on worked_at.company_id = suggestions.company_id
    and worked_at.item_id = suggestions.item_id
left join {{ ref('int_supplies_lying') }} as lying
    on lying.company_id = suggestions.company_id
    and lying.supply_id = suggestions.suggestion_id
left join {{ ref('stg_document_lines') }} as order_lines on order_lines.document_line_id = suggestions.sales_order_line_id
left join {{ ref('stg_documents') }} as orders on orders.document_id = order_lines.document_id
left join {{ ref('int_suggestions_decided') }} as decided
    on decided.suggestion_decision_id = suggestions.suggestion_decision_id
order by suggestions.company_id, suggestions.due_date, items.item_code, suggestions.suggestion_id
