-- One row per line of an order, invoice, bill or note, its amounts in company currency at the document's rate. Net amounts of an
-- order are cut from its converted total; those of an invoice or bill are converted one by one, as they are posted. Tax is
-- cut from the document's converted tax. Freight, a charge of the document, is shared by value; gross holds all three.
with priced_lines as (
    select
        stg_document_lines.document_line_id,
        stg_document_lines.document_id,
        stg_document_lines.line_number,
        stg_document_lines.net_amount_minor,
        stg_document_lines.tax_amount_minor,
        int_documents_dated.document_type,
        int_documents_dated.exchange_rate_nano,
        int_documents_dated.net_amount_minor as document_net_amount_minor,
        int_documents_dated.tax_amount_minor as document_tax_amount_minor,
        int_documents_dated.freight_amount_minor as document_freight_amount_minor
    from {{ ref('stg_document_lines') }} as stg_document_lines
    inner join {{ ref('int_documents_dated') }} as int_documents_dated
        on int_documents_dated.document_id = stg_document_lines.document_id
    where
        int_documents_dated.document_type in (
            'sales_order', 'customer_invoice', 'credit_note', 'purchase_order', 'supplier_bill', 'debit_note', 'landed_cost'
        )
),

foreign_lines as (
    select * from priced_lines
    where exchange_rate_nano <> 1000000000
),

freighted_lines as (
    select * from priced_lines
    where document_freight_amount_minor <> 0
),

net_parts as (
    {{ split_by_weight(
        relation='foreign_lines', total='document_net_amount_minor', weight='net_amount_minor',
        group='document_id', order_by='line_number', part='part_minor',
    ) }}
),

tax_parts as (
    {{ split_by_weight(
        relation='foreign_lines', total='document_tax_amount_minor', weight='tax_amount_minor',
        group='document_id', order_by='line_number', part='part_minor',
    ) }}
),

freight_parts as (
    {{ split_by_weight(
        relation='freighted_lines', total='document_freight_amount_minor', weight='net_amount_minor',
        group='document_id', order_by='line_number', part='part_minor',
    ) }}
),

converted_lines as (
    select
        priced_lines.document_line_id,
        priced_lines.document_id,
        cast(
            case
                when priced_lines.exchange_rate_nano = 1000000000 then priced_lines.net_amount_minor
                when priced_lines.document_type in ('sales_order', 'purchase_order') then net_parts.part_minor
                else {{ converted('priced_lines.net_amount_minor', 'priced_lines.exchange_rate_nano') }}
            end as bigint
        ) as net_amount_minor,
        coalesce(tax_parts.part_minor, priced_lines.tax_amount_minor) as tax_amount_minor,
        coalesce(freight_parts.part_minor, 0) as freight_amount_minor
    from priced_lines
    left join net_parts on net_parts.document_line_id = priced_lines.document_line_id
    left join tax_parts on tax_parts.document_line_id = priced_lines.document_line_id
    left join freight_parts on freight_parts.document_line_id = priced_lines.document_line_id
)

select
    document_line_id,
    document_id,
    net_amount_minor,
    tax_amount_minor,
    freight_amount_minor,
    net_amount_minor + tax_amount_minor + freight_amount_minor as gross_amount_minor
from converted_lines
