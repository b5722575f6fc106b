-- One row per alternative unit of an item: 1 of it = numerator / denominator base units.
select
    item_units.id as item_unit_id,
    item_units.item_id,
    item_units.unit_id,

    item_units.numerator,
    item_units.denominator
from {{ source('raw', 'item_unit') }} as item_units
