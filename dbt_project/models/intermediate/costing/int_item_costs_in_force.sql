-- One row per company and item: what a base unit is expected to cost on the day of the build, by component, in micro company currency.
with

purchase_costs as (
    select
        costs.company_id,
        costs.item_id,
        costs.material_cost_micro,
        costs.landed_cost_micro,
        row_number() over (
            partition by costs.company_id, costs.item_id
            order by costs.precedence, costs.effective_date desc
        ) as first_to_speak
    from {{ ref('int_item_purchase_costs') }} as costs
)

select
    purchase_costs.company_id,
    purchase_costs.item_id,
    purchase_costs.material_cost_micro,
    cast(0 as bigint) as labour_cost_micro,
    cast(0 as bigint) as overhead_cost_micro,
    cast(0 as bigint) as subcontract_cost_micro,
    purchase_costs.landed_cost_micro,
    purchase_costs.material_cost_micro + purchase_costs.landed_cost_micro as unit_cost_micro
from purchase_costs
where purchase_costs.first_to_speak = 1
