-- One row per allocation of a payment to an invoice or bill.
select
    payment_allocations.id as payment_allocation_id,
    documents.company_id,
    payment_allocations.payment_id,
    payment_allocations.invoice_id,

    {{ amount('payment_allocations.amount') }} as amount,

    payment_allocations.effective_date,
    {{ recorded_time('payment_allocations.recorded_at') }} as recorded_at,

    payment_allocations.amount as amount_minor,
    payment_allocations.recorded_at as recorded_at_microseconds
from {{ source('raw', 'payment_allocation') }} as payment_allocations
inner join {{ source('raw', 'document') }} as documents on documents.id = payment_allocations.payment_id
inner join {{ source('raw', 'company') }} as companies on companies.id = documents.company_id
where
    payment_allocations.effective_date <= {{ as_of() }}
