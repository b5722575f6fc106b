-- One row per goods receipt line that follows a purchase order line.
select
    order_lines.company_id,
    inspected.receipt_line_id,
    receipt_lines.document_id as receipt_id,
    int_documents_dated.document_number as receipt_number,
    receipt_lines.line_number as receipt_line_number,
    inspected.received_date as effective_date,
    int_documents_dated.recorded_at,
    inspected.purchase_order_line_id,
    order_lines.purchase_order_id,
    orders.document_number as order_number,
    order_line_texts.line_number,
    orders.partner_id as supplier_id,
    stg_partners.partner_code as supplier_code,
    stg_partners.partner_name as supplier_name,
    receipt_lines.item_id,
    stg_items.item_code,
    stg_items.item_name,
    coalesce(receipt_lines.warehouse_id, int_documents_dated.warehouse_id) as warehouse_id,
    {{ quantity('inspected.received_quantity_micro') }} as quantity,
    {{ quantity('inspected.accepted_quantity_micro') }} as accepted_quantity,
    {{ quantity('inspected.rejected_quantity_micro') }} as rejected_quantity,
    {{ quantity('inspected.returned_quantity_micro') }} as returned_quantity,
    {{ amount(
        rounded_ratio(
            'cast(order_lines.net_amount_minor as ' ~ type_whole() ~ ') * inspected.received_quantity_micro',
            'order_lines.ordered_quantity_micro',
        ),
        'order_lines.amount_exponent',
    ) }} as net_amount,
    {{ amount(
        rounded_ratio(
            'cast(order_lines.gross_amount_minor as ' ~ type_whole() ~ ') * inspected.received_quantity_micro',
            'order_lines.ordered_quantity_micro',
        ),
        'order_lines.amount_exponent',
    ) }} as gross_amount,
    {{ days_between('orders.effective_date', 'inspected.received_date') }} as lead_time_days,
    inspected.received_date <= coalesce(
        order_line_texts.first_promised_date, order_line_texts.promised_date, order_line_texts.requested_date
    ) as is_on_time
from {{ ref('int_receipt_lines_inspected') }} as inspected
inner join {{ ref('stg_document_lines') }} as receipt_lines on receipt_lines.document_line_id = inspected.receipt_line_id
inner join {{ ref('int_documents_dated') }} as int_documents_dated on int_documents_dated.document_id = receipt_lines.document_id
inner join {{ ref('int_purchase_order_lines_matched') }} as order_lines
    on order_lines.purchase_order_line_id = inspected.purchase_order_line_id
inner join {{ ref('stg_document_lines') }} as order_line_texts
    on order_line_texts.document_line_id = inspected.purchase_order_line_id
inner join {{ ref('int_documents_dated') }} as orders on orders.document_id = order_lines.purchase_order_id
left join {{ ref('stg_partners') }} as stg_partners on stg_partners.partner_id = orders.partner_id
left join {{ ref('stg_items') }} as stg_items on stg_items.item_id = receipt_lines.item_id
