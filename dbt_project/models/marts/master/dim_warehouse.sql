-- One row per warehouse.
select
    company_id,
    warehouse_id,
    warehouse_code,
    warehouse_name,
    allow_negative as allows_negative_stock
from {{ ref('stg_warehouses') }}
