-- One row per company, currency and span of days: nano company currency for one unit; a company's own currency is always 1.
with

versions as (
    {{ versions_with_spans(ref('stg_exchange_rates'), 'company_id, currency', 'exchange_rate_id') }}
)

select
    versions.company_id,
    versions.currency,
    versions.rate_nano as exchange_rate_nano,
    versions.valid_from,
    versions.valid_until
from versions
inner join {{ ref('stg_companies') }} as companies
    on companies.company_id = versions.company_id
    and companies.currency <> versions.currency

union all

select
    companies.company_id,
    companies.currency,
    cast(1000000000 as bigint) as exchange_rate_nano,
    date '0001-01-01' as valid_from,
    date '9999-12-31' as valid_until
from {{ ref('stg_companies') }} as companies
