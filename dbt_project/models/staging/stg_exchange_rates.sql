-- One row per version of a currency's exchange rate.
select
    exchange_rates.id as exchange_rate_id,
    exchange_rates.company_id,

    exchange_rates.currency,

    {{ exchange_rate('exchange_rates.rate') }} as rate,

    exchange_rates.effective_date,
    {{ recorded_time('exchange_rates.recorded_at') }} as recorded_at,

    exchange_rates.rate as rate_nano,
    exchange_rates.recorded_at as recorded_at_microseconds
from {{ source('raw', 'exchange_rate') }} as exchange_rates
where
    exchange_rates.effective_date <= {{ as_of() }}
