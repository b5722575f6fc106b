-- One row per supplier return line and the receipt line it returns: what the supplier credits. What was billed and went
-- back is credited at what was billed, the rest at order price and receipt rate.
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

bills as (
    select
        line_links.from_line_id as purchase_order_line_id,
        cast(line_links.amount_minor as {{ type_whole() }}) as amount_minor,
        cast(line_links.quantity_micro as {{ type_whole() }}) as quantity_micro,
        sum(line_links.quantity_micro) over (
            partition by line_links.from_line_id
            order by documents.effective_date, documents.recorded_at_microseconds, line_links.line_link_id
            rows between unbounded preceding and current row
        ) as span_end
    from {{ ref('stg_line_links') }} as line_links
    inner join {{ ref('stg_document_lines') }} as bill_lines on bill_lines.document_line_id = line_links.to_line_id
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = bill_lines.document_id
    where
        line_links.link_type = 'bill'
        and line_links.quantity_micro > 0
),

-- What bills charge beyond what was kept: of goods that went back, or of goods that are yet to come.
bills_beyond as (
    select
        bills.purchase_order_line_id,
        bills.amount_minor,
        bills.quantity_micro,
        greatest(kept.quantity_micro - (bills.span_end - bills.quantity_micro), 0) as covered_micro
    from bills
    inner join kept on kept.purchase_order_line_id = bills.purchase_order_line_id
    where bills.span_end > kept.quantity_micro
),

beyond as (
    select
        bills_beyond.purchase_order_line_id,
        {{ whole_sum('bills_beyond.quantity_micro - bills_beyond.covered_micro') }} as quantity_micro,
        {{ whole_sum('bills_beyond.amount_minor - ' ~ rounded_ratio(
            'bills_beyond.amount_minor * bills_beyond.covered_micro', 'bills_beyond.quantity_micro'
        )) }} as amount_minor
    from bills_beyond
    group by bills_beyond.purchase_order_line_id
),

-- What went back last is what was billed of it.
spans as (
    select
        returns.*,
        order_prices.purchase_order_line_id,
        coalesce(beyond.quantity_micro, 0) as beyond_quantity_micro,
        coalesce(beyond.amount_minor, 0) as beyond_amount_minor,
        least(
            greatest(coalesce(beyond.quantity_micro, 0) - sum(returns.quantity_micro) over later, 0),
            coalesce(beyond.quantity_micro, 0)
        ) as left_micro,
        greatest(
            coalesce(beyond.quantity_micro, 0) - (sum(returns.quantity_micro) over later - returns.quantity_micro), 0
        ) as before_micro
    from returns
    left join order_prices on order_prices.receipt_line_id = returns.receipt_line_id
    left join beyond on beyond.purchase_order_line_id = order_prices.purchase_order_line_id
    window later as (
        partition by order_prices.purchase_order_line_id
        order by returns.line_link_id desc
        rows between unbounded preceding and current row
    )
)

select
    spans.line_link_id,
    spans.company_id,
    spans.receipt_line_id,
    spans.return_line_id,
    spans.purchase_order_line_id,
    spans.quantity_micro,
    cast(
        coalesce(
            {{ rounded_ratio(
                'cast(order_lines.net_amount_minor as ' ~ type_whole() ~ ') * receipts.exchange_rate_nano'
                ~ ' * (spans.quantity_micro - (spans.before_micro - spans.left_micro))',
                'cast(order_lines.quantity_micro as ' ~ type_whole() ~ ') * 1000000000',
            ) }},
            0
        )
        + coalesce({{ rounded_ratio(
            'spans.beyond_amount_minor * spans.before_micro', 'spans.beyond_quantity_micro'
        ) }}, 0)
        - coalesce({{ rounded_ratio(
            'spans.beyond_amount_minor * spans.left_micro', 'spans.beyond_quantity_micro'
        ) }}, 0)
        as bigint
    ) as credited_amount_minor
from spans
inner join {{ ref('stg_document_lines') }} as receipt_lines on receipt_lines.document_line_id = spans.receipt_line_id
inner join {{ ref('stg_documents') }} as receipts on receipts.document_id = receipt_lines.document_id
left join {{ ref('stg_document_lines') }} as order_lines on order_lines.document_line_id = spans.purchase_order_line_id
