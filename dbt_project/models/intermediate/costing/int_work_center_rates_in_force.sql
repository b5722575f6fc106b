-- One row per work centre and span of days: what an hour of labour and of overhead costs, micro company currency; of one day's versions
-- the last recorded.
with

versions as (
    select
        work_center_rates.work_center_id,
        work_center_rates.labour_rate_micro,
        work_center_rates.overhead_rate_micro,
        work_center_rates.effective_date,
        row_number() over (
            partition by work_center_rates.work_center_id, work_center_rates.effective_date
            order by work_center_rates.recorded_at_microseconds desc, work_center_rates.work_center_rate_id desc
        ) as newest
    from {{ ref('stg_work_center_rates') }} as work_center_rates
)

select
    versions.work_center_id,
    versions.labour_rate_micro,
    versions.overhead_rate_micro,
    versions.effective_date as valid_from,
    lead(versions.effective_date, 1, date '9999-12-31') over (
        partition by versions.work_center_id
        order by versions.effective_date
    ) as valid_until
from versions
where versions.newest = 1
