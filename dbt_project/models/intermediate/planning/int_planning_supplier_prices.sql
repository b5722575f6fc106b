-- One row per company, item, supplier, date and quantity break: the price in company currency (micro per base
-- unit); of one day's prices the last recorded.
with

converted as (
    select
        companies.company_id,
        supplier_prices.item_id,
        supplier_prices.supplier_id,
        supplier_prices.lead_time_days,
        cast({{ converted('supplier_prices.unit_price_micro', 'rates.exchange_rate_nano') }} as bigint) as unit_price_micro,
        supplier_prices.minimum_quantity_micro,
        supplier_prices.share_rate_micro,
        supplier_prices.effective_date,
        row_number() over (
            partition by
                companies.company_id,
                supplier_prices.item_id,
                supplier_prices.supplier_id,
                supplier_prices.effective_date,
                supplier_prices.minimum_quantity_micro
            order by supplier_prices.recorded_at_microseconds desc, supplier_prices.supplier_price_id desc
        ) as newest
    from {{ ref('stg_supplier_prices') }} as supplier_prices
    inner join {{ ref('stg_partners') }} as partners on partners.partner_id = supplier_prices.supplier_id
    cross join {{ ref('stg_companies') }} as companies
    -- In a currency that has no rate yet the price is unknown; supplier and lead time still count.
    left join {{ ref('int_exchange_rates_in_force') }} as rates
        on rates.company_id = companies.company_id
        and rates.currency = coalesce(supplier_prices.currency, partners.currency, companies.currency)
        and rates.valid_from <= {{ as_of() }}
        and rates.valid_until > {{ as_of() }}
    where not partners.is_blocked
)

select
    converted.company_id,
    converted.item_id,
    converted.supplier_id,
    converted.lead_time_days,
    converted.unit_price_micro as unit_price,
    converted.minimum_quantity_micro as minimum_quantity,
    converted.share_rate_micro as share_rate,
    converted.effective_date
from converted
where converted.newest = 1
