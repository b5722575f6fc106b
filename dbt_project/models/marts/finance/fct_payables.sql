-- One row per supplier bill or landed cost bill with an open amount at as_of.
with open_documents as (
    select
        fct_invoices.*,
        greatest({{ days_between('fct_invoices.due_date', as_of()) }}, 0) as days_overdue
    from {{ ref('fct_invoices') }} as fct_invoices
    where
        fct_invoices.document_type in ('supplier_bill', 'landed_cost')
        and fct_invoices.open_amount_document_currency <> 0
)

select
    company_id,
    invoice_id,
    document_type,
    document_number,
    external_number,
    partner_id,
    partner_code,
    partner_name,
    document_currency,
    invoice_date,
    due_date,
    gross_amount,
    paid_amount,
    open_amount,
    open_amount_document_currency,
    days_overdue,
    {{ overdue_bucket('days_overdue') }} as age_bucket
from open_documents
