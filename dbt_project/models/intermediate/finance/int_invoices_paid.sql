-- One row per customer invoice, supplier bill or landed cost bill: what it is worth, paid and credited of it by as_of, in
-- company currency at the document's own rate (differences to the payment's rate are exchange gain or loss).
with allocated as (
    select
        allocations.invoice_id,
        {{ whole_sum('allocations.amount_minor') }} as allocated_amount_minor,
        {{ whole_sum("case when payments.document_type in ('credit_note', 'debit_note') then allocations.amount_minor else 0 end") }}
            as credited_amount_minor,
        max(case when payments.document_type not in ('credit_note', 'debit_note') then allocations.effective_date end) as last_paid_on
    from {{ ref('stg_payment_allocations') }} as allocations
    inner join {{ ref('stg_documents') }} as payments on payments.document_id = allocations.payment_id
    group by allocations.invoice_id
),

net_of_lines as (
    select
        document_id,
        {{ whole_sum('net_amount_minor') }} as net_amount_minor
    from {{ ref('int_document_lines_converted') }}
    group by document_id
),

invoices as (
    select
        int_documents_dated.document_id,
        int_documents_dated.company_id,
        int_documents_dated.document_type,
        int_documents_dated.partner_id,
        int_documents_dated.exchange_rate_nano,
        int_documents_dated.amount_exponent,
        coalesce(net_of_lines.net_amount_minor, int_documents_dated.net_amount_minor) as net_amount_minor,
        int_documents_dated.tax_amount_minor,
        int_documents_dated.freight_amount_minor,
        int_documents_dated.gross_amount_document_currency_minor,
        coalesce(allocated.allocated_amount_minor, 0) as settled_amount_document_currency_minor,
        coalesce(allocated.credited_amount_minor, 0) as credited_amount_document_currency_minor,
        allocated.last_paid_on
    from {{ ref('int_documents_dated') }} as int_documents_dated
    left join net_of_lines on net_of_lines.document_id = int_documents_dated.document_id
    left join allocated on allocated.invoice_id = int_documents_dated.document_id
    where
        int_documents_dated.document_type in ('customer_invoice', 'supplier_bill', 'landed_cost')
        and int_documents_dated.state not in ('draft', 'cancelled')
),

-- As payments post it: the share of the whole, so that a fully paid document leaves nothing of rounding open.
settled as (
    select
        invoices.*,
        invoices.net_amount_minor + invoices.tax_amount_minor + invoices.freight_amount_minor as gross_amount_minor,
        {% for part in ['settled', 'credited'] -%}
        coalesce(
            cast(
                {{ rounded_ratio(
                    'cast(invoices.net_amount_minor + invoices.tax_amount_minor + invoices.freight_amount_minor as ' ~ type_whole()
                    ~ ') * invoices.' ~ part ~ '_amount_document_currency_minor',
                    'invoices.gross_amount_document_currency_minor',
                ) }} as bigint
            ),
            0
        ) as {{ part }}_amount_minor{{ ',' if not loop.last }}
        {% endfor %}
    from invoices
)

select
    document_id,
    company_id,
    document_type,
    partner_id,
    exchange_rate_nano,
    amount_exponent,
    net_amount_minor,
    tax_amount_minor,
    freight_amount_minor,
    gross_amount_minor,
    gross_amount_document_currency_minor,
    settled_amount_document_currency_minor,
    credited_amount_minor,
    settled_amount_minor - credited_amount_minor as paid_amount_minor,
    last_paid_on
from settled
