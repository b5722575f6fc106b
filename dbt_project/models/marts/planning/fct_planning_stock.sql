-- One row per company, item, warehouse and last usable day: what the plan may use.
select
    lots.company_id,
    lots.item_id,
    items.item_code,
    lots.warehouse_id,
    lots.expiry_date,
    {{ quantity('lots.usable_quantity_micro') }} as usable_quantity
from {{ ref('int_planning_lots') }} as lots
inner join {{ ref('stg_items') }} as items on items.item_id = lots.item_id
