-- One row per line of a customer invoice: its gross amount and what is paid of it, in company currency. Payments spread to
-- lines by open amount; as every payment does so, the parts follow the gross amounts.
with invoice_lines as (
    select
        int_invoices_paid.document_id,
        int_document_lines_converted.document_line_id,
        stg_document_lines.line_number,
        int_document_lines_converted.gross_amount_minor,
        int_invoices_paid.paid_amount_minor as document_paid_amount_minor
    from {{ ref('int_invoices_paid') }} as int_invoices_paid
    inner join {{ ref('int_document_lines_converted') }} as int_document_lines_converted
        on int_document_lines_converted.document_id = int_invoices_paid.document_id
    inner join {{ ref('stg_document_lines') }} as stg_document_lines
        on stg_document_lines.document_line_id = int_document_lines_converted.document_line_id
    where int_invoices_paid.document_type = 'customer_invoice'
),

paid_parts as (
    {{ split_by_weight(
        relation='invoice_lines', total='document_paid_amount_minor', weight='gross_amount_minor',
        group='document_id', order_by='line_number', part='paid_amount_minor',
    ) }}
)

select
    document_line_id,
    document_id,
    gross_amount_minor,
    paid_amount_minor
from paid_parts
