-- One row per purchase order line's receipt and the bill that covers a part of it: oldest receipt with oldest bill, by cumulative quantity.
with

returned as (
    select
        supplier_returns.receipt_line_id,
        sum(supplier_returns.quantity_micro) as quantity_micro
    from {{ ref('int_supplier_returns_priced') }} as supplier_returns
    group by supplier_returns.receipt_line_id
),

received as (
    select
        line_links.line_link_id as receipt_link_id,
        line_links.company_id,
        line_links.from_line_id as purchase_order_line_id,
        line_links.to_line_id as receipt_line_id,
        documents.effective_date,
        documents.recorded_at_microseconds,
        greatest(line_links.quantity_micro - coalesce(returned.quantity_micro, 0), 0) as kept_quantity_micro
    from {{ ref('stg_line_links') }} as line_links
    inner join {{ ref('stg_document_lines') }} as receipt_lines on receipt_lines.document_line_id = line_links.to_line_id
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = receipt_lines.document_id
    left join returned on returned.receipt_line_id = line_links.to_line_id
    where line_links.link_type = 'receipt'
),

received_spans as (
    select
        received.receipt_link_id,
        received.company_id,
        received.purchase_order_line_id,
        received.receipt_line_id,
        received.kept_quantity_micro,
        sum(received.kept_quantity_micro) over (
            partition by received.purchase_order_line_id
            order by received.effective_date, received.recorded_at_microseconds, received.receipt_link_id
            rows between unbounded preceding and current row
        ) as span_end
    from received
),

shared_spans as (
    select
        received_spans.company_id,
        received_spans.purchase_order_line_id,
        received_spans.receipt_line_id,
        bills.bill_line_id,
        received_spans.receipt_link_id,
        bills.bill_link_id,
        bills.billed_amount_minor,
        bills.allowance_minor,
        bills.quantity_micro as bill_quantity_micro,
        greatest(
            received_spans.span_end - received_spans.kept_quantity_micro,
            bills.span_end_micro - bills.quantity_micro
        ) - (bills.span_end_micro - bills.quantity_micro) as from_quantity,
        least(received_spans.span_end, bills.span_end_micro) - (bills.span_end_micro - bills.quantity_micro) as upto_quantity
    from received_spans
    inner join {{ ref('int_bill_links_netted') }} as bills
        on bills.purchase_order_line_id = received_spans.purchase_order_line_id
        and bills.quantity_micro > 0
        and bills.span_end_micro > received_spans.span_end - received_spans.kept_quantity_micro
        and received_spans.span_end > bills.span_end_micro - bills.quantity_micro
),

shares as (
    select
        shared_spans.*,
        {% for part in ['billed_amount', 'allowance'] -%}
        cast({{ share_of_span(
            'shared_spans.' ~ part ~ '_minor', 'shared_spans.from_quantity', 'shared_spans.upto_quantity',
            'shared_spans.bill_quantity_micro',
        ) }} as bigint) as {{ part }}_share{{ ',' if not loop.last }}
        {% endfor %}
    from shared_spans
    where shared_spans.upto_quantity > shared_spans.from_quantity
)

select
    shares.company_id,
    shares.purchase_order_line_id,
    shares.receipt_line_id,
    shares.bill_line_id,
    shares.receipt_link_id,
    shares.bill_link_id,
    cast(shares.upto_quantity - shares.from_quantity as bigint) as quantity_micro,
    -- Where on the bill this part lies: of so much from here to there.
    cast(shares.from_quantity as bigint) as from_quantity_micro,
    cast(shares.upto_quantity as bigint) as upto_quantity_micro,
    shares.bill_quantity_micro,
    shares.billed_amount_share as billed_amount_minor,
    shares.billed_amount_share - shares.allowance_share as amount_minor
from shares
