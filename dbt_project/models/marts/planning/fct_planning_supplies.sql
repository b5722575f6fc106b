-- One row per supply that existed before the plan was made and has not arrived in full.
select
    supplies.supply_id,
    supplies.company_id,
    supplies.kind,
    supplies.document_id,
    supplies.document_number,
    supplies.item_id,
    items.item_code,
    supplies.warehouse_id,
    {{ quantity('supplies.quantity') }} as quantity,
    supplies.due_date,
    supplies.is_released,
    supplies.supplier_id
from {{ ref('int_planning_supplies') }} as supplies
inner join {{ ref('stg_items') }} as items on items.item_id = supplies.item_id
