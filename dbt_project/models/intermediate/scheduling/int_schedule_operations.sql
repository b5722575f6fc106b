-- One row per operation of an open work order, with what is left of it. What was booked at its work centre counts for the
-- operations there in their sequence; what was put out is done at every operation. Minutes micro.
with

-- Minutes are planned for good output: of all that was put out, good and scrapped, the yield counts; good that beats it counts whole.
put_out as (
    select
        moves.work_order_id,
        greatest(
            sum(case when moves.move_type = 'output' then moves.quantity_micro else 0 end),
            {{ rounded_ratio(
                '(cast(sum(moves.quantity_micro) as ' ~ type_whole() ~ ') * work_orders.yield_rate_micro)', '1000000'
            ) }}
        ) as quantity_micro
    from {{ ref('stg_stock_moves') }} as moves
    inner join {{ ref('stg_work_orders') }} as work_orders
        on work_orders.work_order_id = moves.work_order_id
        and work_orders.item_id = moves.item_id
    where moves.move_type in ('output', 'output_scrap')
    group by moves.work_order_id, work_orders.yield_rate_micro
),

booked as (
    select
        time_entries.work_order_id,
        time_entries.work_center_id,
        {{ whole_sum('time_entries.machine_minutes_micro') }} as minutes_micro,
        max(time_entries.effective_date) as last_booked_date
    from {{ ref('stg_time_entries') }} as time_entries
    where not time_entries.is_taken_back
    group by time_entries.work_order_id, time_entries.work_center_id
),

pins as (
    {{ versions_in_force(ref('stg_operation_pins'), 'work_order_operation_id', 'operation_pin_id') }}
),

plans as (
    {{ versions_in_force(ref('stg_operation_plans'), 'work_order_operation_id', 'operation_plan_id') }}
),

operations as (
    select
        operations.work_order_operation_id,
        operations.work_order_id,
        operations.work_center_id,
        operations.subcontractor_id,
        operations.subcontract_lead_time_days,
        operations.sequence,
        operations.setup_minutes_micro,
        operations.run_minutes_micro,
        work_orders.company_id,
        work_orders.item_id,
        documents.state,
        greatest(work_orders.planned_quantity_micro - coalesce(put_out.quantity_micro, 0), 0) as open_quantity_micro,
        coalesce(put_out.quantity_micro, 0) > 0 as has_output,
        work_orders.start_date,
        coalesce(lines.first_promised_date, work_orders.due_date) as due_date,
        operations.setup_minutes_micro + {{ rounded_ratio(
            '(cast(operations.run_minutes_micro as ' ~ type_whole() ~ ') * work_orders.planned_quantity_micro)', '1000000'
        ) }} as planned_micro
    from {{ ref('stg_work_order_operations') }} as operations
    inner join {{ ref('int_work_orders_closed') }} as work_orders on work_orders.work_order_id = operations.work_order_id
    inner join {{ ref('int_documents_dated') }} as documents on documents.document_id = operations.work_order_id
    inner join {{ ref('stg_document_lines') }} as lines on lines.document_id = operations.work_order_id
    left join put_out on put_out.work_order_id = operations.work_order_id
    where
        not work_orders.is_closed
        and documents.state in ('confirmed', 'released')
),

booked_here as (
    select
        operations.*,
        least(
            operations.planned_micro,
            greatest(
                coalesce(booked.minutes_micro, 0) - coalesce(
                    sum(operations.planned_micro) over (
                        partition by operations.work_order_id, operations.work_center_id
                        order by operations.sequence, operations.work_order_operation_id
                        rows between unbounded preceding and 1 preceding
                    ),
                    0
                ),
                0
            )
        ) as booked_micro
    from operations
    left join booked
        on booked.work_order_id = operations.work_order_id
        and booked.work_center_id = operations.work_center_id
),

-- What is outside left when the work before it was done, and is back when work after it was booked.
last_booked as (
    select
        work_order_id,
        max(last_booked_date) as last_booked_date
    from booked
    group by work_order_id
),

remaining as (
    select
        booked_here.*,
        least(
            booked_here.planned_micro - booked_here.booked_micro,
            case when booked_here.has_output then 0 else booked_here.setup_minutes_micro end + {{ rounded_ratio(
                '(cast(booked_here.run_minutes_micro as ' ~ type_whole() ~ ') * booked_here.open_quantity_micro)', '1000000'
            ) }}
        ) as remaining_micro
    from booked_here
),

outside as (
    select
        remaining.*,
        remaining.subcontractor_id is not null and remaining.subcontract_lead_time_days is not null as takes_days,
        remaining.has_output
        or coalesce(
            max(remaining.booked_micro) over (
                partition by remaining.work_order_id
                order by remaining.sequence
                rows between 1 following and unbounded following
            ),
            0
        ) > 0 as is_back,
        case
            when coalesce(
                sum(remaining.remaining_micro) over (
                    partition by remaining.work_order_id
                    order by remaining.sequence
                    rows between unbounded preceding and 1 preceding
                ),
                1
            ) = 0 then last_booked.last_booked_date
        end as left_date
    from remaining
    left join last_booked on last_booked.work_order_id = remaining.work_order_id
)

select
    remaining.work_order_operation_id,
    remaining.company_id,
    remaining.work_order_id,
    remaining.item_id,
    remaining.state,
    remaining.sequence,
    remaining.work_center_id,
    remaining.subcontractor_id,
    remaining.start_date,
    remaining.due_date,
    cast(remaining.open_quantity_micro as bigint) as open_quantity_micro,
    cast(remaining.booked_micro as bigint) as booked_micro,
    cast(
        case when remaining.has_output then 0 else least(
            remaining.remaining_micro, greatest(remaining.setup_minutes_micro - remaining.booked_micro, 0)
        ) end as bigint
    ) as remaining_setup_micro,
    cast(remaining.remaining_micro as bigint) as remaining_micro,
    remaining.open_quantity_micro = 0
    or (remaining.takes_days and remaining.is_back)
    or (not remaining.takes_days and remaining.remaining_micro = 0 and remaining.planned_micro > 0) as is_done,
    case
        when remaining.takes_days then cast(
            greatest(
                remaining.subcontract_lead_time_days - coalesce(today.working_day_number - left_days.working_day_number, 0), 0
            ) as bigint
        )
    end as outside_days_left,
    pins.pinned_minute,
    plans.planned_start_minute,
    plans.planned_end_minute
from outside as remaining
left join {{ ref('int_calendar_working_days') }} as left_days
    on left_days.company_id = remaining.company_id
    and left_days.calendar_date = remaining.left_date
left join {{ ref('int_calendar_working_days') }} as today
    on today.company_id = remaining.company_id
    and today.calendar_date = {{ as_of() }}
left join pins on pins.work_order_operation_id = remaining.work_order_operation_id
left join plans on plans.work_order_operation_id = remaining.work_order_operation_id
