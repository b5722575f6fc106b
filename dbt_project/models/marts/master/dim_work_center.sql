-- One row per work centre, with its hours and the hourly rates in force at as_of.
with rates as (
    {{ versions_in_force(ref('stg_work_center_rates'), 'work_center_id', 'work_center_rate_id') }}
)

select
    stg_work_centers.company_id,
    stg_work_centers.work_center_id,
    stg_work_centers.work_center_code,
    stg_work_centers.work_center_name,
    stg_work_centers.capacity_minutes_per_day,
    hours.machine_count,
    hours.opens_at_minute,
    hours.minutes_per_machine,
    hours.breaks,
    rates.labour_rate,
    rates.overhead_rate
from {{ ref('stg_work_centers') }} as stg_work_centers
inner join {{ ref('int_work_center_hours') }} as hours on hours.work_center_id = stg_work_centers.work_center_id
left join rates on rates.work_center_id = stg_work_centers.work_center_id
