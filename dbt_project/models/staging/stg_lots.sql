-- One row per lot of an item.
select
    lots.id as lot_id,
    lots.item_id,

    lots.code as lot_code,

    lots.expiry_date,
    {{ recorded_time('lots.recorded_at') }} as recorded_at
from {{ source('raw', 'lot') }} as lots
