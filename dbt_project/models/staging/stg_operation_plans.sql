-- One row per operation of an approved schedule.
select
    operation_plans.id as operation_plan_id,
    operation_plans.document_id as work_order_id,
    operation_plans.work_order_operation_id,
    operation_plans.user_id,
    operation_plans.build_id,

    -- Minutes since 1970-01-01 00:00 on the company's clock.
    operation_plans.starts_at as planned_start_minute,
    operation_plans.ends_at as planned_end_minute,
    operation_plans.effective_date,
    {{ recorded_time('operation_plans.recorded_at') }} as recorded_at,

    operation_plans.recorded_at as recorded_at_microseconds
from {{ source('raw', 'operation_plan') }} as operation_plans
where
    operation_plans.effective_date <= {{ as_of() }}
