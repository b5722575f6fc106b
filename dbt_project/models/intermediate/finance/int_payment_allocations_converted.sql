-- One row per allocation of a payment to an invoice or bill: what it settles, in company currency at the invoice's rate. The
-- amounts are cut from the invoice's gross amount by cumulative allocation, as they are posted, so that they add up to it.
with allocations as (
    select
        stg_payment_allocations.payment_allocation_id,
        stg_payment_allocations.payment_id,
        stg_payment_allocations.invoice_id,
        stg_payment_allocations.effective_date,
        stg_payment_allocations.amount_minor,
        int_invoices_paid.gross_amount_minor as invoice_gross_amount_minor,
        int_invoices_paid.gross_amount_document_currency_minor as invoice_gross_amount_document_currency_minor,
        sum(stg_payment_allocations.amount_minor) over (
            partition by stg_payment_allocations.invoice_id
            order by stg_payment_allocations.payment_allocation_id
            rows between unbounded preceding and current row
        ) as upto_amount_minor
    from {{ ref('stg_payment_allocations') }} as stg_payment_allocations
    inner join {{ ref('int_invoices_paid') }} as int_invoices_paid
        on int_invoices_paid.document_id = stg_payment_allocations.invoice_id
)

select
    payment_allocation_id,
    payment_id,
    invoice_id,
    effective_date,
    amount_minor as amount_document_currency_minor,
    cast(
        {{ share_of_span(
            'invoice_gross_amount_minor', 'upto_amount_minor - amount_minor', 'upto_amount_minor',
            'invoice_gross_amount_document_currency_minor',
        ) }} as bigint
    ) as settled_amount_minor
from allocations
