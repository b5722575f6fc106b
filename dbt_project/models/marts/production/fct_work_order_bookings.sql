-- One row per work order: what was booked on it beside its material, as costing was told.
select
    costs.work_order_id,
    costs.company_id,
    work_orders.document_number as work_order_number,
    costs.item_id,
    items.item_code,
    {{ quantity('costs.planned_quantity_micro') }} as planned_quantity,
    costs.is_closed,
    costs.closed_date,
    {{ quantity('costs.minutes_micro') }} as minutes,
    {{ amount('costs.labour_amount_minor') }} as labour_amount,
    {{ amount('costs.overhead_amount_minor') }} as overhead_amount,
    {{ amount('costs.subcontract_amount_minor') }} as subcontract_amount
from {{ ref('int_work_order_costs') }} as costs
inner join {{ ref('stg_companies') }} as companies on companies.company_id = costs.company_id
inner join {{ ref('stg_documents') }} as work_orders on work_orders.document_id = costs.work_order_id
inner join {{ ref('stg_items') }} as items on items.item_id = costs.item_id
