-- One row per company and operation of a routing in force: minutes micro, and worked days × 10^9 per order and per unit at the hours
-- of its work centre; what is done outside with a lead time takes that, whatever its quantity.
with

routings_in_force as (
    {{ versions_in_force(ref('int_routings_placed'), 'company_id, item_id', 'routing_id') }}
)

select
    work_centers.company_id,
    routings_in_force.item_id,
    operations.routing_operation_id,
    operations.sequence,
    operations.work_center_id,
    operations.subcontractor_id,
    operations.subcontract_lead_time_days,
    operations.setup_minutes_micro,
    operations.run_minutes_micro,
    case
        when operations.subcontract_lead_time_days is not null
            then cast(operations.subcontract_lead_time_days as {{ type_whole() }}) * 1000000000
        else {{ rounded_ratio(
            '(cast(operations.setup_minutes_micro as ' ~ type_whole() ~ ') * 1000000000)',
            'work_centers.capacity_minutes_per_day_micro',
        ) }}
    end as setup_days_nano,
    case
        when operations.subcontract_lead_time_days is not null then 0
        else {{ rounded_ratio(
            '(cast(operations.run_minutes_micro as ' ~ type_whole() ~ ') * 1000000000)',
            'work_centers.capacity_minutes_per_day_micro',
        ) }}
    end as run_days_nano
from routings_in_force
inner join {{ ref('stg_routing_operations') }} as operations on operations.routing_id = routings_in_force.routing_id
inner join {{ ref('stg_work_centers') }} as work_centers on work_centers.work_center_id = operations.work_center_id
