-- One row per supplier return line and the receipt line it returns: what its goods came at, and what the supplier credits.
-- Noted on a debit note: came as billed, credited as noted. Billed and not noted: as billed, both. Else at order price and
-- receipt rate, both. What went back last is what was noted, then what was billed of it.
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
),

-- By purchase order line: received, and kept of it.
kept as (
    select
        line_links.from_line_id as purchase_order_line_id,
        {{ whole_sum('line_links.quantity_micro') }} - {{ whole_sum('coalesce(returned.quantity_micro, 0)') }} as quantity_micro
    from {{ ref('stg_line_links') }} as line_links
    left join (
        select
            returns.receipt_line_id,
            {{ whole_sum('returns.quantity_micro') }} as quantity_micro
        from returns
        group by returns.receipt_line_id
    ) as returned on returned.receipt_line_id = line_links.to_line_id
    where line_links.link_type = 'receipt'
    group by line_links.from_line_id
),

noted as (
    select
        bills.purchase_order_line_id,
        {{ whole_sum('bills.returned_quantity_micro') }} as quantity_micro,
        {{ whole_sum('bills.returned_amount_minor') }} as received_amount_minor,
        {{ whole_sum('bills.credited_amount_minor') }} as credited_amount_minor
    from {{ ref('int_bill_links_netted') }} as bills
    group by bills.purchase_order_line_id
),

-- What bills charge beyond what was kept: of goods that went back, or of goods that are yet to come.
bills_beyond as (
    select
        bills.purchase_order_line_id,
        cast(bills.amount_minor as {{ type_whole() }}) as amount_minor,
        bills.quantity_micro,
        greatest(kept.quantity_micro - (bills.span_end_micro - bills.quantity_micro), 0) as covered_micro
    from {{ ref('int_bill_links_netted') }} as bills
    inner join kept on kept.purchase_order_line_id = bills.purchase_order_line_id
    where
        bills.quantity_micro > 0
        and bills.span_end_micro > kept.quantity_micro
),

beyond as (
    select
        bills_beyond.purchase_order_line_id,
        {{ whole_sum('bills_beyond.quantity_micro - bills_beyond.covered_micro') }} as quantity_micro,
        {{ whole_sum('bills_beyond.amount_minor - ' ~ rounded_ratio(
            'cast(bills_beyond.amount_minor as ' ~ type_whole() ~ ') * bills_beyond.covered_micro', 'bills_beyond.quantity_micro'
        )) }} as amount_minor
    from bills_beyond
    group by bills_beyond.purchase_order_line_id
),

-- The latest returns first: each takes a span of what was returned of the order line.
turned as (
    select
        returns.*,
        order_prices.purchase_order_line_id,
        coalesce(noted.quantity_micro, 0) as noted_quantity_micro,
        coalesce(noted.received_amount_minor, 0) as noted_received_minor,
        coalesce(noted.credited_amount_minor, 0) as noted_credited_minor,
        coalesce(beyond.quantity_micro, 0) as beyond_quantity_micro,
        coalesce(beyond.amount_minor, 0) as beyond_amount_minor,
        sum(returns.quantity_micro) over (
            partition by order_prices.purchase_order_line_id
            order by returns.line_link_id desc
            rows between unbounded preceding and current row
        ) as upto_micro
    from returns
    left join order_prices on order_prices.receipt_line_id = returns.receipt_line_id
    left join noted on noted.purchase_order_line_id = order_prices.purchase_order_line_id
    left join beyond on beyond.purchase_order_line_id = order_prices.purchase_order_line_id
),

spans as (
    select
        turned.*,
        least(turned.upto_micro - turned.quantity_micro, turned.noted_quantity_micro) as noted_from,
        least(turned.upto_micro, turned.noted_quantity_micro) as noted_upto,
        least(
            greatest(turned.upto_micro - turned.quantity_micro - turned.noted_quantity_micro, 0), turned.beyond_quantity_micro
        ) as beyond_from,
        least(greatest(turned.upto_micro - turned.noted_quantity_micro, 0), turned.beyond_quantity_micro) as beyond_upto
    from turned
),

priced as (
    select
        spans.*,
        coalesce(
            {{ share_of_span('spans.noted_received_minor', 'spans.noted_from', 'spans.noted_upto', 'spans.noted_quantity_micro') }}, 0
        ) as noted_received_share,
        coalesce(
            {{ share_of_span('spans.noted_credited_minor', 'spans.noted_from', 'spans.noted_upto', 'spans.noted_quantity_micro') }}, 0
        ) as noted_credited_share,
        coalesce(
            {{ share_of_span('spans.beyond_amount_minor', 'spans.beyond_from', 'spans.beyond_upto', 'spans.beyond_quantity_micro') }}, 0
        ) as beyond_share,
        coalesce(
            {{ rounded_ratio(
                'cast(order_lines.net_amount_minor as ' ~ type_whole() ~ ') * receipts.exchange_rate_nano'
                ~ ' * (spans.quantity_micro - (spans.noted_upto - spans.noted_from) - (spans.beyond_upto - spans.beyond_from))',
                'cast(order_lines.quantity_micro as ' ~ type_whole() ~ ') * 1000000000',
            ) }},
            0
        ) as ordered_share
    from spans
    inner join {{ ref('stg_document_lines') }} as receipt_lines on receipt_lines.document_line_id = spans.receipt_line_id
    inner join {{ ref('stg_documents') }} as receipts on receipts.document_id = receipt_lines.document_id
    left join {{ ref('stg_document_lines') }} as order_lines on order_lines.document_line_id = spans.purchase_order_line_id
)

select
    priced.line_link_id,
    priced.company_id,
    priced.receipt_line_id,
    priced.return_line_id,
    priced.purchase_order_line_id,
    priced.quantity_micro,
    cast(priced.ordered_share + priced.beyond_share + priced.noted_received_share as bigint) as received_amount_minor,
    cast(priced.ordered_share + priced.beyond_share + priced.noted_credited_share as bigint) as credited_amount_minor
from priced
