-- One row per work order and work centre (null: none, and subcontractors): minutes and cost booked, and what the output should have
-- needed, with the rates in force on the day the order was closed. Micro minutes, minor units, millionths of a minor unit per hour.
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

booked as (
    select
        time_entries.work_order_id,
        time_entries.work_center_id,
        {{ whole_sum('time_entries.minutes_micro') }} as actual_minutes_micro,
        {{ whole_sum('time_entries.machine_minutes_micro') }} as machine_minutes_micro,
        {{ whole_sum('time_entries.labour_amount_minor') }} as labour_amount_minor,
        {{ whole_sum('time_entries.overhead_amount_minor') }} as overhead_amount_minor,
        0 as subcontract_amount_minor,
        0 as allowed_minutes_micro,
        0 as allowed_with_scrap_minutes_micro,
        0 as subcontract_allowed_minor,
        0 as subcontract_allowed_with_scrap_minor
    from {{ ref('int_time_entries_priced') }} as time_entries
    where time_entries.work_order_id is not null
    group by time_entries.work_order_id, time_entries.work_center_id
),

subcontracted as (
    select
        subcontract_costs.work_order_id,
        cast(null as bigint) as work_center_id,
        0 as actual_minutes_micro,
        0 as machine_minutes_micro,
        0 as labour_amount_minor,
        0 as overhead_amount_minor,
        {{ whole_sum('subcontract_costs.amount_minor') }} as subcontract_amount_minor,
        0 as allowed_minutes_micro,
        0 as allowed_with_scrap_minutes_micro,
        0 as subcontract_allowed_minor,
        0 as subcontract_allowed_with_scrap_minor
    from {{ ref('stg_subcontract_costs') }} as subcontract_costs
    group by subcontract_costs.work_order_id
),

planned as (
    select
        operations.work_order_id,
        case when operations.subcontractor_id is null then operations.work_center_id end as work_center_id,
        0 as actual_minutes_micro,
        0 as machine_minutes_micro,
        0 as labour_amount_minor,
        0 as overhead_amount_minor,
        0 as subcontract_amount_minor,
        {% for allowed, output in [('allowed', 'good'), ('allowed_with_scrap', 'output')] -%}
        case when operations.subcontractor_id is null and put_out.{{ output }}_quantity_micro > 0
            then operations.setup_minutes_micro + {{ rounded_ratio(
                '(cast(operations.run_minutes_micro as ' ~ type_whole() ~ ') * put_out.' ~ output ~ '_quantity_micro)', '1000000'
            ) }}
            else 0
        end as {{ allowed }}_minutes_micro,
        {% endfor -%}
        {% for allowed, output in [('allowed', 'good'), ('allowed_with_scrap', 'output')] -%}
        case when operations.subcontractor_id is null then 0
            else coalesce(
                {{ priced('put_out.' ~ output ~ '_quantity_micro', 'operations.subcontract_price_micro', 'companies.amount_exponent') }},
                0
            )
        end as subcontract_{{ allowed }}_minor{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('stg_work_order_operations') }} as operations
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = operations.work_order_id
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = documents.company_id
    left join put_out on put_out.work_order_id = operations.work_order_id
),

facts as (
    select * from booked
    union all
    select * from subcontracted
    union all
    select * from planned
),

summed as (
    select
        facts.work_order_id,
        facts.work_center_id,
        {% for sum in [
            'actual_minutes_micro', 'machine_minutes_micro', 'labour_amount_minor', 'overhead_amount_minor', 'subcontract_amount_minor',
            'allowed_minutes_micro', 'allowed_with_scrap_minutes_micro', 'subcontract_allowed_minor',
            'subcontract_allowed_with_scrap_minor',
        ] -%}
        {{ whole_sum('facts.' ~ sum) }} as {{ sum }}{{ ',' if not loop.last }}
        {% endfor %}
    from facts
    group by facts.work_order_id, facts.work_center_id
),

rates as (
    select
        summed.work_order_id,
        summed.work_center_id,
        work_center_rates.labour_rate_micro,
        work_center_rates.overhead_rate_micro,
        row_number() over (
            partition by summed.work_order_id, summed.work_center_id
            order by
                work_center_rates.effective_date desc,
                work_center_rates.recorded_at_microseconds desc,
                work_center_rates.work_center_rate_id desc
        ) as turn
    from summed
    inner join {{ ref('int_work_orders_closed') }} as work_orders on work_orders.work_order_id = summed.work_order_id
    inner join {{ ref('stg_work_center_rates') }} as work_center_rates
        on work_center_rates.work_center_id = summed.work_center_id
        and work_center_rates.effective_date <= coalesce(work_orders.closed_date, {{ as_of() }})
)

select
    work_orders.company_id,
    summed.*,
    cast(coalesce(rates.labour_rate_micro, 0) * {{ minor_units('companies.amount_exponent') }} as bigint) as labour_rate,
    cast(coalesce(rates.overhead_rate_micro, 0) * {{ minor_units('companies.amount_exponent') }} as bigint) as overhead_rate
from summed
inner join {{ ref('int_work_orders_closed') }} as work_orders on work_orders.work_order_id = summed.work_order_id
inner join {{ ref('stg_companies') }} as companies on companies.company_id = work_orders.company_id
left join rates
    on rates.work_order_id = summed.work_order_id
    and rates.work_center_id = summed.work_center_id
    and rates.turn = 1
