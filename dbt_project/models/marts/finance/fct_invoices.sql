-- One row per customer invoice, supplier bill or landed cost bill that was posted by as_of.
select
    paid.company_id,
    paid.document_id as invoice_id,
    paid.document_type,
    int_documents_dated.document_number,
    int_documents_dated.external_number,
    int_documents_dated.origin_document_id,
    paid.partner_id,
    stg_partners.partner_code,
    stg_partners.partner_name,
    int_documents_dated.currency as document_currency,
    int_documents_dated.effective_date as invoice_date,
    coalesce(int_documents_dated.due_date, int_documents_dated.effective_date) as due_date,
    paid.last_paid_on as last_paid_date,
    int_documents_dated.recorded_at,
    {{ amount('paid.net_amount_minor', 'paid.amount_exponent') }} as net_amount,
    {{ amount('paid.tax_amount_minor', 'paid.amount_exponent') }} as tax_amount,
    {{ amount('paid.freight_amount_minor', 'paid.amount_exponent') }} as freight_amount,
    {{ amount('paid.gross_amount_minor', 'paid.amount_exponent') }} as gross_amount,
    {{ amount('paid.paid_amount_minor', 'paid.amount_exponent') }} as paid_amount,
    {{ amount('paid.credited_amount_minor', 'paid.amount_exponent') }} as credited_amount,
    {{ amount('paid.gross_amount_minor - paid.paid_amount_minor - paid.credited_amount_minor', 'paid.amount_exponent') }}
        as open_amount,
    {{ amount('paid.gross_amount_document_currency_minor', 'paid.amount_exponent') }} as gross_amount_document_currency,
    {{ amount(
        'paid.gross_amount_document_currency_minor - paid.settled_amount_document_currency_minor', 'paid.amount_exponent',
    ) }} as open_amount_document_currency
from {{ ref('int_invoices_paid') }} as paid
inner join {{ ref('int_documents_dated') }} as int_documents_dated on int_documents_dated.document_id = paid.document_id
left join {{ ref('stg_partners') }} as stg_partners on stg_partners.partner_id = paid.partner_id
