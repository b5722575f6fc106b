-- One row per line of a sales order that is more than a draft: revenue, cost and profit, actual and still expected.
with

order_lines as (
    select
        fulfilled.sales_order_line_id,
        fulfilled.sales_order_id,
        fulfilled.company_id,
        documents.document_number as order_number,
        document_lines.line_number,
        documents.partner_id as customer_id,
        documents.salesperson_id,
        fulfilled.item_id,
        documents.effective_date as order_date,
        document_lines.requested_date,
        document_lines.promised_date,
        fulfilled.order_state as status,
        fulfilled.amount_exponent,
        fulfilled.ordered_quantity_micro,
        fulfilled.delivered_quantity_micro,
        fulfilled.returned_quantity_micro,
        fulfilled.invoiced_quantity_micro - fulfilled.credited_quantity_micro as invoiced_quantity_micro,
        fulfilled.net_amount_minor,
        fulfilled.invoiced_net_amount_minor - fulfilled.credited_net_amount_minor as invoiced_net_amount_minor,
        -- What will be invoiced in the end: all of an order that is still running, what went out of one that is over; what came
        -- back or was credited is not invoiced again.
        case
            when fulfilled.order_state = 'confirmed' then fulfilled.ordered_quantity_micro - fulfilled.taken_back_quantity_micro
            else least(
                fulfilled.ordered_quantity_micro,
                fulfilled.delivered_quantity_micro - fulfilled.taken_back_quantity_micro
            )
        end as final_quantity_micro,
        case
            when fulfilled.order_state = 'confirmed'
                then greatest(fulfilled.ordered_quantity_micro - fulfilled.delivered_quantity_micro, 0)
            else 0
        end as undelivered_quantity_micro
    from {{ ref('int_sales_order_lines_fulfilled') }} as fulfilled
    inner join {{ ref('stg_document_lines') }} as document_lines
        on document_lines.document_line_id = fulfilled.sales_order_line_id
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = fulfilled.sales_order_id
    where fulfilled.order_state <> 'draft'
),

actual_costs as (
    select
        sales_costs.sales_order_line_id,
        {% for component in cost_components() -%}
        {{ whole_sum('sales_costs.' ~ component ~ '_amount_minor') }} as {{ component }}_actual_minor,
        {% endfor -%}
        {{ whole_sum('sales_costs.value_amount_minor') }} as actual_cost_minor,
        -- Goods whose cost rests on a work order that is still open; what came back of them is taken off.
        {{ whole_sum('case when sales_costs.is_estimated then sales_costs.quantity_micro else 0 end') }} as estimated_quantity_micro,
        {{ whole_sum('case when sales_costs.is_estimated then 0 else sales_costs.quantity_micro end') }} as final_cost_quantity_micro
    from {{ ref('int_sales_costs') }} as sales_costs
    where sales_costs.sales_order_line_id is not null
    group by sales_costs.sales_order_line_id
),

paid as (
    select
        order_costs.sales_order_line_id,
        {{ whole_sum('order_costs.paid_amount_minor') }} as paid_amount_minor
    from {{ ref('int_order_cost_lines') }} as order_costs
    group by order_costs.sales_order_line_id
),

computed as (
    select
        order_lines.*,
        greatest(
            cast(
                coalesce(
                    {{ rounded_ratio(
                        '(cast(order_lines.net_amount_minor as ' ~ type_whole()
                        ~ ') * greatest(order_lines.final_quantity_micro - order_lines.invoiced_quantity_micro, 0))',
                        'order_lines.ordered_quantity_micro',
                    ) }},
                    0
                ) as bigint
            ),
            0
        ) as expected_revenue_minor,
        {% for component in cost_components() -%}
        coalesce(actual_costs.{{ component }}_actual_minor, 0) as {{ component }}_actual_minor,
        cast(
            coalesce(
                {{ priced(
                    'order_lines.undelivered_quantity_micro', 'item_costs.' ~ component ~ '_cost_micro', 'order_lines.amount_exponent'
                ) }},
                0
            ) as bigint
        ) as {{ component }}_estimated_minor,
        {% endfor -%}
        coalesce(actual_costs.actual_cost_minor, 0) as actual_cost_minor,
        coalesce(actual_costs.estimated_quantity_micro, 0) as estimated_quantity_micro,
        coalesce(actual_costs.final_cost_quantity_micro, 0) as final_cost_quantity_micro,
        coalesce(paid.paid_amount_minor, 0) as other_cost_minor
    from order_lines
    left join actual_costs on actual_costs.sales_order_line_id = order_lines.sales_order_line_id
    left join paid on paid.sales_order_line_id = order_lines.sales_order_line_id
    left join {{ ref('int_item_costs_in_force') }} as item_costs
        on item_costs.company_id = order_lines.company_id
        and item_costs.item_id = order_lines.item_id
),

summed as (
    select
        computed.*,
        {% for component in cost_components() -%}
        {{ '+ ' if not loop.first }}computed.{{ component }}_estimated_minor
        {% endfor -%}
        as estimated_cost_minor
    from computed
),

totals as (
    select
        summed.*,
        summed.invoiced_net_amount_minor + summed.expected_revenue_minor as revenue_minor,
        summed.actual_cost_minor + summed.estimated_cost_minor + summed.other_cost_minor as total_cost_minor
    from summed
)

select
    totals.sales_order_line_id,
    totals.sales_order_id,
    totals.company_id,
    totals.order_number,
    totals.line_number,
    totals.customer_id,
    totals.salesperson_id,
    partners.partner_code as customer_code,
    partners.partner_name as customer_name,
    totals.item_id,
    items.item_code,
    items.item_name,
    totals.order_date,
    totals.requested_date,
    totals.promised_date,
    totals.status,
    {{ quantity('totals.ordered_quantity_micro') }} as ordered_quantity,
    {{ quantity('(totals.delivered_quantity_micro - totals.returned_quantity_micro)') }} as delivered_quantity,
    {{ amount('totals.invoiced_net_amount_minor', 'totals.amount_exponent') }} as actual_revenue,
    {{ amount('totals.expected_revenue_minor', 'totals.amount_exponent') }} as expected_revenue,
    {{ amount('totals.revenue_minor', 'totals.amount_exponent') }} as revenue,
    {{ amount('totals.actual_cost_minor', 'totals.amount_exponent') }} as actual_cost,
    {{ amount('totals.estimated_cost_minor', 'totals.amount_exponent') }} as estimated_cost,
    {% for component in ['material', 'labour', 'overhead', 'subcontract', 'landed'] -%}
    {{ amount(
        '(totals.' ~ component ~ '_actual_minor + totals.' ~ component ~ '_estimated_minor)', 'totals.amount_exponent'
    ) }} as {{ component }}_cost,
    {% endfor -%}
    {{ amount('totals.other_cost_minor', 'totals.amount_exponent') }} as other_cost,
    {{ amount('totals.total_cost_minor', 'totals.amount_exponent') }} as total_cost,
    {{ amount('(totals.revenue_minor - totals.total_cost_minor)', 'totals.amount_exponent') }} as profit,
    {{ ratio('(totals.revenue_minor - totals.total_cost_minor)', 'totals.revenue_minor') }} as margin_rate,
    case
        when totals.undelivered_quantity_micro = 0 and totals.estimated_quantity_micro = 0 then 'actual'
        when totals.delivered_quantity_micro = 0 then 'estimated'
        when totals.estimated_quantity_micro <> 0 and totals.final_cost_quantity_micro = 0 then 'estimated'
        else 'mixed'
    end as cost_status
from totals
left join {{ ref('stg_partners') }} as partners on partners.partner_id = totals.customer_id
left join {{ ref('stg_items') }} as items on items.item_id = totals.item_id
