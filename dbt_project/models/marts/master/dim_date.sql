-- One row per company and date.
select
    company_id,
    calendar_date,
    cast(extract(year from calendar_date) as bigint) as calendar_year,
    cast(extract(quarter from calendar_date) as bigint) as calendar_quarter,
    cast(extract(month from calendar_date) as bigint) as calendar_month,
    {{ month_code('calendar_date') }} as period_code,
    {{ iso_weekday('calendar_date') }} as iso_weekday,
    is_working_day,
    working_day_number
from {{ ref('int_calendar_working_days') }}
