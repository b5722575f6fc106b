-- One row per supply that exists and has not arrived in full: purchase order line, requisition line, work order,
-- by-product of a work order, planned transfer, goods in inspection. Quantities micro.
with

{{ main_warehouses() }},

followed as (
    select
        line_links.from_line_id as document_line_id,
        line_links.link_type,
        {{ whole_sum('line_links.quantity_micro') }} as quantity_micro
    from {{ ref('stg_line_links') }} as line_links
    where line_links.link_type in ('receipt', 'requisition')
    group by line_links.from_line_id, line_links.link_type
),

purchases as (
    select
        'PO:' || document_lines.document_line_id as supply_id,
        'purchase_order' as kind,
        documents.document_number,
        documents.document_id,
        documents.company_id,
        document_lines.item_id,
        coalesce(document_lines.warehouse_id, documents.warehouse_id, main_warehouses.warehouse_id) as warehouse_id,
        document_lines.quantity_micro - coalesce(followed.quantity_micro, 0) as quantity,
        coalesce(document_lines.promised_date, document_lines.requested_date, documents.effective_date) as due_date,
        documents.state = 'confirmed' as is_released,
        documents.partner_id as supplier_id
    from {{ ref('stg_document_lines') }} as document_lines
    inner join {{ ref('int_documents_dated') }} as documents on documents.document_id = document_lines.document_id
    inner join {{ ref('stg_items') }} as items on items.item_id = document_lines.item_id
    inner join main_warehouses on main_warehouses.company_id = documents.company_id
    left join followed
        on followed.document_line_id = document_lines.document_line_id
        and followed.link_type = 'receipt'
    where
        documents.document_type = 'purchase_order'
        and documents.state in ('draft', 'confirmed')
        and items.kind <> 'service'
),

requisitions as (
    select
        'PR:' || document_lines.document_line_id as supply_id,
        'requisition' as kind,
        documents.document_number,
        documents.document_id,
        documents.company_id,
        document_lines.item_id,
        coalesce(document_lines.warehouse_id, documents.warehouse_id, main_warehouses.warehouse_id) as warehouse_id,
        document_lines.quantity_micro - coalesce(followed.quantity_micro, 0) as quantity,
        coalesce(document_lines.requested_date, document_lines.promised_date, documents.effective_date) as due_date,
        false as is_released,
        documents.partner_id as supplier_id
    from {{ ref('stg_document_lines') }} as document_lines
    inner join {{ ref('int_documents_dated') }} as documents on documents.document_id = document_lines.document_id
    inner join {{ ref('stg_items') }} as items on items.item_id = document_lines.item_id
    inner join main_warehouses on main_warehouses.company_id = documents.company_id
    left join followed
        on followed.document_line_id = document_lines.document_line_id
        and followed.link_type = 'requisition'
    where
        documents.document_type = 'purchase_requisition'
        and documents.state in ('draft', 'confirmed')
        and items.kind <> 'service'
),

outputs as (
    select
        moves.work_order_id,
        moves.item_id,
        {{ whole_sum('moves.quantity_micro') }} as quantity_micro
    from {{ ref('stg_stock_moves') }} as moves
    where moves.move_type = 'output'
    group by moves.work_order_id, moves.item_id
),

work_orders as (
    select
        'WO:' || work_orders.work_order_id as supply_id,
        'work_order' as kind,
        work_orders.document_number,
        work_orders.work_order_id as document_id,
        work_orders.company_id,
        work_orders.item_id,
        coalesce(work_orders.warehouse_id, main_warehouses.warehouse_id) as warehouse_id,
        work_orders.planned_quantity_micro - coalesce(outputs.quantity_micro, 0) as quantity,
        work_orders.due_date,
        documents.state = 'released' as is_released,
        cast(null as bigint) as supplier_id
    from {{ ref('int_work_orders_closed') }} as work_orders
    inner join {{ ref('int_documents_dated') }} as documents on documents.document_id = work_orders.work_order_id
    inner join main_warehouses on main_warehouses.company_id = work_orders.company_id
    left join outputs
        on outputs.work_order_id = work_orders.work_order_id
        and outputs.item_id = work_orders.item_id
    where not work_orders.is_closed
),

brought as (
    select
        moves.work_order_id,
        moves.item_id,
        {{ whole_sum('moves.quantity_micro') }} as quantity_micro
    from {{ ref('stg_stock_moves') }} as moves
    where moves.move_type = 'by_product'
    group by moves.work_order_id, moves.item_id
),

beside as (
    select
        planned.work_order_id,
        planned.item_id,
        {{ whole_sum('planned.quantity_micro') }} as quantity_micro
    from {{ ref('stg_work_order_by_products') }} as planned
    group by planned.work_order_id, planned.item_id
),

by_products as (
    select
        'BP:' || beside.work_order_id || ':' || beside.item_id as supply_id,
        'by_product' as kind,
        work_orders.document_number,
        work_orders.work_order_id as document_id,
        work_orders.company_id,
        beside.item_id,
        coalesce(work_orders.warehouse_id, main_warehouses.warehouse_id) as warehouse_id,
        beside.quantity_micro - coalesce(brought.quantity_micro, 0) as quantity,
        work_orders.due_date,
        true as is_released,
        cast(null as bigint) as supplier_id
    from beside
    inner join {{ ref('int_work_orders_closed') }} as work_orders on work_orders.work_order_id = beside.work_order_id
    inner join {{ ref('stg_items') }} as items on items.item_id = beside.item_id
    inner join main_warehouses on main_warehouses.company_id = work_orders.company_id
    left join brought
        on brought.work_order_id = beside.work_order_id
        and brought.item_id = beside.item_id
    where
        not work_orders.is_closed
        and items.kind <> 'service'
),

undecided as (
    select
        inspected_lines.item_id,
        documents.company_id,
        min(documents.document_number) as document_number,
        min(documents.document_id) as document_id
    from {{ ref('int_documents_dated') }} as documents
    inner join {{ ref('stg_document_lines') }} as inspected_lines on inspected_lines.document_id = documents.document_id
    where
        documents.document_type = 'inspection'
        and documents.state <> 'done'
    group by inspected_lines.item_id, documents.company_id
),

inspections as (
    select
        'IN:' || stock.item_id || ':' || stock.warehouse_id as supply_id,
        'inspection' as kind,
        undecided.document_number,
        undecided.document_id,
        stock.company_id,
        stock.item_id,
        stock.warehouse_id,
        stock.inspection_quantity_micro as quantity,
        {{ as_of() }} as due_date,
        true as is_released,
        cast(null as bigint) as supplier_id
    from {{ ref('int_planning_stock') }} as stock
    left join undecided
        on undecided.company_id = stock.company_id
        and undecided.item_id = stock.item_id
),

transfers as (
    select
        'TR:' || transfers_open.document_line_id as supply_id,
        'transfer' as kind,
        transfers_open.document_number,
        transfers_open.document_id,
        transfers_open.company_id,
        transfers_open.item_id,
        transfers_open.to_warehouse_id as warehouse_id,
        transfers_open.open_quantity_micro as quantity,
        transfers_open.arrives_on as due_date,
        true as is_released,
        cast(null as bigint) as supplier_id
    from {{ ref('int_transfers_open') }} as transfers_open
),

supplies as (
    select * from purchases
    union all
    select * from requisitions
    union all
    select * from work_orders
    union all
    select * from by_products
    union all
    select * from transfers
    union all
    select * from inspections
)

select *
from supplies
where supplies.quantity > 0
