-- One row per company, item and date from which a bought unit cost is in force, landed cost included; micro company currency per base unit.
-- An item at standard follows its standard cost alone. Else its receipts speak; before the first of them supplier
-- prices, before these a standard cost.
with

ranked as (
    select
        costs.company_id,
        costs.item_id,
        costs.effective_date,
        costs.precedence,
        costs.material_cost_micro + costs.landed_cost_micro as unit_cost_micro,
        min(costs.precedence) over (partition by costs.company_id, costs.item_id) as best_precedence,
        min(costs.effective_date) filter (where costs.precedence = 2) over (
            partition by costs.company_id, costs.item_id
        ) as first_receipt_date,
        min(costs.effective_date) filter (where costs.precedence = 3) over (
            partition by costs.company_id, costs.item_id
        ) as first_offer_date
    from {{ ref('int_item_purchase_costs') }} as costs
)

select
    ranked.company_id,
    ranked.item_id,
    ranked.effective_date,
    ranked.unit_cost_micro
from ranked
where
    (ranked.best_precedence = 1 and ranked.precedence = 1)
    or (
        ranked.best_precedence > 1
        and (
            ranked.precedence = 2
            or (ranked.precedence = 3 and ranked.effective_date < coalesce(ranked.first_receipt_date, date '9999-12-31'))
            or (
                ranked.precedence = 4
                and ranked.effective_date < coalesce(ranked.first_receipt_date, date '9999-12-31')
                and ranked.effective_date < coalesce(ranked.first_offer_date, date '9999-12-31')
            )
        )
    )
