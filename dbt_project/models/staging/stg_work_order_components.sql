-- One row per planned component of a work order.
select
    work_order_components.id as work_order_component_id,
    work_order_components.document_id as work_order_id,
    work_order_components.item_id,

    {{ quantity('work_order_components.quantity') }} as quantity,

    work_order_components.quantity as quantity_micro
from {{ source('raw', 'work_order_component') }} as work_order_components
inner join {{ source('raw', 'document') }} as documents on documents.id = work_order_components.document_id
where
    documents.effective_date <= {{ as_of() }}
