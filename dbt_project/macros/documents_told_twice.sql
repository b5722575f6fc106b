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
        documents.company_id,
        documents.document_type
    from {{ source('raw', 'document_line') }} as lines
    inner join documents on documents.document_id = lines.document_id
)
{%- endmacro %}

{# Of the CTE compared (check_name, company_id, document_id, fact and fact_id: what is compared, left_amount, right_amount): a row per
   fact that differs, one per check for the rest. #}
{% macro differing_documents() -%}
{% set agrees = '(compared.left_amount is not distinct from compared.right_amount)' -%}
select
    summed.check_name,
    summed.company_id,
    summed.key,
    summed.suspicion,
    documents.effective_date,
    documents.document_number,
    cast(summed.left_amount as decimal(28, 6)) as left_amount,
    cast(summed.right_amount as decimal(28, 6)) as right_amount
from (
    select
        told.check_name,
        told.company_id,
        told.key,
        told.document_id,
        min(told.suspicion) as suspicion,
        sum(told.left_amount) as left_amount,
        sum(told.right_amount) as right_amount
    from (
        select
            compared.check_name,
            compared.company_id,
            case when {{ agrees }} then 'agreeing' else compared.fact || ' ' || compared.fact_id end as key,
            case when not {{ agrees }} then compared.document_id end as document_id,
            -- Where one side is missing it is this document that lacks it; where both differ it may be the one that was led astray.
            case when compared.left_amount is null or compared.right_amount is null then 0 else 1 end as suspicion,
            -- What agrees is counted; what is missing differs, also from 0.
            case when {{ agrees }} then 1 else coalesce(compared.left_amount, compared.right_amount - 1) end as left_amount,
            case when {{ agrees }} then 1 else coalesce(compared.right_amount, compared.left_amount - 1) end as right_amount
        from compared
    ) as told
    group by told.check_name, told.company_id, told.key, told.document_id
) as summed
left join documents on documents.document_id = summed.document_id
{%- endmacro %}
