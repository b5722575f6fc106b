-- One row per two documents of which one follows the other up, and how: by lines, as its origin, as a payment, or taking it back.
with line_links as (
    select
        from_lines.document_id as from_document_id,
        to_lines.document_id as to_document_id,
        links.link_type,
        links.effective_date
    from {{ ref('stg_line_links') }} as links
    inner join {{ ref('stg_document_lines') }} as from_lines on from_lines.document_line_id = links.from_line_id
    inner join {{ ref('stg_document_lines') }} as to_lines on to_lines.document_line_id = links.to_line_id
),

allocations as (
    select
        invoice_id as from_document_id,
        payment_id as to_document_id,
        'payment' as link_type,
        effective_date
    from {{ ref('stg_payment_allocations') }}
),

takings as (
    {% for records, key, origin in [
        ('stg_stock_moves', 'move_id', 'origin_move_id'), ('stg_time_entries', 'time_entry_id', 'origin_entry_id'),
    ] -%}
    select distinct
        taken.document_id as from_document_id,
        takings.document_id as to_document_id,
        'taken_back' as link_type,
        takings.effective_date
    from {{ ref(records) }} as takings
    inner join {{ ref(records) }} as taken on taken.{{ key }} = takings.{{ origin }}
    where takings.is_taken_back
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

related as (
    select * from line_links
    union all
    select * from allocations
    union all
    select * from takings
),

-- An origin is a link of its own only where no line says so more exactly.
origins as (
    select
        documents.origin_document_id as from_document_id,
        documents.document_id as to_document_id,
        'origin' as link_type,
        documents.effective_date
    from {{ ref('stg_documents') }} as documents
    left join related
        on
            related.from_document_id = documents.origin_document_id
            and related.to_document_id = documents.document_id
    where
        documents.origin_document_id is not null
        and related.to_document_id is null
),

links as (
    select * from related
    union all
    select * from origins
)

select
    links.from_document_id || '|' || links.to_document_id || '|' || links.link_type as document_link_key,
    from_documents.company_id,
    links.link_type,
    links.from_document_id,
    from_documents.document_type as from_document_type,
    from_documents.document_number as from_document_number,
    links.to_document_id,
    to_documents.document_type as to_document_type,
    to_documents.document_number as to_document_number,
    count(*) as link_count,
    min(links.effective_date) as first_date
from links
inner join {{ ref('stg_documents') }} as from_documents on from_documents.document_id = links.from_document_id
inner join {{ ref('stg_documents') }} as to_documents on to_documents.document_id = links.to_document_id
group by
    from_documents.company_id,
    links.link_type,
    links.from_document_id,
    from_documents.document_type,
    from_documents.document_number,
    links.to_document_id,
    to_documents.document_type,
    to_documents.document_number
