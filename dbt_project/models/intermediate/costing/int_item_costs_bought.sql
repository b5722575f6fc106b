-- One row per company, item and date from which a bought unit cost is in force, landed cost included; micro company currency per base unit.
-- An item at standard follows its standard cost alone. Else its receipts speak; before the first of them purchase
-- orders, before these supplier prices, before these a standard cost.
with

ranked as (
    select
        costs.company_id,
        costs.item_id,
        costs.effective_date,
        costs.precedence,
        costs.material_cost_micro + costs.landed_cost_micro as unit_cost_micro,
        min(costs.precedence) over (partition by costs.company_id, costs.item_id) as best_precedence,
        -- Since when something better speaks.
        min(costs.effective_date) over (
            partition by costs.company_id, costs.item_id
            order by costs.precedence
            range between unbounded preceding and 1 preceding
        ) as better_since
    from {{ ref('int_item_purchase_costs') }} as costs
)

select
    ranked.company_id,
    ranked.item_id,
    ranked.effective_date,
    ranked.unit_cost_micro
from ranked
where
    ranked.precedence = ranked.best_precedence
    or (
        ranked.best_precedence > 1
        and ranked.effective_date < ranked.better_since
    )
