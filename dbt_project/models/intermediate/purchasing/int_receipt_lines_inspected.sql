-- One row per goods receipt line that follows a purchase order line: what was received, and what of it was not accepted.
with receipts as (
    select
        stg_line_links.to_line_id as receipt_line_id,
        min(stg_line_links.from_line_id) as purchase_order_line_id,
        min(stg_line_links.effective_date) as received_date,
        {{ whole_sum('stg_line_links.quantity_micro') }} as received_quantity_micro
    from {{ ref('stg_line_links') }} as stg_line_links
    where stg_line_links.link_type = 'receipt'
    group by stg_line_links.to_line_id
),

inspected as (
    select
        stg_line_links.from_line_id as receipt_line_id,
        {{ whole_sum('stg_inspections.rejected_quantity_micro') }} as rejected_quantity_micro,
        {{ whole_sum("case when stg_inspections.disposition = 'return' then 0 else stg_inspections.rejected_quantity_micro end") }}
            as rejected_and_kept_quantity_micro
    from {{ ref('stg_line_links') }} as stg_line_links
    inner join {{ ref('stg_document_lines') }} as inspection_lines
        on inspection_lines.document_line_id = stg_line_links.to_line_id
    inner join {{ ref('stg_inspections') }} as stg_inspections on stg_inspections.inspection_id = inspection_lines.document_id
    where
        stg_line_links.link_type = 'inspection'
        and stg_inspections.decided_on <= {{ as_of() }}
    group by stg_line_links.from_line_id
),

returned as (
    select
        from_line_id as receipt_line_id,
        {{ whole_sum('quantity_micro') }} as returned_quantity_micro
    from {{ ref('stg_line_links') }}
    where link_type = 'supplier_return'
    group by from_line_id
)

select
    receipts.receipt_line_id,
    receipts.purchase_order_line_id,
    receipts.received_date,
    receipts.received_quantity_micro,
    coalesce(inspected.rejected_quantity_micro, 0) as rejected_quantity_micro,
    coalesce(returned.returned_quantity_micro, 0) as returned_quantity_micro,
    -- what was rejected to be returned is among the returned
    receipts.received_quantity_micro
    - coalesce(inspected.rejected_and_kept_quantity_micro, 0)
    - coalesce(returned.returned_quantity_micro, 0) as accepted_quantity_micro
from receipts
left join inspected on inspected.receipt_line_id = receipts.receipt_line_id
left join returned on returned.receipt_line_id = receipts.receipt_line_id
