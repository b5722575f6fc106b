-- One row per company and item: what a base unit should cost on the day of the build, by component, in micro company currency.
select
    costs.company_id,
    costs.item_id,
    costs.material_unit_cost as material_cost_micro,
    costs.labour_unit_cost as labour_cost_micro,
    costs.overhead_unit_cost as overhead_cost_micro,
    costs.subcontract_unit_cost as subcontract_cost_micro,
    costs.landed_unit_cost as landed_cost_micro,
    costs.material_unit_cost + costs.labour_unit_cost + costs.overhead_unit_cost + costs.subcontract_unit_cost
    + costs.landed_unit_cost as unit_cost_micro,
    costs.is_complete
from {{ ref('engine_rolled_up_costs') }} as costs
where costs.effective_date = {{ as_of() }}
