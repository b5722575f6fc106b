-- One row per time that a planner pinned an operation of a work order, or took the pin out (pinned_minute null).
select
    operation_pins.id as operation_pin_id,
    operation_pins.document_id as work_order_id,
    operation_pins.work_order_operation_id,
    operation_pins.user_id,

    -- Minutes since 1970-01-01 00:00 on the company's clock.
    operation_pins.starts_at as pinned_minute,

    operation_pins.effective_date,
    {{ recorded_time('operation_pins.recorded_at') }} as recorded_at,

    operation_pins.recorded_at as recorded_at_microseconds
from {{ source('raw', 'operation_pin') }} as operation_pins
where
    operation_pins.effective_date <= {{ as_of() }}
