-- One row per unit of measure.
select
    units.id as unit_id,

    units.code as unit_code,
    units.name as unit_name
from {{ source('raw', 'unit') }} as units
