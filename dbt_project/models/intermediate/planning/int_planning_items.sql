-- One row per company, item and warehouse that is planned, with the parameters in force. Quantities micro.
select *
from {{ ref('int_planning_nodes') }}
where warehouse_id is not null
