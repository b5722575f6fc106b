-- One row per fiscal period.
select
    fiscal_periods.id as fiscal_period_id,
    fiscal_periods.company_id,

    fiscal_periods.code as period_code,
    fiscal_periods.state as period_state,

    fiscal_periods.start_date,
    fiscal_periods.end_date,
    {{ recorded_time('fiscal_periods.locked_at') }} as locked_at
from {{ source('raw', 'fiscal_period') }} as fiscal_periods
