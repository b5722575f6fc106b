-- One row per settlement run.
select
    cost_settlements.id as cost_settlement_id,
    cost_settlements.company_id,
    cost_settlements.build_id,

    cost_settlements.row_count,

    {{ recorded_time('cost_settlements.recorded_at') }} as recorded_at,

    cost_settlements.recorded_at as recorded_at_microseconds
from {{ source('raw', 'cost_settlement') }} as cost_settlements
