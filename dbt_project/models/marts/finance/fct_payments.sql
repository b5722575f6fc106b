-- One row per customer or supplier payment, in company currency at the payment's rate.
with allocated as (
    select
        payment_id,
        {{ whole_sum('amount_document_currency_minor') }} as allocated_amount_minor,
        {{ whole_sum('settled_amount_minor') }} as settled_amount_minor
    from {{ ref('int_payment_allocations_converted') }}
    group by payment_id
)

select
    payments.company_id,
    payments.document_id as payment_id,
    payments.document_type,
    payments.document_number,
    payments.external_number,
    payments.partner_id,
    stg_partners.partner_code,
    stg_partners.partner_name,
    payments.currency as document_currency,
    payments.effective_date as payment_date,
    payments.recorded_at,
    {{ amount('payments.gross_amount_minor', 'payments.amount_exponent') }} as paid_amount,
    {{ amount('payments.gross_amount_document_currency_minor', 'payments.amount_exponent') }} as paid_amount_document_currency,
    {{ amount(
        'coalesce(allocated.settled_amount_minor, 0) + '
        ~ converted(
            '(payments.gross_amount_document_currency_minor - coalesce(allocated.allocated_amount_minor, 0))',
            'payments.exchange_rate_nano',
        ),
        'payments.amount_exponent',
    ) }} as settled_amount,
    {{ amount(
        'payments.gross_amount_document_currency_minor - coalesce(allocated.allocated_amount_minor, 0)', 'payments.amount_exponent',
    ) }} as unallocated_amount_document_currency
from {{ ref('int_documents_dated') }} as payments
left join {{ ref('stg_partners') }} as stg_partners on stg_partners.partner_id = payments.partner_id
left join allocated on allocated.payment_id = payments.document_id
where
    payments.document_type in ('customer_payment', 'supplier_payment')
    and payments.state not in ('draft', 'cancelled')
