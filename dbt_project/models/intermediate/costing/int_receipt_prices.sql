-- One row per goods receipt line: its latest known price, exact in minor units of company currency.
with

receipt_lines as (
    select
        document_lines.document_line_id as receipt_line_id,
        documents.company_id,
        document_lines.item_id,
        documents.effective_date,
        documents.exchange_rate_nano,
        document_lines.quantity_micro,
        document_lines.net_amount_minor
    from {{ ref('stg_document_lines') }} as document_lines
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = document_lines.document_id
    where documents.document_type = 'goods_receipt'
),

billed as (
    select
        matches.receipt_link_id,
        sum(matches.quantity_micro) as quantity_micro,
        sum(matches.amount_minor) as amount_minor
    from {{ ref('int_bills_matched') }} as matches
    group by matches.receipt_link_id
),

returned as (
    select
        supplier_returns.receipt_line_id,
        sum(supplier_returns.quantity_micro) as quantity_micro,
        sum(supplier_returns.received_amount_minor) as amount_minor
    from {{ ref('int_supplier_returns_priced') }} as supplier_returns
    group by supplier_returns.receipt_line_id
),

ordered as (
    select
        line_links.to_line_id as receipt_line_id,
        min(line_links.from_line_id) as purchase_order_line_id,
        sum(line_links.quantity_micro) as linked_quantity_micro,
        sum(coalesce(billed.quantity_micro, 0)) as billed_quantity_micro,
        sum(coalesce(billed.amount_minor, 0)) as billed_amount_minor
    from {{ ref('stg_line_links') }} as line_links
    left join billed on billed.receipt_link_id = line_links.line_link_id
    where line_links.link_type = 'receipt'
    group by line_links.to_line_id
),

landed as (
    select
        line_links.from_line_id as receipt_line_id,
        sum(line_links.amount_minor) as amount_minor
    from {{ ref('stg_line_links') }} as line_links
    where line_links.link_type = 'landed_cost'
    group by line_links.from_line_id
),

joined as (
    select
        receipt_lines.receipt_line_id,
        receipt_lines.company_id,
        receipt_lines.item_id,
        ordered.purchase_order_line_id,
        receipt_lines.effective_date,
        receipt_lines.quantity_micro,
        coalesce(returned.quantity_micro, 0) as returned_quantity_micro,
        coalesce(ordered.billed_quantity_micro, 0) as billed_quantity_micro,
        greatest(
            receipt_lines.quantity_micro - coalesce(returned.quantity_micro, 0) - coalesce(ordered.billed_quantity_micro, 0),
            0
        ) as unbilled_quantity_micro,
        coalesce(ordered.billed_amount_minor, 0) as billed_amount_minor,
        coalesce(returned.amount_minor, 0) as returned_amount_minor,
        coalesce(landed.amount_minor, 0) as landed_amount_minor,
        -- A receipt without an order is worth what its own line says.
        coalesce(order_lines.net_amount_minor, receipt_lines.net_amount_minor) as price_amount_minor,
        coalesce(order_lines.quantity_micro, receipt_lines.quantity_micro) as price_quantity_micro,
        receipt_lines.exchange_rate_nano
    from receipt_lines
    left join ordered on ordered.receipt_line_id = receipt_lines.receipt_line_id
    left join returned on returned.receipt_line_id = receipt_lines.receipt_line_id
    left join landed on landed.receipt_line_id = receipt_lines.receipt_line_id
    left join {{ ref('stg_document_lines') }} as order_lines on order_lines.document_line_id = ordered.purchase_order_line_id
),

priced as (
    select
        joined.*,
        coalesce(
            {{ rounded_ratio(
                'cast(joined.price_amount_minor as ' ~ type_whole() ~ ') * joined.exchange_rate_nano * joined.unbilled_quantity_micro',
                'cast(joined.price_quantity_micro as ' ~ type_whole() ~ ') * 1000000000',
            ) }},
            0
        ) as unbilled_amount_minor
    from joined
)

select
    priced.receipt_line_id,
    priced.company_id,
    priced.item_id,
    priced.purchase_order_line_id,
    priced.effective_date,
    priced.quantity_micro,
    cast(priced.billed_quantity_micro as bigint) as billed_quantity_micro,
    cast(priced.returned_quantity_micro as bigint) as returned_quantity_micro,
    cast(priced.unbilled_quantity_micro as bigint) as unbilled_quantity_micro,
    cast(priced.billed_amount_minor as bigint) as billed_amount_minor,
    cast(priced.returned_amount_minor as bigint) as returned_amount_minor,
    cast(priced.unbilled_amount_minor as bigint) as unbilled_amount_minor,
    cast(priced.billed_amount_minor + priced.returned_amount_minor + priced.unbilled_amount_minor as bigint) as material_amount_minor,
    cast(priced.landed_amount_minor as bigint) as landed_amount_minor
from priced
