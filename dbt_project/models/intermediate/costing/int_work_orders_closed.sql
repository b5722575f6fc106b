-- One row per work order: its item and plan, and since when it is closed (null: still open on the day of the build).
with

closings as (
    select
        document_events.document_id,
        min(document_events.effective_date) as closed_date
    from {{ ref('stg_document_events') }} as document_events
    where document_events.state in ('done', 'cancelled')
    group by document_events.document_id
)

select
    work_orders.work_order_id,
    documents.company_id,
    documents.document_number,
    documents.warehouse_id,
    work_orders.item_id,
    work_orders.bom_id,
    work_orders.routing_id,
    work_orders.planned_quantity_micro,
    work_orders.yield_rate_micro,
    work_orders.start_date,
    work_orders.due_date,
    documents.effective_date as created_date,
    closings.closed_date,
    closings.closed_date is not null as is_closed
from {{ ref('stg_work_orders') }} as work_orders
inner join {{ ref('stg_documents') }} as documents on documents.document_id = work_orders.work_order_id
left join closings on closings.document_id = work_orders.work_order_id
