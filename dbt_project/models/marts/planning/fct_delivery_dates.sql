-- One row per open sales order line of goods: when it was wanted, promised, and will be there, and what decides it.
with

-- The work centre that holds a line up longest, of all steps of its way.
held_up as (
    select
        steps.sales_order_line_id,
        expected.work_center_code,
        row_number() over (
            partition by steps.sales_order_line_id order by steps.capacity_days desc, steps.step_number desc
        ) as longest_first
    from {{ engine_table(ref('engine_planning_delivery'), 'delivery_steps') }} as steps
    inner join {{ ref('int_planning_supplies_expected') }} as expected on expected.supply_id = steps.supply_id
    where steps.capacity_days > 0
)

select
    delivery_dates.sales_order_line_id,
    delivery_dates.company_id,
    documents.document_id as sales_order_id,
    documents.document_number as order_number,
    document_lines.line_number,
    documents.partner_id as customer_id,
    partners.partner_code as customer_code,
    partners.partner_name as customer_name,
    items.item_id,
    items.item_code,
    items.item_name,
    delivery_dates.warehouse_id,
    {{ quantity('demands.quantity') }} as open_quantity,
    document_lines.requested_date,
    document_lines.promised_date,
    cast(delivery_dates.predicted_date as date) as predicted_date,
    cast(odds.p50_date as date) as p50_date,
    cast(odds.p90_date as date) as p90_date,
    cast(odds.sample_count as bigint) as odds_sample_count,
    case when odds.estimate_level = 'group' then 'supplier' else odds.estimate_level end as odds_level,
    case when delivery_dates.predicted_date is not null then cast(delivery_dates.days_late as bigint) end as days_late,
    delivery_dates.reason_key,
    delivery_dates.reason,
    delivery_dates.binding_supply_id,
    binding.document_number as binding_document_number,
    reason_items.item_id as reason_item_id,
    reason_items.item_code as reason_item_code,
    delivery_dates.reason_document_number,
    cast(delivery_dates.reason_lead_time_days as bigint) as reason_lead_time_days,
    cast(delivery_dates.reason_date as date) as reason_date,
    held_up.work_center_code as reason_work_center_code,
    cast(delivery_dates.capacity_days as bigint) as capacity_days,
    {{ amount('demands.margin_amount') }} as open_margin_amount
from {{ engine_table(ref('engine_planning_delivery'), 'delivery_dates') }} as delivery_dates
inner join {{ ref('stg_companies') }} as companies on companies.company_id = delivery_dates.company_id
inner join {{ ref('int_planning_demands') }} as demands on demands.demand_id = delivery_dates.demand_id
inner join {{ ref('stg_document_lines') }} as document_lines
    on document_lines.document_line_id = delivery_dates.sales_order_line_id
inner join {{ ref('stg_documents') }} as documents on documents.document_id = document_lines.document_id
inner join {{ ref('stg_items') }} as items on items.item_code = delivery_dates.item_id
left join {{ ref('stg_items') }} as reason_items on reason_items.item_code = delivery_dates.reason_item_id
left join {{ ref('stg_partners') }} as partners on partners.partner_id = documents.partner_id
left join {{ ref('int_planning_supplies') }} as binding on binding.supply_id = delivery_dates.binding_supply_id
left join held_up
    on held_up.sales_order_line_id = delivery_dates.sales_order_line_id
    and held_up.longest_first = 1
left join {{ engine_table(ref('engine_planning_odds'), 'odds_delivery_dates') }} as odds
    on odds.sales_order_line_id = delivery_dates.sales_order_line_id
