-- One row per planned operation of a work order.
select
    work_order_operations.id as work_order_operation_id,
    work_order_operations.document_id as work_order_id,
    work_order_operations.work_center_id,
    work_order_operations.subcontractor_id,

    work_order_operations.sequence,
    {{ quantity('work_order_operations.setup_minutes') }} as setup_minutes,
    {{ quantity('work_order_operations.run_minutes') }} as run_minutes,
    {{ quantity('work_order_operations.subcontract_price') }} as subcontract_price,
    work_order_operations.subcontract_lead_time_days,

    work_order_operations.setup_minutes as setup_minutes_micro,
    work_order_operations.run_minutes as run_minutes_micro,
    work_order_operations.subcontract_price as subcontract_price_micro
from {{ source('raw', 'work_order_operation') }} as work_order_operations
inner join {{ source('raw', 'document') }} as documents on documents.id = work_order_operations.document_id
where
    documents.effective_date <= {{ as_of() }}
