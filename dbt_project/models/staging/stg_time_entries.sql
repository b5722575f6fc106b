-- One row per booking of time. What takes one back is of as many minutes less than none.
with

takings as (
    select id, origin_entry_id
    from {{ source('raw', 'time_entry') }}
    where
        origin_entry_id is not null
        and effective_date <= {{ as_of() }}
)

select
    time_entries.id as time_entry_id,
    time_entries.company_id,
    time_entries.document_id,
    time_entries.work_order_id,
    time_entries.employee_id,
    time_entries.work_center_id,
    time_entries.department_id,
    time_entries.origin_entry_id,

    {{ quantity('time_entries.minutes') }} as minutes,
    -- Minutes of machines bear the overhead; they are as many as those of people unless told otherwise.
    {{ quantity('coalesce(time_entries.machine_minutes, time_entries.minutes)') }} as machine_minutes,
    {{ quantity('time_entries.labour_rate') }} as labour_rate,
    {{ quantity('time_entries.overhead_rate') }} as overhead_rate,

    time_entries.effective_date,
    {{ recorded_time('time_entries.recorded_at') }} as recorded_at,

    -- Time that was taken back, and what takes it back: as if neither had been.
    time_entries.origin_entry_id is not null or takings.id is not null as is_taken_back,

    time_entries.minutes as minutes_micro,
    coalesce(time_entries.machine_minutes, time_entries.minutes) as machine_minutes_micro,
    time_entries.labour_rate as labour_rate_micro,
    time_entries.overhead_rate as overhead_rate_micro,
    time_entries.recorded_at as recorded_at_microseconds
from {{ source('raw', 'time_entry') }} as time_entries
left join takings on takings.origin_entry_id = time_entries.id
where
    time_entries.effective_date <= {{ as_of() }}
