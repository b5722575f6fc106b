-- One row per lot of an item.
select
    lots.id as lot_id,
    lots.item_id,

    lots.code as lot_code,

    lots.expiry_date
from {{ source('raw', 'lot') }} as lots
