-- One row per version of a supplier's price for an item.
select
    supplier_prices.id as supplier_price_id,
    supplier_prices.supplier_id,
    supplier_prices.item_id,

    supplier_prices.currency,

    {{ quantity('supplier_prices.unit_price') }} as unit_price,
    {{ quantity('supplier_prices.minimum_quantity') }} as minimum_quantity,
    supplier_prices.lead_time_days,
    {{ quantity('supplier_prices.share_rate') }} as share_rate,

    supplier_prices.effective_date,
    {{ recorded_time('supplier_prices.recorded_at') }} as recorded_at,

    supplier_prices.unit_price as unit_price_micro,
    supplier_prices.minimum_quantity as minimum_quantity_micro,
    supplier_prices.share_rate as share_rate_micro,
    supplier_prices.recorded_at as recorded_at_microseconds
from {{ source('raw', 'supplier_price') }} as supplier_prices
where
    supplier_prices.effective_date <= {{ as_of() }}
