-- One row per version of a work centre's hourly rates.
select
    work_center_rates.id as work_center_rate_id,
    work_center_rates.work_center_id,

    {{ quantity('work_center_rates.labour_rate') }} as labour_rate,
    {{ quantity('work_center_rates.overhead_rate') }} as overhead_rate,

    work_center_rates.effective_date,
    {{ recorded_time('work_center_rates.recorded_at') }} as recorded_at,

    work_center_rates.labour_rate as labour_rate_micro,
    work_center_rates.overhead_rate as overhead_rate_micro,
    work_center_rates.recorded_at as recorded_at_microseconds
from {{ source('raw', 'work_center_rate') }} as work_center_rates
where
    work_center_rates.effective_date <= {{ as_of() }}
