-- One row per work order: plan and actual, what it cost by component, what is still in work, and why it differs from standard.
with

moved as (
    select
        moves.work_order_id,
        min(moves.effective_date) as first_date,
        max(moves.effective_date) as last_date,
        {{ whole_sum("case when moves.move_type = 'output' and moves.item_id = work_orders.item_id then moves.quantity_micro else 0 end") }}
            as good_quantity_micro,
        {{ whole_sum("case when moves.move_type = 'output_scrap' then moves.quantity_micro else 0 end") }} as scrap_quantity_micro,
        max(case when moves.move_type = 'output' then moves.effective_date end) as last_output_date,
        {{ whole_sum("case when moves.move_type = 'by_product' then moves_valued.carried_amount_minor else 0 end") }}
            as by_product_amount_minor,
        {{ whole_sum("case when moves.move_type = 'output' then moves_valued.value_amount_minor else 0 end") }} as output_value_minor
    from {{ ref('stg_stock_moves') }} as moves
    inner join {{ ref('int_work_orders_closed') }} as work_orders on work_orders.work_order_id = moves.work_order_id
    inner join {{ ref('int_stock_moves_valued') }} as moves_valued on moves_valued.move_id = moves.move_id
    where not moves.is_taken_back
    group by moves.work_order_id
),

timed as (
    select
        time_entries.work_order_id,
        min(time_entries.effective_date) as first_date,
        {{ whole_sum('time_entries.minutes_micro') }} as minutes_micro,
        {{ whole_sum('time_entries.machine_minutes_micro') }} as machine_minutes_micro
    from {{ ref('int_time_entries_priced') }} as time_entries
    group by time_entries.work_order_id
),

-- An order is judged by what was in force on the day it was closed; while it is open, by what is today.
judged as (
    select
        work_order_id,
        company_id,
        item_id,
        coalesce(closed_date, {{ as_of() }}) as judged_on
    from {{ ref('int_work_orders_closed') }}
),

standards as (
    select
        judged.work_order_id,
        {% for component in cost_components() -%}
        {{ '+ ' if not loop.first }}standard_costs.{{ component }}_unit_cost
        {% endfor -%}
        as unit_cost,
        row_number() over (partition by judged.work_order_id order by standard_costs.effective_date desc) as turn
    from judged
    inner join {{ ref('int_standard_costs_in_minor_units') }} as standard_costs
        on standard_costs.company_id = judged.company_id
        and standard_costs.item_id = judged.item_id
        and standard_costs.effective_date <= judged.judged_on
),

costed as (
    select
        work_orders.work_order_id,
        work_orders.company_id,
        work_orders.document_number,
        work_orders.warehouse_id,
        work_orders.item_id,
        documents.state,
        documents.origin_document_id,
        work_orders.planned_quantity_micro,
        coalesce(moved.good_quantity_micro, 0) as good_quantity_micro,
        coalesce(moved.scrap_quantity_micro, 0) as scrap_quantity_micro,
        work_orders.start_date,
        work_orders.due_date,
        work_orders.created_date,
        least(moved.first_date, timed.first_date) as actual_start_date,
        coalesce(
            work_orders.closed_date,
            case when moved.good_quantity_micro >= work_orders.planned_quantity_micro then moved.last_output_date end
        ) as actual_end_date,
        work_orders.is_closed,
        coalesce(timed.minutes_micro, 0) as minutes_micro,
        coalesce(timed.machine_minutes_micro, 0) as machine_minutes_micro,
        coalesce(moved.by_product_amount_minor, 0) as by_product_amount_minor,
        companies.amount_exponent,
        {% for component in cost_components() -%}
        coalesce(costs.{{ component }}_amount_in, 0) as {{ component }}_in_minor,
        coalesce(
            {{ priced('coalesce(moved.good_quantity_micro, 0)', 'rolled_up.' ~ component ~ '_unit_cost', 'companies.amount_exponent') }},
            0
        ) as {{ component }}_standard_minor,
        {% endfor -%}
        {% for cause in variance_causes() -%}
        coalesce(causes.{{ cause }}_minor, 0) as {{ cause }}_minor,
        {% endfor -%}
        -- An item at standard enters stock at its standard; one that is only told what it should cost is compared with that.
        case
            when methods.method = 'standard' then coalesce(moved.output_value_minor, 0)
            when standards.unit_cost is not null then {{ rounded_ratio(
                '(cast(coalesce(moved.good_quantity_micro, 0) as ' ~ type_whole() ~ ') * standards.unit_cost)', '1000000000000'
            ) }}
        end as output_at_standard_minor,
        coalesce(methods.method = 'standard', false) as is_at_standard,
        coalesce(rolled_up.is_made and rolled_up.is_complete, false) as has_recipe,
        coalesce(costs.value_in, 0) as value_in_minor,
        coalesce(costs.value_out, 0) as value_out_minor,
        coalesce(costs.wip_amount, 0) as wip_amount_minor,
        coalesce(costs.loss_amount, 0) as loss_amount_minor,
        coalesce(costs.residual_amount, 0) as residual_amount_minor
    from {{ ref('int_work_orders_closed') }} as work_orders
    inner join {{ ref('int_documents_dated') }} as documents on documents.document_id = work_orders.work_order_id
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = work_orders.company_id
    left join moved on moved.work_order_id = work_orders.work_order_id
    left join timed on timed.work_order_id = work_orders.work_order_id
    left join {{ ref('int_work_order_variances') }} as causes on causes.work_order_id = work_orders.work_order_id
    inner join judged on judged.work_order_id = work_orders.work_order_id
    left join {{ ref('int_valuation_methods') }} as methods
        on methods.company_id = judged.company_id
        and methods.item_id = judged.item_id
        and methods.in_force_from <= judged.judged_on
        and methods.in_force_before > judged.judged_on
    left join standards
        on standards.work_order_id = work_orders.work_order_id
        and standards.turn = 1
    left join {{ ref('engine_work_order_costs') }} as costs on costs.work_order_id = work_orders.work_order_id
    left join {{ ref('engine_rolled_up_costs') }} as rolled_up
        on rolled_up.company_id = work_orders.company_id
        and rolled_up.item_id = work_orders.item_id
        and rolled_up.effective_date = judged.judged_on
),

compared as (
    select
        costed.*,
        {% for cause in variance_causes() -%}
        {{ '+ ' if not loop.first }}costed.{{ cause }}_minor
        {% endfor -%}
        as caused_minor,
        -- Null where nothing says what the output should cost: no standard, and no recipe of which every part has a cost.
        coalesce(
            costed.output_at_standard_minor,
            case when costed.has_recipe
                then costed.material_standard_minor + costed.labour_standard_minor + costed.overhead_standard_minor
                    + costed.subcontract_standard_minor + costed.landed_standard_minor
            end
        ) as standard_cost_minor,
        -- What an order costs is not said before it is closed: until then nothing differs.
        case
            when not costed.is_closed then 0
            when costed.output_at_standard_minor is not null or costed.has_recipe then 1
        end as is_compared
    from costed
)

select
    compared.work_order_id,
    compared.company_id,
    compared.document_number as work_order_number,
    compared.item_id,
    items.item_code,
    items.item_name,
    compared.warehouse_id,
    compared.state as status,
    {{ quantity('compared.planned_quantity_micro') }} as planned_quantity,
    {{ quantity('compared.good_quantity_micro') }} as good_quantity,
    {{ quantity('compared.scrap_quantity_micro') }} as scrap_quantity,
    compared.start_date as planned_start_date,
    compared.due_date as planned_end_date,
    compared.actual_start_date,
    compared.actual_end_date,
    compared.is_closed,
    compared.is_at_standard,
    {{ quantity('compared.minutes_micro') }} as labour_minutes,
    {{ quantity('compared.machine_minutes_micro') }} as machine_minutes,
    {% for component in cost_components() -%}
    {{ amount('compared.' ~ component ~ '_in_minor', 'compared.amount_exponent') }} as {{ component }}_cost,
    {% endfor -%}
    {{ amount('compared.value_in_minor', 'compared.amount_exponent') }} as total_cost,
    {{ amount('compared.value_out_minor', 'compared.amount_exponent') }} as output_amount,
    {{ amount('compared.by_product_amount_minor', 'compared.amount_exponent') }} as by_product_amount,
    {{ quantity(rounded_ratio(
        '(cast(compared.value_out_minor - compared.by_product_amount_minor as ' ~ type_whole() ~ ') * 1000000000000)',
        '(compared.good_quantity_micro * cast(' ~ minor_units('compared.amount_exponent') ~ ' as ' ~ type_whole() ~ '))',
    )) }} as unit_cost,
    {{ amount('compared.standard_cost_minor', 'compared.amount_exponent') }} as standard_cost,
    {% for cause in variance_causes() -%}
    {{ amount('(compared.is_compared * compared.' ~ cause ~ '_minor)', 'compared.amount_exponent') }} as {{ cause }}_variance,
    {% endfor -%}
    {{ amount(
        '(compared.is_compared * (compared.value_in_minor - compared.by_product_amount_minor - compared.standard_cost_minor'
        ~ ' - compared.caused_minor))',
        'compared.amount_exponent'
    ) }} as standard_variance,
    {{ amount(
        '(compared.is_compared * (compared.value_in_minor - compared.by_product_amount_minor - compared.standard_cost_minor))',
        'compared.amount_exponent'
    ) }} as total_variance,
    {{ amount('compared.wip_amount_minor', 'compared.amount_exponent') }} as wip_amount,
    {{ amount('compared.loss_amount_minor', 'compared.amount_exponent') }} as loss_amount,
    {{ amount('compared.residual_amount_minor', 'compared.amount_exponent') }} as residual_amount
from compared
inner join {{ ref('stg_items') }} as items on items.item_id = compared.item_id
