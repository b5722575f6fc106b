-- One row per open work order and supply that brings parts of it, as the plan pegs them.
select
    supplies.company_id,
    supplies.work_order_id,
    supplies.supply_id,
    supplies.supply_kind,
    supplies.item_code,
    supplies.document_number,
    supplies.before_work_order_id,
    cast(supplies.material_date as date) as material_date
from {{ ref('int_work_order_supplies') }} as supplies
