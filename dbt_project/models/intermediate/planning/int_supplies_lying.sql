-- One row per supply of the plan of which something is there for ninety days before anything takes it, or for good: how much.
-- What keeps the safety stock does not count. Quantities micro.
with

supplies as (
    select
        suggestions.company_id,
        suggestions.suggestion_id as supply_id,
        suggestions.due_date
    from {{ engine_table(ref('engine_planning_run'), 'planning_suggestions') }} as suggestions
    union all
    select
        existing.company_id,
        existing.supply_id,
        existing.due_date
    from {{ ref('int_planning_supplies') }} as existing
)

select
    supplies.company_id,
    supplies.supply_id,
    {{ whole_sum('pegs.quantity') }} as quantity
from supplies
inner join {{ engine_table(ref('engine_planning_run'), 'planning_pegging') }} as pegs
    on pegs.company_id = supplies.company_id
    and pegs.supply_id = supplies.supply_id
where
    pegs.requirement_kind = 'excess'
    or pegs.need_date > greatest(supplies.due_date, {{ as_of() }}) + 90
group by supplies.company_id, supplies.supply_id
