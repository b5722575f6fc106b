-- One row per company and made item with a routing: the work centre of its first operation by the routing in force.
with

routings_in_force as (
    {{ versions_in_force(ref('int_routings_placed'), 'company_id, item_id', 'routing_id') }}
),

operations as (
    select
        work_centers.company_id,
        routings_in_force.item_id,
        work_centers.work_center_id,
        work_centers.work_center_code,
        work_centers.work_center_name,
        row_number() over (
            partition by work_centers.company_id, routings_in_force.item_id
            order by routing_operations.sequence, routing_operations.routing_operation_id
        ) as place
    from routings_in_force
    inner join {{ ref('stg_routing_operations') }} as routing_operations
        on routing_operations.routing_id = routings_in_force.routing_id
    inner join {{ ref('stg_work_centers') }} as work_centers
        on work_centers.work_center_id = routing_operations.work_center_id
)

select
    operations.company_id,
    operations.item_id,
    operations.work_center_id,
    operations.work_center_code,
    operations.work_center_name
from operations
where operations.place = 1
