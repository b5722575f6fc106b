-- One row per purchase order line and work order: ordered or planned to begin when, really started when, expected when,
-- done when, and since when that is known.
with

received as (
    select
        receipts.purchase_order_line_id,
        max(receipts.received_date) as last_received_date,
        max(cast(documents.recorded_at as date)) as recorded_date
    from {{ ref('int_receipt_lines_inspected') }} as receipts
    inner join {{ ref('stg_document_lines') }} as receipt_lines on receipt_lines.document_line_id = receipts.receipt_line_id
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = receipt_lines.document_id
    group by receipts.purchase_order_line_id
),

purchases as (
    select
        'purchase' as kind,
        matched.company_id,
        matched.purchase_order_line_id as source_id,
        documents.partner_id as supplier_id,
        document_lines.item_id,
        documents.effective_date as begun_date,
        documents.effective_date as started_date,
        coalesce(document_lines.first_promised_date, document_lines.promised_date, document_lines.requested_date) as expected_date,
        case when not matched.is_open then received.last_received_date end as done_date,
        received.recorded_date
    from {{ ref('int_purchase_order_lines_matched') }} as matched
    inner join {{ ref('stg_document_lines') }} as document_lines on document_lines.document_line_id = matched.purchase_order_line_id
    inner join {{ ref('int_documents_dated') }} as documents on documents.document_id = matched.purchase_order_id
    inner join {{ ref('stg_items') }} as items on items.item_id = document_lines.item_id
    left join received on received.purchase_order_line_id = matched.purchase_order_line_id
    where
        documents.state in ('confirmed', 'done')
        and items.kind <> 'service'
        -- Closed without a receipt is no lead time.
        and (matched.is_open or received.last_received_date is not null)
),

outputs as (
    select
        moves.work_order_id,
        min(moves.effective_date) as first_move_date,
        max(case when moves.move_type = 'output' then moves.effective_date end) as last_output_date,
        max(case when moves.move_type = 'output' then cast(moves.recorded_at as date) end) as recorded_date
    from {{ ref('stg_stock_moves') }} as moves
    where
        moves.work_order_id is not null
        and not moves.is_taken_back
    group by moves.work_order_id
),

made as (
    select
        'make' as kind,
        work_orders.company_id,
        work_orders.work_order_id as source_id,
        cast(null as bigint) as supplier_id,
        work_orders.item_id,
        work_orders.start_date as begun_date,
        outputs.first_move_date as started_date,
        work_orders.due_date as expected_date,
        case when work_orders.is_closed then outputs.last_output_date end as done_date,
        outputs.recorded_date
    from {{ ref('int_work_orders_closed') }} as work_orders
    inner join {{ ref('int_documents_dated') }} as documents on documents.document_id = work_orders.work_order_id
    left join outputs on outputs.work_order_id = work_orders.work_order_id
    where
        documents.state in ('confirmed', 'released', 'done')
        -- Closed without output is no lead time.
        and (not work_orders.is_closed or outputs.last_output_date is not null)
),

observed as (
    select * from purchases
    union all
    select * from made
)

select
    observed.kind,
    observed.company_id,
    observed.source_id,
    observed.supplier_id,
    observed.item_id,
    observed.begun_date,
    -- What was not begun yet waits for something else than work.
    observed.started_date,
    coalesce(observed.expected_date, observed.begun_date) as expected_date,
    observed.done_date,
    -- Recorded after the day of the build: an import of what happened before, known since it happened.
    case
        when observed.recorded_date <= {{ as_of() }} then greatest(observed.done_date, observed.recorded_date) else observed.done_date
    end as known_date
from observed
where observed.begun_date <= {{ as_of() }}
