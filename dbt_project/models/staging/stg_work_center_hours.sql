-- One row per version of a work centre's hours: its machines and when its day begins.
select
    work_center_hours.id as work_center_hours_id,
    work_center_hours.work_center_id,

    work_center_hours.machine_count,
    work_center_hours.opens_at as opens_at_minute,
    work_center_hours.breaks,

    work_center_hours.effective_date,
    {{ recorded_time('work_center_hours.recorded_at') }} as recorded_at,

    work_center_hours.recorded_at as recorded_at_microseconds
from {{ source('raw', 'work_center_hours') }} as work_center_hours
where
    work_center_hours.effective_date <= {{ as_of() }}
