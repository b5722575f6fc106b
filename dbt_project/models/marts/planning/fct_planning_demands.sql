-- One row per requirement that existed before the plan was made.
select
    demands.demand_id,
    demands.company_id,
    demands.kind,
    demands.item_id,
    items.item_code,
    demands.warehouse_id,
    {{ quantity('demands.quantity') }} as quantity,
    demands.need_date,
    demands.sales_order_line_id,
    demands.work_order_id,
    demands.for_supply_id,
    {{ quantity('demands.reserved_quantity') }} as reserved_quantity,
    {{ amount('demands.margin_amount') }} as margin_amount
from {{ ref('int_planning_demands') }} as demands
inner join {{ ref('stg_items') }} as items on items.item_id = demands.item_id
inner join {{ ref('stg_companies') }} as companies on companies.company_id = demands.company_id
