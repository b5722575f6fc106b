-- One row per company, item and warehouse: what is usable on the day of the build and what waits in inspection.
select
    lots.company_id,
    lots.item_id,
    lots.warehouse_id,
    {{ whole_sum('lots.usable_quantity_micro') }} as usable_quantity_micro,
    {{ whole_sum('lots.inspection_quantity_micro') }} as inspection_quantity_micro
from {{ ref('int_planning_lots') }} as lots
group by lots.company_id, lots.item_id, lots.warehouse_id
