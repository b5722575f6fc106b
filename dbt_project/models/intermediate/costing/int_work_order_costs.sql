-- One row per work order: what was booked on it beside material, in minor units of company currency.
with

booked as (
    select
        time_entries.work_order_id,
        {{ whole_sum('time_entries.minutes_micro') }} as minutes_micro,
        {{ whole_sum('time_entries.labour_amount_minor') }} as labour_amount_minor,
        {{ whole_sum('time_entries.overhead_amount_minor') }} as overhead_amount_minor
    from {{ ref('int_time_entries_priced') }} as time_entries
    where time_entries.work_order_id is not null
    group by time_entries.work_order_id
),

subcontracted as (
    select
        subcontract_costs.work_order_id,
        {{ whole_sum('subcontract_costs.amount_minor') }} as amount_minor
    from {{ ref('stg_subcontract_costs') }} as subcontract_costs
    group by subcontract_costs.work_order_id
)

select
    work_orders.work_order_id,
    work_orders.company_id,
    work_orders.item_id,
    work_orders.planned_quantity_micro,
    work_orders.is_closed,
    work_orders.closed_date,
    coalesce(booked.minutes_micro, 0) as minutes_micro,
    coalesce(booked.labour_amount_minor, 0) as labour_amount_minor,
    coalesce(booked.overhead_amount_minor, 0) as overhead_amount_minor,
    coalesce(subcontracted.amount_minor, 0) as subcontract_amount_minor
from {{ ref('int_work_orders_closed') }} as work_orders
left join booked on booked.work_order_id = work_orders.work_order_id
left join subcontracted on subcontracted.work_order_id = work_orders.work_order_id
