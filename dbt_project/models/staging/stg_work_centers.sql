-- One row per work centre.
select
    work_centers.id as work_center_id,
    work_centers.company_id,

    work_centers.code as work_center_code,
    work_centers.name as work_center_name,

    {{ quantity('work_centers.capacity_minutes_per_day') }} as capacity_minutes_per_day,

    {{ recorded_time('work_centers.recorded_at') }} as recorded_at,

    work_centers.capacity_minutes_per_day as capacity_minutes_per_day_micro,
    work_centers.recorded_at as recorded_at_microseconds
from {{ source('raw', 'work_center') }} as work_centers
