-- One row per operation of a routing version.
select
    routing_operations.id as routing_operation_id,
    routing_operations.routing_id,
    routing_operations.work_center_id,
    routing_operations.subcontractor_id,

    routing_operations.sequence,
    {{ quantity('routing_operations.setup_minutes') }} as setup_minutes,
    {{ quantity('routing_operations.run_minutes') }} as run_minutes,
    {{ quantity('routing_operations.subcontract_price') }} as subcontract_price,
    routing_operations.subcontract_lead_time_days,

    routing_operations.setup_minutes as setup_minutes_micro,
    routing_operations.run_minutes as run_minutes_micro,
    routing_operations.subcontract_price as subcontract_price_micro
from {{ source('raw', 'routing_operation') }} as routing_operations
