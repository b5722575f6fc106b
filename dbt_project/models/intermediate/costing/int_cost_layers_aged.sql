-- One row per item, warehouse and layer that is left: since when it lies there, and how old it is on the day of
-- the build. Minor units, micro.
with

layers as (
    select
        cost_layers.company_id,
        cost_layers.item_id,
        cost_layers.warehouse_id,
        cast(cost_layers.layer_entry_id // 2 as bigint) as layer_move_id,
        cost_layers.is_uncovered,
        min(cost_layers.received_date) as received_date,
        {{ whole_sum('cost_layers.quantity') }} as quantity_micro,
        {% for component in cost_components() -%}
        {{ whole_sum('cost_layers.' ~ component ~ '_amount') }} as {{ component }}_amount_minor,
        {% endfor -%}
        {{ whole_sum('cost_layers.value_amount') }} as value_amount_minor
    from {{ ref('engine_cost_layers') }} as cost_layers
    group by
        cost_layers.company_id,
        cost_layers.item_id,
        cost_layers.warehouse_id,
        cost_layers.layer_entry_id,
        cost_layers.is_uncovered
),

dated as (
    select
        layers.company_id,
        layers.item_id,
        layers.warehouse_id,
        layers.layer_move_id,
        layers.is_uncovered,
        -- Opening stock says since when it has been there.
        coalesce(moves.received_date, layers.received_date) as received_date,
        layers.quantity_micro,
        {% for component in cost_components() -%}
        layers.{{ component }}_amount_minor,
        {% endfor -%}
        layers.value_amount_minor
    from layers
    left join {{ ref('stg_stock_moves') }} as moves on moves.move_id = layers.layer_move_id
)

select
    dated.*,
    {{ days_between('dated.received_date', as_of()) }} as age_days,
    case
        when {{ days_between('dated.received_date', as_of()) }} <= 30 then '0-30'
        when {{ days_between('dated.received_date', as_of()) }} <= 60 then '31-60'
        when {{ days_between('dated.received_date', as_of()) }} <= 90 then '61-90'
        when {{ days_between('dated.received_date', as_of()) }} <= 180 then '91-180'
        when {{ days_between('dated.received_date', as_of()) }} <= 365 then '181-365'
        else '>365'
    end as age_bucket
from dated
