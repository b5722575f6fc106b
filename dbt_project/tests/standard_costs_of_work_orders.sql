-- One row per work order whose standard cost is not what its good output entered stock at, of an item at standard; of another item, good
-- output at the standard that was set, else at the rolled-up cost, of the day it was closed (open: today); or that says otherwise than
-- the method of that day whether its item is at standard.
{{ config(tags=['gate']) }}
with

orders as (
    select
        work_orders.work_order_id,
        work_orders.company_id,
        work_orders.item_id,
        work_orders.is_at_standard,
        work_orders.standard_cost,
        cast({{ millionths('work_orders.good_quantity') }} as bigint) as good_quantity_micro,
        coalesce(closed.closed_date, {{ as_of() }}) as judged_on
    from {{ ref('fct_work_orders') }} as work_orders
    inner join {{ ref('int_work_orders_closed') }} as closed on closed.work_order_id = work_orders.work_order_id
),

entered as (
    select
        work_order_id,
        sum(value_amount) as value_amount
    from {{ ref('fct_stock_moves') }}
    where move_type = 'output'
    group by work_order_id
),

standards as (
    select
        orders.work_order_id,
        {% for component in cost_components() -%}
        {{ '+ ' if not loop.first }}costs.{{ component }}_unit_cost
        {% endfor -%}
        as unit_cost,
        row_number() over (partition by orders.work_order_id order by costs.effective_date desc) as turn
    from orders
    inner join {{ ref('int_standard_costs_in_minor_units') }} as costs
        on costs.company_id = orders.company_id
        and costs.item_id = orders.item_id
        and costs.effective_date <= orders.judged_on
)

select orders.work_order_id
from orders
inner join {{ ref('stg_companies') }} as companies on companies.company_id = orders.company_id
left join entered on entered.work_order_id = orders.work_order_id
left join standards
    on standards.work_order_id = orders.work_order_id
    and standards.turn = 1
left join {{ ref('engine_rolled_up_costs') }} as rolled_up
    on rolled_up.company_id = orders.company_id
    and rolled_up.item_id = orders.item_id
    and rolled_up.effective_date = orders.judged_on
left join {{ ref('int_valuation_methods') }} as methods
    on methods.company_id = orders.company_id
    and methods.item_id = orders.item_id
    and methods.in_force_from <= orders.judged_on
    and methods.in_force_before > orders.judged_on
where
    orders.is_at_standard <> coalesce(methods.method = 'standard', false)
    or orders.standard_cost is distinct from case
        when orders.is_at_standard then coalesce(entered.value_amount, 0)
        when standards.unit_cost is not null then {{ amount(
            rounded_ratio('(cast(orders.good_quantity_micro as ' ~ type_whole() ~ ') * standards.unit_cost)', '1000000000000'),
            'companies.amount_exponent',
        ) }}
        when rolled_up.is_made and rolled_up.is_complete then {{ amount(
            '(' ~ priced('orders.good_quantity_micro', 'rolled_up.material_unit_cost', 'companies.amount_exponent')
            ~ ' + ' ~ priced('orders.good_quantity_micro', 'rolled_up.labour_unit_cost', 'companies.amount_exponent')
            ~ ' + ' ~ priced('orders.good_quantity_micro', 'rolled_up.overhead_unit_cost', 'companies.amount_exponent')
            ~ ' + ' ~ priced('orders.good_quantity_micro', 'rolled_up.subcontract_unit_cost', 'companies.amount_exponent')
            ~ ' + ' ~ priced('orders.good_quantity_micro', 'rolled_up.landed_unit_cost', 'companies.amount_exponent') ~ ')',
            'companies.amount_exponent',
        ) }}
    end
