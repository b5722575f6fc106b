-- One row per routing version.
select
    routings.id as routing_id,
    routings.item_id,

    routings.effective_date,
    {{ recorded_time('routings.recorded_at') }} as recorded_at,

    routings.recorded_at as recorded_at_microseconds
from {{ source('raw', 'routing') }} as routings
where
    routings.effective_date <= {{ as_of() }}
