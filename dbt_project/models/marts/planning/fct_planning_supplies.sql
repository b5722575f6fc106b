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
    supplies.supplier_id,
    expected.expected_date,
    expected.work_center_code as expected_work_center_code
from {{ ref('int_planning_supplies') }} as supplies
inner join {{ ref('stg_items') }} as items on items.item_id = supplies.item_id
left join {{ ref('int_planning_supplies_expected') }} as expected on expected.supply_id = supplies.supply_id
