-- One row per supplier return line and the receipt line it returns: what the supplier credits, at order price and receipt rate.
with

returns as (
    select
        line_links.line_link_id,
        line_links.company_id,
        line_links.from_line_id as receipt_line_id,
        line_links.to_line_id as return_line_id,
        line_links.quantity_micro
    from {{ ref('stg_line_links') }} as line_links
    where line_links.link_type = 'supplier_return'
),

order_prices as (
    select
        line_links.to_line_id as receipt_line_id,
        min(line_links.from_line_id) as purchase_order_line_id
    from {{ ref('stg_line_links') }} as line_links
    where line_links.link_type = 'receipt'
    group by line_links.to_line_id
)

select
    returns.line_link_id,
    returns.company_id,
    returns.receipt_line_id,
    returns.return_line_id,
    order_prices.purchase_order_line_id,
    returns.quantity_micro,
    cast(
        coalesce(
            {{ rounded_ratio(
                'cast(order_lines.net_amount_minor as ' ~ type_whole() ~ ') * receipts.exchange_rate_nano * returns.quantity_micro',
                'cast(order_lines.quantity_micro as ' ~ type_whole() ~ ') * 1000000000',
            ) }},
            0
        ) as bigint
    ) as credited_amount_minor
from returns
inner join {{ ref('stg_document_lines') }} as receipt_lines on receipt_lines.document_line_id = returns.receipt_line_id
inner join {{ ref('stg_documents') }} as receipts on receipts.document_id = receipt_lines.document_id
left join order_prices on order_prices.receipt_line_id = returns.receipt_line_id
left join {{ ref('stg_document_lines') }} as order_lines on order_lines.document_line_id = order_prices.purchase_order_line_id
