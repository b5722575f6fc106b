-- One row per version of a forecast: what is expected to be sold of an item from a warehouse in a span of days.
select
    forecasts.id as forecast_id,
    forecasts.company_id,
    forecasts.item_id,
    forecasts.warehouse_id,

    {{ quantity('forecasts.quantity') }} as quantity,

    forecasts.from_date,
    forecasts.to_date,
    forecasts.effective_date,
    {{ recorded_time('forecasts.recorded_at') }} as recorded_at,

    forecasts.quantity as quantity_micro,
    forecasts.recorded_at as recorded_at_microseconds
from {{ source('raw', 'forecast') }} as forecasts
where
    forecasts.effective_date <= {{ as_of() }}
