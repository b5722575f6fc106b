{# Two CTEs, documents and lines: every document with its company's exponent, and every line, as recorded and whatever as_of. #}
{% macro all_documents() -%}
documents as (
    select
        documents.id as document_id,
        documents.company_id,
        documents.document_type,
        documents.number as document_number,
        documents.partner_id,
        documents.origin_document_id,
        documents.effective_date,
        documents.recorded_at,
        documents.due_date,
        documents.state,
        documents.net_amount,
        documents.tax_amount,
        documents.freight_amount,
        documents.gross_amount,
        documents.exchange_rate,
        documents.currency = companies.currency as is_own_currency,
        companies.amount_exponent
    from {{ source('raw', 'document') }} as documents
    inner join {{ source('raw', 'company') }} as companies on companies.id = documents.company_id
),

lines as (
    select
        lines.*,
        documents.document_type
    from {{ source('raw', 'document_line') }} as lines
    inner join documents on documents.document_id = lines.document_id
)
{%- endmacro %}
