-- One row per requirement and supply that covers it, through all levels; quantities sum to both sides.
select
    pegs.company_id,
    pegs.requirement_id,
    pegs.requirement_kind,
    pegs.supply_id,
    pegs.supply_kind,
    supplies.document_number as supply_document_number,
    items.item_id,
    items.item_code,
    pegs.warehouse_id,
    warehouses.warehouse_code,
    {{ quantity('pegs.quantity') }} as quantity,
    cast(pegs.need_date as date) as need_date,
    cast(pegs.level as bigint) as level,
    cast(pegs.sales_order_line_id as bigint) as sales_order_line_id,
    orders.document_number as order_number,
    order_lines.line_number as order_line_number,
    pegs.parent_supply_id,
    pegs.path
from {{ engine_table(ref('engine_planning_run'), 'planning_pegging') }} as pegs
inner join {{ ref('stg_items') }} as items on items.item_code = pegs.item_id
left join {{ ref('stg_warehouses') }} as warehouses on warehouses.warehouse_id = pegs.warehouse_id
left join {{ ref('int_planning_supplies') }} as supplies on supplies.supply_id = pegs.supply_id
left join {{ ref('stg_document_lines') }} as order_lines on order_lines.document_line_id = pegs.sales_order_line_id
left join {{ ref('stg_documents') }} as orders on orders.document_id = order_lines.document_id
