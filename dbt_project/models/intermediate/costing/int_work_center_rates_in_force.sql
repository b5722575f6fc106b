-- One row per work centre and span of days: what an hour of labour and of overhead costs, micro company currency; of one day's versions
-- the last recorded.
with

versions as (
    {{ versions_with_spans(ref('stg_work_center_rates'), 'work_center_id', 'work_center_rate_id') }}
)

select
    versions.work_center_id,
    versions.labour_rate_micro,
    versions.overhead_rate_micro,
    versions.valid_from,
    versions.valid_until
from versions
