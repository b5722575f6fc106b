-- One row per company and item: what a base unit should cost on the day of the build, by component: by BOM, routing and latest
-- purchase cost.
select
    costs.company_id,
    costs.item_id,
    items.item_code,
    {% for component in cost_components() -%}
    {{ quantity('costs.' ~ component ~ '_cost_micro') }} as {{ component }}_unit_cost,
    {% endfor -%}
    {{ quantity('costs.unit_cost_micro') }} as unit_cost,
    costs.is_complete
from {{ ref('int_item_costs_in_force') }} as costs
inner join {{ ref('stg_items') }} as items on items.item_id = costs.item_id
