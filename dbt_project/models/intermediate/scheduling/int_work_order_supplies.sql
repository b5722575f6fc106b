-- One row per open work order and supply that brings parts of it, as the plan pegs them: the order that makes them, or the day on
-- which they come.
with

pegs as (
    select distinct
        pegging.company_id,
        cast(substr(pegging.parent_supply_id, 4) as bigint) as work_order_id,
        pegging.supply_id,
        pegging.supply_kind,
        pegging.item_id as item_code
    from {{ engine_table(ref('engine_planning_run'), 'planning_pegging') }} as pegging
    where
        pegging.requirement_kind = 'work_order_component'
        and pegging.parent_supply_id like 'WO:%'
        and pegging.supply_kind not in ('stock', 'none')
),

scheduled as (
    select distinct operations.work_order_id
    from {{ ref('int_schedule_operations') }} as operations
    where not operations.is_done
)

select
    pegs.company_id,
    pegs.work_order_id,
    pegs.supply_id,
    pegs.supply_kind,
    pegs.item_code,
    supplies.document_number,
    -- Whoever makes the parts is scheduled, too: not before its end.
    scheduled.work_order_id as before_work_order_id,
    case when scheduled.work_order_id is null then coalesce(cast(suggestions.available_date as date), supplies.due_date) end
        as material_date
from pegs
left join {{ ref('int_planning_supplies') }} as supplies on supplies.supply_id = pegs.supply_id
left join {{ engine_table(ref('engine_planning_run'), 'planning_suggestions') }} as suggestions
    on suggestions.suggestion_id = pegs.supply_id
    and suggestions.company_id = pegs.company_id
left join scheduled
    on pegs.supply_kind = 'work_order'
    and scheduled.work_order_id = supplies.document_id
