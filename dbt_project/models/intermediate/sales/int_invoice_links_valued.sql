-- One row per link from a sales order line to an invoice line: its share of the invoice line by quantity, in company currency.
with links as (
    select
        stg_line_links.line_link_id,
        stg_line_links.from_line_id as sales_order_line_id,
        stg_line_links.to_line_id as invoice_line_id,
        stg_line_links.quantity_micro,
        stg_line_links.effective_date,
        int_document_lines_converted.net_amount_minor as line_net_amount_minor,
        int_document_lines_converted.gross_amount_minor as line_gross_amount_minor,
        int_invoice_lines_paid.paid_amount_minor as line_paid_amount_minor
    from {{ ref('stg_line_links') }} as stg_line_links
    inner join {{ ref('int_invoice_lines_paid') }} as int_invoice_lines_paid
        on int_invoice_lines_paid.document_line_id = stg_line_links.to_line_id
    inner join {{ ref('int_document_lines_converted') }} as int_document_lines_converted
        on int_document_lines_converted.document_line_id = stg_line_links.to_line_id
    where stg_line_links.link_type = 'invoice'
),

net_parts as (
    {{ split_by_weight(
        relation='links', total='line_net_amount_minor', weight='quantity_micro',
        group='invoice_line_id', order_by='line_link_id', part='part_minor',
    ) }}
),

gross_parts as (
    {{ split_by_weight(
        relation='links', total='line_gross_amount_minor', weight='quantity_micro',
        group='invoice_line_id', order_by='line_link_id', part='part_minor',
    ) }}
),

paid_parts as (
    {{ split_by_weight(
        relation='links', total='line_paid_amount_minor', weight='quantity_micro',
        group='invoice_line_id', order_by='line_link_id', part='part_minor',
    ) }}
)

select
    net_parts.line_link_id,
    net_parts.sales_order_line_id,
    net_parts.invoice_line_id,
    net_parts.quantity_micro,
    net_parts.effective_date,
    net_parts.part_minor as net_amount_minor,
    gross_parts.part_minor as gross_amount_minor,
    paid_parts.part_minor as paid_amount_minor
from net_parts
inner join gross_parts on gross_parts.line_link_id = net_parts.line_link_id
inner join paid_parts on paid_parts.line_link_id = net_parts.line_link_id
