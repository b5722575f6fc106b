-- One row per document of any type.
select
    documents.id as document_id,
    documents.company_id,
    documents.partner_id,
    documents.warehouse_id,
    documents.origin_document_id,
    documents.salesperson_id,
    documents.created_by as created_by_user_id,

    documents.document_type,
    documents.number as document_number,
    documents.external_number,
    documents.state as latest_state,
    documents.currency,
    documents.basis,
    documents.reason,
    nullif(documents.extra, 'null') as extra,

    {{ exchange_rate('documents.exchange_rate') }} as exchange_rate,
    {{ amount('documents.net_amount') }} as net_amount,
    {{ amount('documents.tax_amount') }} as tax_amount,
    {{ amount('documents.freight_amount') }} as freight_amount,
    {{ amount('documents.gross_amount') }} as gross_amount,

    documents.effective_date,
    documents.due_date,
    {{ recorded_time('documents.recorded_at') }} as recorded_at,

    documents.exchange_rate as exchange_rate_nano,
    documents.net_amount as net_amount_minor,
    documents.tax_amount as tax_amount_minor,
    documents.freight_amount as freight_amount_minor,
    documents.gross_amount as gross_amount_minor,
    documents.recorded_at as recorded_at_microseconds
from {{ source('raw', 'document') }} as documents
inner join {{ source('raw', 'company') }} as companies on companies.id = documents.company_id
where
    documents.effective_date <= {{ as_of() }}
