-- One row per sales order line, warehouse and lot for which stock is reserved on the day of the build.
select
    reservations.company_id,
    reservations.sales_order_line_id,
    documents.document_id as sales_order_id,
    documents.document_number as order_number,
    document_lines.line_number,
    documents.partner_id as customer_id,
    partners.partner_name as customer_name,
    reservations.item_id,
    items.item_code,
    items.item_name,
    reservations.warehouse_id,
    warehouses.warehouse_code,
    coalesce(reservations.lot_id, 0) as lot_id,
    lots.lot_code,
    {{ quantity('reservations.reserved_quantity_micro') }} as reserved_quantity,
    reservations.changed_on
from {{ ref('int_reservations_open') }} as reservations
inner join {{ ref('stg_document_lines') }} as document_lines on document_lines.document_line_id = reservations.sales_order_line_id
inner join {{ ref('stg_documents') }} as documents on documents.document_id = document_lines.document_id
inner join {{ ref('stg_items') }} as items on items.item_id = reservations.item_id
inner join {{ ref('stg_warehouses') }} as warehouses on warehouses.warehouse_id = reservations.warehouse_id
left join {{ ref('stg_partners') }} as partners on partners.partner_id = documents.partner_id
left join {{ ref('stg_lots') }} as lots on lots.lot_id = reservations.lot_id
