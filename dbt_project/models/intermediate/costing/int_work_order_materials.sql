-- One row per work order and component, used or planned: what was issued, what the output should have needed, and what a unit of it
-- should cost on the day the order was closed (while it is open: today). Quantities micro, amounts minor units, unit cost in
-- millionths of a minor unit.
with

-- Good output, and how much good output the plan expects of all that was put out, good and scrapped: its yield.
put_out as (
    select
        moves.work_order_id,
        sum(case when moves.move_type = 'output' then moves.quantity_micro else 0 end) as good_quantity_micro,
        {{ rounded_ratio(
            '(cast(sum(moves.quantity_micro) as ' ~ type_whole() ~ ') * work_orders.yield_rate_micro)', '1000000'
        ) }} as output_quantity_micro
    from {{ ref('stg_stock_moves') }} as moves
    inner join {{ ref('int_work_orders_closed') }} as work_orders on work_orders.work_order_id = moves.work_order_id
    where moves.move_type in ('output', 'output_scrap')
    group by moves.work_order_id, work_orders.yield_rate_micro
),

issued as (
    select
        moves.work_order_id,
        moves.item_id,
        sum(case when moves.move_type = 'issue' then moves.quantity_micro else -moves.quantity_micro end) as quantity_micro,
        sum(
            case when moves.move_type = 'issue' then moves_valued.carried_amount_minor else -moves_valued.carried_amount_minor end
        ) as amount_minor
    from {{ ref('stg_stock_moves') }} as moves
    inner join {{ ref('int_stock_moves_valued') }} as moves_valued on moves_valued.move_id = moves.move_id
    where moves.move_type in ('issue', 'issue_return')
    group by moves.work_order_id, moves.item_id
),

required as (
    select
        components.work_order_id,
        components.item_id,
        sum(components.quantity_micro) as quantity_micro
    from {{ ref('stg_work_order_components') }} as components
    group by components.work_order_id, components.item_id
),

components as (
    select work_order_id, item_id from issued
    union
    select work_order_id, item_id from required
),

dated as (
    select
        components.work_order_id,
        components.item_id,
        work_orders.company_id,
        work_orders.planned_quantity_micro,
        coalesce(work_orders.closed_date, {{ as_of() }}) as priced_on
    from components
    inner join {{ ref('int_work_orders_closed') }} as work_orders on work_orders.work_order_id = components.work_order_id
),

-- The standard in force on that day; before its first version an item is already at it.
standards as (
    select
        dated.work_order_id,
        dated.item_id,
        {% for component in cost_components() -%}
        {{ '+ ' if not loop.first }}standard_costs.{{ component }}_unit_cost
        {% endfor -%}
        as unit_cost,
        row_number() over (
            partition by dated.work_order_id, dated.item_id
            order by
                standard_costs.effective_date <= dated.priced_on desc,
                abs({{ days_between('standard_costs.effective_date', 'dated.priced_on') }})
        ) as turn
    from dated
    inner join {{ ref('int_standard_costs_in_minor_units') }} as standard_costs
        on standard_costs.company_id = dated.company_id
        and standard_costs.item_id = dated.item_id
)

select
    dated.company_id,
    dated.work_order_id,
    dated.item_id,
    dated.priced_on,
    cast(coalesce(issued.quantity_micro, 0) as bigint) as issued_quantity_micro,
    cast(coalesce(issued.amount_minor, 0) as bigint) as issued_amount_minor,
    {% for allowed, output in [('allowed', 'good'), ('allowed_with_scrap', 'output')] -%}
    cast(coalesce(
        {{ rounded_ratio(
            '(cast(required.quantity_micro as ' ~ type_whole() ~ ') * coalesce(put_out.' ~ output ~ '_quantity_micro, 0))',
            'dated.planned_quantity_micro',
        ) }},
        0
    ) as bigint) as {{ allowed }}_quantity_micro,
    {% endfor -%}
    cast(
        coalesce(
            case when methods.method = 'standard' then standards.unit_cost end,
            (
                rolled_up.material_unit_cost + rolled_up.labour_unit_cost + rolled_up.overhead_unit_cost
                + rolled_up.subcontract_unit_cost + rolled_up.landed_unit_cost
            ) * {{ minor_units('companies.amount_exponent') }},
            0
        ) as bigint
    ) as unit_cost
from dated
inner join {{ ref('stg_companies') }} as companies on companies.company_id = dated.company_id
left join put_out on put_out.work_order_id = dated.work_order_id
left join issued
    on issued.work_order_id = dated.work_order_id
    and issued.item_id = dated.item_id
left join required
    on required.work_order_id = dated.work_order_id
    and required.item_id = dated.item_id
left join standards
    on standards.work_order_id = dated.work_order_id
    and standards.item_id = dated.item_id
    and standards.turn = 1
left join {{ ref('int_valuation_methods') }} as methods
    on methods.company_id = dated.company_id
    and methods.item_id = dated.item_id
    and methods.in_force_from <= dated.priced_on
    and methods.in_force_before > dated.priced_on
left join {{ ref('engine_rolled_up_costs') }} as rolled_up
    on rolled_up.company_id = dated.company_id
    and rolled_up.item_id = dated.item_id
    and rolled_up.effective_date = dated.priced_on
