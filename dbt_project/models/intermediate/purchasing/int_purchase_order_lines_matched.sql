-- One row per purchase order line: what is received, returned and billed of it by as_of.
with order_lines as (
    select
        stg_document_lines.document_line_id as purchase_order_line_id,
        stg_document_lines.document_id as purchase_order_id,
        stg_document_lines.company_id,
        stg_document_lines.quantity_micro as ordered_quantity_micro,
        int_documents_dated.state as order_state,
        int_documents_dated.amount_exponent,
        int_document_lines_converted.net_amount_minor,
        int_document_lines_converted.gross_amount_minor
    from {{ ref('stg_document_lines') }} as stg_document_lines
    inner join {{ ref('int_documents_dated') }} as int_documents_dated
        on int_documents_dated.document_id = stg_document_lines.document_id
    inner join {{ ref('int_document_lines_converted') }} as int_document_lines_converted
        on int_document_lines_converted.document_line_id = stg_document_lines.document_line_id
    where int_documents_dated.document_type = 'purchase_order'
),

received as (
    select
        purchase_order_line_id,
        {{ whole_sum('received_quantity_micro') }} as received_quantity_micro,
        {{ whole_sum('accepted_quantity_micro') }} as accepted_quantity_micro,
        {{ whole_sum('returned_quantity_micro') }} as returned_quantity_micro,
        min(received_date) as first_received_date,
        max(received_date) as last_received_date
    from {{ ref('int_receipt_lines_inspected') }}
    group by purchase_order_line_id
),

billed as (
    select
        purchase_order_line_id,
        {{ whole_sum('quantity_micro') }} as billed_quantity_micro,
        {{ whole_sum('billed_net_amount_minor') }} as billed_net_amount_minor,
        {{ whole_sum('billed_net_amount_minor - asked_net_amount_minor') }} as price_difference_amount_minor
    from {{ ref('int_purchase_bill_links_compared') }}
    group by purchase_order_line_id
)

select
    order_lines.purchase_order_line_id,
    order_lines.purchase_order_id,
    order_lines.company_id,
    order_lines.order_state,
    order_lines.order_state in ('confirmed', 'released')
    and order_lines.ordered_quantity_micro > coalesce(received.received_quantity_micro, 0) as is_open,

    received.first_received_date,
    received.last_received_date,

    order_lines.amount_exponent,
    order_lines.ordered_quantity_micro,
    coalesce(received.received_quantity_micro, 0) as received_quantity_micro,
    coalesce(received.accepted_quantity_micro, 0) as accepted_quantity_micro,
    coalesce(received.returned_quantity_micro, 0) as returned_quantity_micro,
    coalesce(billed.billed_quantity_micro, 0) as billed_quantity_micro,
    order_lines.net_amount_minor,
    order_lines.gross_amount_minor,
    coalesce(billed.billed_net_amount_minor, 0) as billed_net_amount_minor,
    coalesce(billed.price_difference_amount_minor, 0) as price_difference_amount_minor
from order_lines
left join received on received.purchase_order_line_id = order_lines.purchase_order_line_id
left join billed on billed.purchase_order_line_id = order_lines.purchase_order_line_id
