-- One row per company and date: is it a working day, and how many working days have there been up to it. Working days
-- between two dates are the difference of their numbers.
with dates_of_facts as (
    select min(effective_date) as first_date, max(effective_date) as last_date from {{ ref('stg_documents') }}
    union all
    select
        least(min(requested_date), min(promised_date), min(first_promised_date)) as first_date,
        greatest(max(requested_date), max(promised_date), max(first_promised_date)) as last_date
    from {{ ref('stg_document_lines') }}
    union all
    select min(due_date) as first_date, max(due_date) as last_date from {{ ref('stg_documents') }}
),

bounds as (
    -- A mistyped year must not make millions of days: 30 years back and 10 ahead are enough.
    select
        greatest(coalesce(min(first_date), {{ as_of() }}), {{ as_of() }} - interval 30 year) - interval 31 day as first_date,
        least(greatest(coalesce(max(last_date), {{ as_of() }}), {{ as_of() }}), {{ as_of() }} + interval 10 year) + interval 400 day
            as last_date
    from dates_of_facts
),

dates as (
    select calendar_date
    from (
        {{ every_date('cast(bounds.first_date as date)', 'cast(bounds.last_date as date)') }}
        from bounds
    ) as all_dates
),

company_dates as (
    select
        stg_companies.company_id,
        dates.calendar_date,
        strpos(stg_companies.working_weekdays, cast({{ iso_weekday('dates.calendar_date') }} as varchar)) > 0
        and not exists (
            select 1
            from {{ ref('stg_holidays') }} as stg_holidays
            where
                stg_holidays.company_id = stg_companies.company_id
                and stg_holidays.holiday_date = dates.calendar_date
        ) as is_working_day
    from {{ ref('stg_companies') }} as stg_companies
    cross join dates
)

select
    company_id,
    calendar_date,
    is_working_day,
    cast(
        sum(case when is_working_day then 1 else 0 end) over (
            partition by company_id order by calendar_date rows between unbounded preceding and current row
        ) as bigint
    ) as working_day_number
from company_dates
