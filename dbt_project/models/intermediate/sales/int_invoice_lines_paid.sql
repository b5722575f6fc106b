-- One row per line of a customer invoice: its gross amount and what is paid of it, in company currency. Payments spread to
-- lines, and to the document's freight, by open amount; as every payment does so, the parts follow the gross amounts.
with shares as (
    select
        int_invoices_paid.document_id,
        int_document_lines_converted.document_line_id,
        stg_document_lines.line_number,
        int_document_lines_converted.gross_amount_minor as weight_minor,
        int_invoices_paid.paid_amount_minor as document_paid_amount_minor
    from {{ ref('int_invoices_paid') }} as int_invoices_paid
    inner join {{ ref('int_document_lines_converted') }} as int_document_lines_converted
        on int_document_lines_converted.document_id = int_invoices_paid.document_id
    inner join {{ ref('stg_document_lines') }} as stg_document_lines
        on stg_document_lines.document_line_id = int_document_lines_converted.document_line_id
    where int_invoices_paid.document_type = 'customer_invoice'

    union all

    select
        document_id,
        null as document_line_id,
        null as line_number,
        freight_amount_minor as weight_minor,
        paid_amount_minor as document_paid_amount_minor
    from {{ ref('int_invoices_paid') }}
    where
        document_type = 'customer_invoice'
        and freight_amount_minor > 0
),

paid_parts as (
    {{ split_by_weight(
        relation='shares', total='document_paid_amount_minor', weight='weight_minor',
        group='document_id', order_by='line_number nulls last', part='paid_amount_minor',
    ) }}
)

select
    document_line_id,
    document_id,
    weight_minor as gross_amount_minor,
    paid_amount_minor
from paid_parts
where document_line_id is not null
