-- One row per time entry that was not taken back: the rates in force on its day and what the time cost, in minor units of company currency.
with

employee_rates_in_force as (
    {{ versions_with_spans(ref('stg_employee_rates'), 'employee_id', 'employee_rate_id') }}
),

rated as (
    select
        time_entries.time_entry_id,
        time_entries.company_id,
        time_entries.document_id,
        time_entries.work_order_id,
        time_entries.employee_id,
        time_entries.work_center_id,
        time_entries.department_id,
        time_entries.effective_date,
        time_entries.minutes_micro,
        time_entries.machine_minutes_micro,
        companies.amount_exponent,
        coalesce(
            time_entries.labour_rate_micro,
            employee_rates_in_force.hourly_rate_micro,
            work_center_rates_in_force.labour_rate_micro,
            0
        ) as labour_rate_micro,
        coalesce(time_entries.overhead_rate_micro, work_center_rates_in_force.overhead_rate_micro, 0) as overhead_rate_micro
    from {{ ref('stg_time_entries') }} as time_entries
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = time_entries.company_id
    left join employee_rates_in_force
        on employee_rates_in_force.employee_id = time_entries.employee_id
        and employee_rates_in_force.valid_from <= time_entries.effective_date
        and employee_rates_in_force.valid_until > time_entries.effective_date
    left join {{ ref('int_work_center_rates_in_force') }} as work_center_rates_in_force
        on work_center_rates_in_force.work_center_id = time_entries.work_center_id
        and work_center_rates_in_force.valid_from <= time_entries.effective_date
        and work_center_rates_in_force.valid_until > time_entries.effective_date
    where not time_entries.is_taken_back
)

select
    rated.time_entry_id,
    rated.company_id,
    rated.document_id,
    rated.work_order_id,
    rated.employee_id,
    rated.work_center_id,
    rated.department_id,
    rated.effective_date,
    rated.minutes_micro,
    rated.machine_minutes_micro,
    rated.labour_rate_micro,
    rated.overhead_rate_micro,
    -- Minutes × hourly rate ÷ 60, rounded once.
    cast({{ rounded_ratio(
        'cast(rated.minutes_micro as ' ~ type_whole() ~ ') * rated.labour_rate_micro * ' ~ minor_units('rated.amount_exponent'),
        '60000000000000',
    ) }} as bigint) as labour_amount_minor,
    -- Machine minutes × hourly rate ÷ 60, rounded once.
    cast({{ rounded_ratio(
        'cast(rated.machine_minutes_micro as ' ~ type_whole() ~ ') * rated.overhead_rate_micro * ' ~ minor_units('rated.amount_exponent'),
        '60000000000000',
    ) }} as bigint) as overhead_amount_minor
from rated
