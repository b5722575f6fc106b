-- One row per version of an employee's hourly rate.
select
    employee_rates.id as employee_rate_id,
    employee_rates.employee_id,

    {{ quantity('employee_rates.hourly_rate') }} as hourly_rate,

    employee_rates.effective_date,
    {{ recorded_time('employee_rates.recorded_at') }} as recorded_at,

    employee_rates.hourly_rate as hourly_rate_micro,
    employee_rates.recorded_at as recorded_at_microseconds
from {{ source('raw', 'employee_rate') }} as employee_rates
where
    employee_rates.effective_date <= {{ as_of() }}
