-- One row per link from a purchase order line to a bill line: what was billed, less debit notes,
-- against what the order's price asks for the
-- same quantity, both in company currency. The asked amounts of a line are cut from its net amount by cumulative quantity,
-- so that a fully billed line is asked its net amount, to the last unit.
with bills as (
    select
        bill_links.bill_link_id as line_link_id,
        bill_links.company_id,
        bill_links.purchase_order_line_id,
        bill_links.bill_line_id,
        bill_links.bill_id,
        bill_links.effective_date,
        bill_links.quantity_micro,
        bill_links.amount_minor as billed_net_amount_minor,
        bill_links.span_end_micro as upto_quantity_micro,
        order_lines.quantity_micro as ordered_quantity_micro,
        int_document_lines_converted.net_amount_minor as ordered_net_amount_minor
    from {{ ref('int_bill_links_netted') }} as bill_links
    inner join {{ ref('stg_document_lines') }} as order_lines
        on order_lines.document_line_id = bill_links.purchase_order_line_id
    inner join {{ ref('int_document_lines_converted') }} as int_document_lines_converted
        on int_document_lines_converted.document_line_id = bill_links.purchase_order_line_id
)

select
    line_link_id,
    company_id,
    purchase_order_line_id,
    bill_line_id,
    bill_id,
    effective_date,
    quantity_micro,
    billed_net_amount_minor,
    cast(
        {{ rounded_ratio('cast(ordered_net_amount_minor as ' ~ type_whole() ~ ') * upto_quantity_micro', 'ordered_quantity_micro') }}
        - {{ rounded_ratio(
            'cast(ordered_net_amount_minor as ' ~ type_whole() ~ ') * (upto_quantity_micro - quantity_micro)', 'ordered_quantity_micro',
        ) }} as bigint
    ) as asked_net_amount_minor
from bills
