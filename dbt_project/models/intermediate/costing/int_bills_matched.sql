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

billed as (
    select
        line_links.line_link_id as bill_link_id,
        line_links.from_line_id as purchase_order_line_id,
        line_links.to_line_id as bill_line_id,
        line_links.amount_minor,
        line_links.quantity_micro,
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

shared_spans as (
    select
        received_spans.company_id,
        received_spans.purchase_order_line_id,
        received_spans.receipt_line_id,
        billed.bill_line_id,
        received_spans.receipt_link_id,
        billed.bill_link_id,
        cast(billed.amount_minor as {{ type_whole() }}) as bill_amount_minor,
        cast(billed.quantity_micro as {{ type_whole() }}) as bill_quantity_micro,
        greatest(
            received_spans.span_end - received_spans.kept_quantity_micro,
            billed.span_end - billed.quantity_micro
        ) - (billed.span_end - billed.quantity_micro) as from_quantity,
        least(received_spans.span_end, billed.span_end) - (billed.span_end - billed.quantity_micro) as upto_quantity
    from received_spans
    inner join billed
        on billed.purchase_order_line_id = received_spans.purchase_order_line_id
        and billed.span_end > received_spans.span_end - received_spans.kept_quantity_micro
        and received_spans.span_end > billed.span_end - billed.quantity_micro
)

select
    shared_spans.company_id,
    shared_spans.purchase_order_line_id,
    shared_spans.receipt_line_id,
    shared_spans.bill_line_id,
    shared_spans.receipt_link_id,
    shared_spans.bill_link_id,
    cast(shared_spans.upto_quantity - shared_spans.from_quantity as bigint) as quantity_micro,
    cast(
        {{ rounded_ratio('shared_spans.bill_amount_minor * shared_spans.upto_quantity', 'shared_spans.bill_quantity_micro') }}
        - {{ rounded_ratio('shared_spans.bill_amount_minor * shared_spans.from_quantity', 'shared_spans.bill_quantity_micro') }}
        as bigint
    ) as amount_minor
from shared_spans
where shared_spans.upto_quantity > shared_spans.from_quantity
