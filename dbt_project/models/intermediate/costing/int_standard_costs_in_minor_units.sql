-- One row per company, item and date from which a standard cost is in force: millionths of a minor unit per base
-- unit; of one day's versions the last recorded.
with

versions as (
    select
        standard_costs.company_id,
        standard_costs.item_id,
        standard_costs.effective_date,
        -- A standard cost whose parts were not told is material.
        {% for component in cost_components() -%}
        {{ minor_units('companies.amount_exponent') }}
        * {{ 'coalesce(standard_costs.material_unit_cost_micro, standard_costs.unit_cost_micro)' if component == 'material'
            else 'coalesce(standard_costs.' ~ component ~ '_unit_cost_micro, 0)' }} as {{ component }}_unit_cost,
        {% endfor -%}
        row_number() over (
            partition by standard_costs.company_id, standard_costs.item_id, standard_costs.effective_date
            order by standard_costs.recorded_at_microseconds desc, standard_costs.standard_cost_id desc
        ) as newest
    from {{ ref('stg_standard_costs') }} as standard_costs
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = standard_costs.company_id
)

select
    versions.company_id,
    versions.item_id,
    versions.effective_date,
    {% for component in cost_components() -%}
    cast(versions.{{ component }}_unit_cost as bigint) as {{ component }}_unit_cost{{ ',' if not loop.last }}
    {% endfor %}
from versions
where versions.newest = 1
