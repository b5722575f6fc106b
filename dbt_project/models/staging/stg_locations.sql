-- One row per location, the virtual ones included.
select
    locations.id as location_id,
    locations.company_id,
    locations.warehouse_id,

    locations.code as location_code,
    locations.kind
from {{ source('raw', 'location') }} as locations
