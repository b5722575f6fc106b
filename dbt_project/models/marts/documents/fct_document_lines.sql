-- One row per line of a document of any type. Prices and amounts in the document's currency, as they were entered.
select
    document_lines.document_line_id,
    document_lines.company_id,
    document_lines.document_id,
    document_lines.line_number,
    document_lines.item_id,
    items.item_code,
    items.item_name,
    document_lines.description,
    document_lines.quantity,
    base_units.unit_code as unit,
    document_lines.entered_quantity,
    coalesce(entered_units.unit_code, base_units.unit_code) as entered_unit,
    document_lines.requested_date,
    document_lines.promised_date,
    warehouses.warehouse_code,
    documents.currency as document_currency,
    document_lines.discount_rate,
    document_lines.unit_price as unit_price_document_currency,
    document_lines.net_amount as net_amount_document_currency,
    document_lines.tax_amount as tax_amount_document_currency,
    document_lines.gross_amount as gross_amount_document_currency,
    case when documents.document_type in ('sales_order', 'customer_invoice') then document_lines.unit_price end
        as sales_unit_price_document_currency,
    case when documents.document_type in ('sales_order', 'customer_invoice') then document_lines.net_amount end
        as sales_net_amount_document_currency
from {{ ref('stg_document_lines') }} as document_lines
inner join {{ ref('stg_documents') }} as documents on documents.document_id = document_lines.document_id
left join {{ ref('stg_items') }} as items on items.item_id = document_lines.item_id
left join {{ ref('stg_units') }} as base_units on base_units.unit_id = items.unit_id
left join {{ ref('stg_units') }} as entered_units on entered_units.unit_id = document_lines.entered_unit_id
left join {{ ref('stg_warehouses') }} as warehouses on warehouses.warehouse_id = document_lines.warehouse_id
