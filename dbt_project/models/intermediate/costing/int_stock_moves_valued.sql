-- One row per stock move: the value that moved with the goods, by component (≥ 0 for goods of positive value; 0
-- where nothing changed pools).
-- value_amount is what the pool took in or gave; carried_amount what the goods came with: more or less by the variance to standard.
with

valued as (
    select
        entries.move_id,
        {% for component in cost_components() -%}
        -- Value in at the end where goods came in; where they only left, what went out.
        case when bool_or(entries.entry_id % 2 = 0)
            then sum(entries.{{ component }}_amount) filter (where entries.entry_id % 2 = 0)
            else -sum(entries.{{ component }}_amount)
        end as {{ component }}_amount_minor,
        {% endfor -%}
        bool_or(entries.is_estimated) as is_estimated,
        bool_or(entries.is_uncovered) as is_uncovered
    from {{ ref('engine_valued_entries') }} as entries
    group by entries.move_id
),

varied as (
    select
        cast(variances.entry_id // 2 as bigint) as move_id,
        {% for component in cost_components() -%}
        sum(variances.{{ component }}_amount) as {{ component }}_amount_minor{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('engine_cost_variances') }} as variances
    where variances.entry_id is not null
    group by variances.entry_id // 2
),

components as (
    select
        moves.move_id,
        moves.company_id,
        companies.amount_exponent,
        {% for component in cost_components() -%}
        cast(coalesce(valued.{{ component }}_amount_minor, 0) as bigint) as {{ component }}_amount_minor,
        cast(coalesce(valued.{{ component }}_amount_minor, 0) + coalesce(varied.{{ component }}_amount_minor, 0) as bigint)
            as {{ component }}_carried_minor,
        {% endfor -%}
        coalesce(valued.is_estimated, false) as is_estimated,
        coalesce(valued.is_uncovered, false) as is_uncovered
    from {{ ref('stg_stock_moves') }} as moves
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = moves.company_id
    left join valued on valued.move_id = moves.move_id
    left join varied on varied.move_id = moves.move_id
),

summed as (
    select
        components.*,
        {% for component in cost_components() -%}
        {{ '+ ' if not loop.first }}components.{{ component }}_amount_minor
        {% endfor -%}
        as value_amount_minor,
        {% for component in cost_components() -%}
        {{ '+ ' if not loop.first }}components.{{ component }}_carried_minor
        {% endfor -%}
        as carried_amount_minor
    from components
)

select
    summed.*,
    summed.carried_amount_minor - summed.value_amount_minor as variance_amount_minor,
    {% for component in cost_components() -%}
    {{ amount('summed.' ~ component ~ '_amount_minor', 'summed.amount_exponent') }} as {{ component }}_amount,
    {% endfor -%}
    {{ amount('summed.value_amount_minor', 'summed.amount_exponent') }} as value_amount,
    {{ amount('(summed.carried_amount_minor - summed.value_amount_minor)', 'summed.amount_exponent') }} as variance_amount
from summed
