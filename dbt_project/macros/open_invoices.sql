{# Invoices or bills of the given types with an open amount at as_of, and how long they are overdue. #}
{% macro open_invoices(document_types) -%}
    select
        invoices.company_id,
        invoices.invoice_id,
        invoices.document_type,
        invoices.document_number,
        invoices.external_number,
        invoices.partner_id,
        invoices.partner_code,
        invoices.partner_name,
        invoices.document_currency,
        invoices.invoice_date,
        invoices.due_date,
        invoices.gross_amount,
        invoices.paid_amount,
        invoices.credited_amount,
        invoices.open_amount,
        invoices.open_amount_document_currency,
        invoices.days_overdue,
        {{ overdue_bucket('invoices.days_overdue') }} as age_bucket
    from (
        select
            fct_invoices.*,
            greatest({{ days_between('fct_invoices.due_date', as_of()) }}, 0) as days_overdue
        from {{ ref('fct_invoices') }} as fct_invoices
        where
            fct_invoices.document_type in ({% for document_type in document_types %}'{{ document_type }}'{{ ', ' if not loop.last }}{% endfor %})
            and fct_invoices.open_amount_document_currency <> 0
    ) as invoices
{%- endmacro %}
