-- One row per company, currency and span of days: nano company currency for one unit; a company's own currency is always 1.
with

versions as (
    select
        exchange_rates.company_id,
        exchange_rates.currency,
        exchange_rates.effective_date,
        exchange_rates.rate_nano,
        row_number() over (
            partition by exchange_rates.company_id, exchange_rates.currency, exchange_rates.effective_date
            order by exchange_rates.recorded_at_microseconds desc, exchange_rates.exchange_rate_id desc
        ) as newest
    from {{ ref('stg_exchange_rates') }} as exchange_rates
    inner join {{ ref('stg_companies') }} as companies
        on companies.company_id = exchange_rates.company_id
        and companies.currency <> exchange_rates.currency
)

select
    versions.company_id,
    versions.currency,
    versions.rate_nano as exchange_rate_nano,
    versions.effective_date as valid_from,
    lead(versions.effective_date, 1, date '9999-12-31') over (
        partition by versions.company_id, versions.currency
        order by versions.effective_date
    ) as valid_until
from versions
where versions.newest = 1

union all

select
    companies.company_id,
    companies.currency,
    cast(1000000000 as bigint) as exchange_rate_nano,
    date '0001-01-01' as valid_from,
    date '9999-12-31' as valid_until
from {{ ref('stg_companies') }} as companies
