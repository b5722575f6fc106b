-- One row per company, item, supplier, date and quantity break: what a supplier sells, from when, and how fast.
select
    prices.company_id,
    prices.item_id,
    items.item_code,
    prices.supplier_id,
    suppliers.partner_code as supplier_code,
    prices.lead_time_days,
    {{ quantity('prices.minimum_quantity') }} as minimum_quantity,
    {{ quantity('prices.share_rate') }} as share_rate,
    prices.effective_date,
    {{ quantity('prices.unit_price') }} as unit_price
from {{ ref('int_planning_supplier_prices') }} as prices
inner join {{ ref('stg_items') }} as items on items.item_id = prices.item_id
left join {{ ref('stg_partners') }} as suppliers on suppliers.partner_id = prices.supplier_id
