-- One row per document of any type, in the state it has on as_of. Amounts in company currency at the document's rate.
select
    documents.document_id,
    documents.company_id,
    documents.document_type,
    documents.document_number,
    documents.external_number,
    documents.state as status,
    documents.effective_date,
    documents.due_date,
    documents.confirmed_on as confirmed_date,
    documents.done_on as done_date,
    documents.cancelled_on as cancelled_date,
    documents.recorded_at,
    users.display_name as recorded_by,
    heads.reason,
    documents.partner_id,
    partners.partner_code,
    partners.partner_name,
    documents.warehouse_id,
    warehouses.warehouse_code,
    warehouses.warehouse_name,
    documents.origin_document_id,
    origins.document_type as origin_document_type,
    origins.document_number as origin_document_number,
    documents.currency as document_currency,
    {{ amount('documents.net_amount_minor', 'documents.amount_exponent') }} as net_amount,
    {{ amount('documents.tax_amount_minor', 'documents.amount_exponent') }} as tax_amount,
    {{ amount('documents.freight_amount_minor', 'documents.amount_exponent') }} as freight_amount,
    {{ amount('documents.gross_amount_minor', 'documents.amount_exponent') }} as gross_amount,
    {{ amount('documents.gross_amount_document_currency_minor', 'documents.amount_exponent') }} as gross_amount_document_currency,
    case
        when documents.document_type in ('sales_order', 'customer_invoice')
            then {{ amount('documents.net_amount_minor', 'documents.amount_exponent') }}
    end as sales_net_amount
from {{ ref('int_documents_dated') }} as documents
inner join {{ ref('stg_documents') }} as heads on heads.document_id = documents.document_id
left join {{ ref('stg_user_accounts') }} as users on users.user_id = heads.created_by_user_id
left join {{ ref('stg_partners') }} as partners on partners.partner_id = documents.partner_id
left join {{ ref('stg_warehouses') }} as warehouses on warehouses.warehouse_id = documents.warehouse_id
left join {{ ref('stg_documents') }} as origins on origins.document_id = documents.origin_document_id
