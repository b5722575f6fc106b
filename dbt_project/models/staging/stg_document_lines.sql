-- One row per line of a document of any type.
select
    document_lines.id as document_line_id,
    documents.company_id,
    document_lines.document_id,
    document_lines.item_id,
    document_lines.entered_unit_id,
    document_lines.tax_code_id,
    document_lines.warehouse_id,
    document_lines.lot_id,

    document_lines.description,
    nullif(document_lines.extra, 'null') as extra,

    document_lines.line_number,
    {{ quantity('document_lines.entered_quantity') }} as entered_quantity,
    document_lines.unit_numerator,
    document_lines.unit_denominator,
    {{ quantity('document_lines.quantity') }} as quantity,
    {{ quantity('document_lines.unit_price') }} as unit_price,
    {{ quantity('document_lines.discount_rate') }} as discount_rate,
    {{ amount('document_lines.net_amount') }} as net_amount,
    {{ amount('document_lines.tax_amount') }} as tax_amount,
    {{ amount('document_lines.gross_amount') }} as gross_amount,

    document_lines.requested_date,
    document_lines.promised_date,
    document_lines.first_promised_date,

    document_lines.entered_quantity as entered_quantity_micro,
    document_lines.quantity as quantity_micro,
    document_lines.unit_price as unit_price_micro,
    document_lines.discount_rate as discount_rate_micro,
    document_lines.net_amount as net_amount_minor,
    document_lines.tax_amount as tax_amount_minor,
    document_lines.gross_amount as gross_amount_minor
from {{ source('raw', 'document_line') }} as document_lines
inner join {{ source('raw', 'document') }} as documents on documents.id = document_lines.document_id
inner join {{ source('raw', 'company') }} as companies on companies.id = documents.company_id
where
    documents.effective_date <= {{ as_of() }}
