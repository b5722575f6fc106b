-- One row per credit note to a customer or debit note to a supplier, in company currency at the rate of its invoice or bill.
with allocated as (
    select
        payment_id,
        {{ whole_sum('amount_document_currency_minor') }} as allocated_amount_minor,
        {{ whole_sum('settled_amount_minor') }} as settled_amount_minor
    from {{ ref('int_payment_allocations_converted') }}
    group by payment_id
),

-- Net as it was posted, line by line.
posted as (
    select
        note_lines.document_id,
        {{ whole_sum('line_links.amount_minor') }} as net_amount_minor,
        {{ whole_sum("case when line_links.quantity_micro = 0 then line_links.amount_minor else 0 end") }} as allowance_amount_minor
    from {{ ref('stg_line_links') }} as line_links
    inner join {{ ref('stg_document_lines') }} as note_lines on note_lines.document_line_id = line_links.to_line_id
    where line_links.link_type in ('credit_note', 'debit_note')
    group by note_lines.document_id
)

select
    notes.company_id,
    notes.document_id as note_id,
    notes.document_type,
    notes.document_number,
    notes.external_number,
    notes.partner_id,
    stg_partners.partner_code,
    stg_partners.partner_name,
    notes.origin_document_id as invoice_id,
    invoices.document_type as invoice_type,
    invoices.document_number as invoice_number,
    notes.currency as document_currency,
    notes.effective_date as note_date,
    notes.recorded_at,
    texts.reason,
    {{ amount('coalesce(posted.net_amount_minor, 0)', 'notes.amount_exponent') }} as net_amount,
    {{ amount('coalesce(posted.allowance_amount_minor, 0)', 'notes.amount_exponent') }} as allowance_amount,
    {{ amount(
        'coalesce(allocated.settled_amount_minor, 0) + '
        ~ converted(
            '(notes.gross_amount_document_currency_minor - coalesce(allocated.allocated_amount_minor, 0))', 'notes.exchange_rate_nano',
        ),
        'notes.amount_exponent',
    ) }} as settled_amount,
    {{ amount('notes.gross_amount_document_currency_minor', 'notes.amount_exponent') }} as gross_amount_document_currency,
    {{ amount(
        'notes.gross_amount_document_currency_minor - coalesce(allocated.allocated_amount_minor, 0)', 'notes.amount_exponent',
    ) }} as unallocated_amount_document_currency
from {{ ref('int_documents_dated') }} as notes
inner join {{ ref('stg_documents') }} as texts on texts.document_id = notes.document_id
left join {{ ref('stg_documents') }} as invoices on invoices.document_id = notes.origin_document_id
left join {{ ref('stg_partners') }} as stg_partners on stg_partners.partner_id = notes.partner_id
left join allocated on allocated.payment_id = notes.document_id
left join posted on posted.document_id = notes.document_id
where
    notes.document_type in ('credit_note', 'debit_note')
    and notes.state not in ('draft', 'cancelled')
