-- One row per work order, beside its document, with the yield of the BOM version it is made by, of any alternate.
select
    work_orders.document_id as work_order_id,
    work_orders.item_id,
    work_orders.bom_id,
    work_orders.routing_id,

    {{ quantity('work_orders.planned_quantity') }} as planned_quantity,

    work_orders.start_date,
    work_orders.due_date,

    work_orders.planned_quantity as planned_quantity_micro,
    coalesce(boms.yield_rate, 1000000) as yield_rate_micro
from {{ source('raw', 'work_order') }} as work_orders
inner join {{ source('raw', 'document') }} as documents on documents.id = work_orders.document_id
left join {{ source('raw', 'bom') }} as boms on boms.id = work_orders.bom_id
where
    documents.effective_date <= {{ as_of() }}
