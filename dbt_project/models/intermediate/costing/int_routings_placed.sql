-- One row per routing version, with the company at whose work centres it runs: each company makes an item its own way.
select
    operations.company_id,
    routings.routing_id,
    routings.item_id,
    routings.effective_date,
    routings.recorded_at_microseconds
from {{ ref('stg_routings') }} as routings
inner join (
    select distinct
        company_id,
        routing_id
    from {{ ref('int_routing_operations_placed') }}
) as operations on operations.routing_id = routings.routing_id
