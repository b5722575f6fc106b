-- One row per item.
select
    items.id as item_id,
    items.unit_id,

    items.code as item_code,
    items.name as item_name,
    items.kind,
    items.category,
    items.tracked_by,
    nullif(items.extra, 'null') as extra,

    items.is_blocked,

    {{ recorded_time('items.recorded_at') }} as recorded_at,

    items.recorded_at as recorded_at_microseconds
from {{ source('raw', 'item') }} as items
