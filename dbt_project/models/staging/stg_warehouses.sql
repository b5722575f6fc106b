-- One row per warehouse.
select
    warehouses.id as warehouse_id,
    warehouses.company_id,

    warehouses.code as warehouse_code,
    warehouses.name as warehouse_name,

    warehouses.allow_negative,

    {{ recorded_time('warehouses.recorded_at') }} as recorded_at,

    warehouses.recorded_at as recorded_at_microseconds
from {{ source('raw', 'warehouse') }} as warehouses
