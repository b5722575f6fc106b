-- One row per version of an item's standard cost.
select
    standard_costs.id as standard_cost_id,
    standard_costs.company_id,
    standard_costs.item_id,

    {{ quantity('standard_costs.unit_cost') }} as unit_cost,
    {% for component in cost_components() -%}
    {{ quantity('standard_costs.' ~ component ~ '_unit_cost') }} as {{ component }}_unit_cost,
    {% endfor -%}

    standard_costs.effective_date,
    {{ recorded_time('standard_costs.recorded_at') }} as recorded_at,

    standard_costs.unit_cost as unit_cost_micro,
    {% for component in cost_components() -%}
    standard_costs.{{ component }}_unit_cost as {{ component }}_unit_cost_micro,
    {% endfor -%}
    standard_costs.recorded_at as recorded_at_microseconds
from {{ source('raw', 'standard_cost') }} as standard_costs
where
    standard_costs.effective_date <= {{ as_of() }}
