-- One row per holiday of a company.
select
    holidays.id as holiday_id,
    holidays.company_id,

    holidays.name,

    holidays.holiday_date,
    {{ recorded_time('holidays.recorded_at') }} as recorded_at,

    holidays.recorded_at as recorded_at_microseconds
from {{ source('raw', 'holiday') }} as holidays
