-- One row per company.
select
    companies.id as company_id,

    companies.code as company_code,
    companies.name as company_name,
    companies.currency,
    companies.time_zone,
    companies.chart,
    companies.working_weekdays,

    companies.amount_exponent,
    companies.stage,

    {{ recorded_time('companies.recorded_at') }} as recorded_at,

    companies.recorded_at as recorded_at_microseconds
from {{ source('raw', 'company') }} as companies
