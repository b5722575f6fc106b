-- One row per booking of time.
select
    time_entries.id as time_entry_id,
    time_entries.company_id,
    time_entries.document_id,
    time_entries.work_order_id,
    time_entries.employee_id,
    time_entries.work_center_id,
    time_entries.department_id,

    {{ quantity('time_entries.minutes') }} as minutes,
    -- Minutes of machines bear the overhead; they are as many as those of people unless told otherwise.
    {{ quantity('coalesce(time_entries.machine_minutes, time_entries.minutes)') }} as machine_minutes,
    {{ quantity('time_entries.labour_rate') }} as labour_rate,
    {{ quantity('time_entries.overhead_rate') }} as overhead_rate,

    time_entries.effective_date,
    {{ recorded_time('time_entries.recorded_at') }} as recorded_at,

    time_entries.minutes as minutes_micro,
    coalesce(time_entries.machine_minutes, time_entries.minutes) as machine_minutes_micro,
    time_entries.labour_rate as labour_rate_micro,
    time_entries.overhead_rate as overhead_rate_micro,
    time_entries.recorded_at as recorded_at_microseconds
from {{ source('raw', 'time_entry') }} as time_entries
where
    time_entries.effective_date <= {{ as_of() }}
