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

{# Of the CTE compared (check_name, document_id, key, left_amount, right_amount): a row per fact that differs, one per check for
   the rest. #}
{% macro differing_documents() -%}
select
    compared.check_name,
    documents.company_id,
    compared.key,
    -- Where one side is missing it is this document that lacks it; where both differ it may be the one that was led astray.
    case when compared.left_amount is null or compared.right_amount is null then 0 else 1 end as suspicion,
    documents.effective_date,
    documents.document_number,
    -- What is missing differs, also from 0.
    cast(coalesce(compared.left_amount, compared.right_amount - 1) as decimal(28, 6)) as left_amount,
    cast(coalesce(compared.right_amount, compared.left_amount - 1) as decimal(28, 6)) as right_amount
from compared
inner join documents on documents.document_id = compared.document_id
where compared.left_amount is distinct from compared.right_amount

union all

-- What agrees, counted.
select
    compared.check_name,
    documents.company_id,
    'agreeing' as key,
    2 as suspicion,
    cast(null as date) as effective_date,
    cast(null as varchar) as document_number,
    cast(count(*) as decimal(28, 6)) as left_amount,
    cast(count(*) as decimal(28, 6)) as right_amount
from compared
inner join documents on documents.document_id = compared.document_id
where compared.left_amount is not distinct from compared.right_amount
group by compared.check_name, documents.company_id
{%- endmacro %}
