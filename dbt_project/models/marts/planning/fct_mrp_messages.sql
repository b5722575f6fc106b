-- One row per supply that exists and action that the plan asks of it, with the money that hangs on it.
with

-- How much of the supply the message speaks of, and how much of it lies for more than ninety days if nobody follows it.
spoken_of as (
    select
        messages.*,
        supplies.document_id,
        supplies.supplier_id,
        case
            when messages.action in ('increase', 'decrease') then abs(messages.quantity - supplies.quantity)
            else messages.quantity
        end as affected_quantity,
        case
            when messages.action = 'cancel' then messages.quantity
            when messages.action = 'decrease' then supplies.quantity - messages.quantity
            when messages.action = 'defer' and messages.to_date > greatest(messages.from_date, {{ as_of() }}) + 90
                then messages.quantity
            else 0
        end as lying_quantity
    from {{ engine_table(ref('engine_planning_run'), 'planning_messages') }} as messages
    inner join {{ ref('int_planning_supplies') }} as supplies
        on supplies.company_id = messages.company_id
        and supplies.supply_id = messages.supply_id
)

select
    messages.company_id,
    messages.action,
    cast(
        case
            when messages.action in ('expedite', 'past_due', 'release') then 'today'
            when messages.action in ('cancel', 'increase') or messages.lying_quantity > 0 then 'week'
            else 'later'
        end as varchar
    ) as urgency,
    messages.supply_id,
    messages.supply_kind,
    messages.document_id,
    messages.document_number,
    items.item_id,
    items.item_code,
    items.item_name,
    units.unit_code as unit,
    messages.warehouse_id,
    warehouses.warehouse_code,
    messages.supplier_id,
    suppliers.partner_code as supplier_code,
    suppliers.partner_name as supplier_name,
    case when messages.supply_kind in ('work_order', 'by_product') then worked_at.work_center_id end as work_center_id,
    case when messages.supply_kind in ('work_order', 'by_product') then worked_at.work_center_code end as work_center_code,
    case when messages.supply_kind in ('work_order', 'by_product') then worked_at.work_center_name end as work_center_name,
    messages.from_date,
    messages.to_date,
    {{ quantity('messages.quantity') }} as quantity,
    {{ quantity('messages.affected_quantity') }} as affected_quantity,
    {{ amount(priced('messages.affected_quantity', 'item_costs.unit_cost_micro', 'companies.amount_exponent')) }} as value_amount,
    cast(
        case
            when messages.supply_kind in ('purchase_order', 'requisition')
                then coalesce(messages.to_date, messages.from_date) + cast(coalesce(suppliers.payment_term_days, 0) as integer)
        end as date
    ) as cash_out_date,
    {{ amount('messages.margin_of_pegged_orders') }} as margin_of_pegged_orders,
    {{ amount('messages.margin_at_risk') }} as margin_at_risk,
    {{ amount(
        'coalesce(' ~ priced('messages.lying_quantity', 'item_costs.unit_cost_micro', 'companies.amount_exponent') ~ ', 0)'
    ) }} as ageing_value_amount,
    messages.reason
from spoken_of as messages
inner join {{ ref('stg_companies') }} as companies on companies.company_id = messages.company_id
inner join {{ ref('stg_items') }} as items on items.item_code = messages.item_id
left join {{ ref('stg_units') }} as units on units.unit_id = items.unit_id
left join {{ ref('stg_warehouses') }} as warehouses on warehouses.warehouse_id = messages.warehouse_id
left join {{ ref('stg_partners') }} as suppliers on suppliers.partner_id = messages.supplier_id
left join {{ ref('int_item_costs_in_force') }} as item_costs
    on item_costs.company_id = messages.company_id
    and item_costs.item_id = items.item_id
left join {{ ref('int_items_worked_at') }} as worked_at
    on worked_at.company_id = messages.company_id
    and worked_at.item_id = items.item_id
order by messages.company_id, messages.action, messages.from_date, messages.supply_id
