-- One row per stock move: the value that moved with the goods, by component (≥ 0 for goods of positive value; 0 where nothing changed pools).
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
)

select
    moves.move_id,
    moves.company_id,
    {% for component in cost_components() -%}
    cast(coalesce(valued.{{ component }}_amount_minor, 0) as bigint) as {{ component }}_amount_minor,
    {% endfor -%}
    cast(
        {% for component in cost_components() -%}
        {{ '+ ' if not loop.first }}coalesce(valued.{{ component }}_amount_minor, 0)
        {% endfor -%}
        as bigint
    ) as value_amount_minor,
    coalesce(valued.is_estimated, false) as is_estimated,
    coalesce(valued.is_uncovered, false) as is_uncovered,
    {% for component in cost_components() -%}
    {{ amount('coalesce(valued.' ~ component ~ '_amount_minor, 0)') }} as {{ component }}_amount,
    {% endfor -%}
    {{ amount(
        '(coalesce(valued.material_amount_minor, 0) + coalesce(valued.labour_amount_minor, 0)'
        ~ ' + coalesce(valued.overhead_amount_minor, 0) + coalesce(valued.subcontract_amount_minor, 0)'
        ~ ' + coalesce(valued.landed_amount_minor, 0))'
    ) }} as value_amount
from {{ ref('stg_stock_moves') }} as moves
inner join {{ ref('stg_companies') }} as companies on companies.company_id = moves.company_id
left join valued on valued.move_id = moves.move_id
