-- One row per company, item and date: what a base unit last cost from outside, in micro company currency, by what is known today.
-- Sources, the first that speaks: receipts and opening stock, purchase orders, supplier prices, standard cost, finds with their cost.
-- A standard cost stands whole under material; its id leads to its parts.
with

priced_moves as (
    select
        case when moves.move_type = 'adjustment' then 5 else 1 end as precedence,
        prices.company_id,
        moves.item_id,
        moves.effective_date,
        {{ whole_sum('prices.material_amount_minor') }} as material_amount_minor,
        {{ whole_sum('prices.landed_amount_minor') }} as landed_amount_minor,
        {{ whole_sum('moves.quantity_micro') }} as quantity_micro
    from {{ ref('int_moves_priced') }} as prices
    inner join {{ ref('stg_stock_moves') }} as moves on moves.move_id = prices.move_id
    group by precedence, prices.company_id, moves.item_id, moves.effective_date
),

purchase_orders as (
    select
        documents.document_id,
        documents.company_id,
        documents.effective_date,
        documents.exchange_rate_nano
    from {{ ref('stg_documents') }} as documents
    inner join {{ ref('stg_document_events') }} as events on events.document_id = documents.document_id
    where documents.document_type = 'purchase_order'
    group by documents.document_id, documents.company_id, documents.effective_date, documents.exchange_rate_nano
    having {{ last_state('events') }} not in ('draft', 'cancelled')
),

-- What is ordered counts until something of the item has come: the orders of a day together.
ordered as (
    select
        2 as precedence,
        purchase_orders.company_id,
        order_lines.item_id,
        purchase_orders.effective_date,
        {{ whole_sum(converted('order_lines.net_amount_minor', 'purchase_orders.exchange_rate_nano')) }} as material_amount_minor,
        cast(0 as bigint) as landed_amount_minor,
        {{ whole_sum('order_lines.quantity_micro') }} as quantity_micro
    from {{ ref('stg_document_lines') }} as order_lines
    inner join purchase_orders on purchase_orders.document_id = order_lines.document_id
    group by purchase_orders.company_id, order_lines.item_id, purchase_orders.effective_date
    having sum(order_lines.quantity_micro) > 0
),

bought as (
    select * from priced_moves
    union all
    select * from ordered
),

priced as (
    select
        bought.company_id,
        bought.item_id,
        bought.effective_date,
        bought.precedence,
        {% for component in ['material', 'landed'] -%}
        cast({{ rounded_ratio(
            '(cast(bought.' ~ component ~ '_amount_minor as ' ~ type_whole() ~ ') * 1000000000000)',
            '(bought.quantity_micro * cast(' ~ minor_units('companies.amount_exponent') ~ ' as ' ~ type_whole() ~ '))',
        ) }} as bigint) as {{ component }}_cost_micro{{ ',' if not loop.last }}
        {% endfor %}
    from bought
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = bought.company_id
),

standards as (
    select
        standard_costs.company_id,
        standard_costs.item_id,
        standard_costs.effective_date,
        4 as precedence,
        standard_costs.standard_cost_id,
        standard_costs.unit_cost_micro as material_cost_micro,
        cast(0 as bigint) as landed_cost_micro,
        row_number() over (
            partition by standard_costs.company_id, standard_costs.item_id, standard_costs.effective_date
            order by standard_costs.recorded_at_microseconds desc, standard_costs.standard_cost_id desc
        ) as newest
    from {{ ref('stg_standard_costs') }} as standard_costs
),

-- The cheapest of one day's prices. A price in a currency that has no rate yet says nothing.
offered as (
    select
        companies.company_id,
        supplier_prices.item_id,
        supplier_prices.effective_date,
        3 as precedence,
        min(cast({{ converted('supplier_prices.unit_price_micro', 'rates.exchange_rate_nano') }} as bigint))
            as material_cost_micro,
        cast(0 as bigint) as landed_cost_micro
    from {{ ref('stg_supplier_prices') }} as supplier_prices
    inner join {{ ref('stg_partners') }} as partners on partners.partner_id = supplier_prices.supplier_id
    cross join {{ ref('stg_companies') }} as companies
    inner join {{ ref('int_exchange_rates_in_force') }} as rates
        on rates.company_id = companies.company_id
        and rates.currency = coalesce(supplier_prices.currency, partners.currency, companies.currency)
        and rates.valid_from <= supplier_prices.effective_date
        and rates.valid_until > supplier_prices.effective_date
    group by companies.company_id, supplier_prices.item_id, supplier_prices.effective_date
),

facts as (
    {% for source in ['priced', 'standards', 'offered'] -%}
    select
        company_id,
        item_id,
        effective_date,
        precedence,
        {{ 'standard_cost_id' if source == 'standards' else 'cast(null as bigint) as standard_cost_id' }},
        material_cost_micro,
        landed_cost_micro
    from {{ source }}
    {{ 'where newest = 1' if source == 'standards' }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    facts.company_id,
    facts.item_id,
    facts.effective_date,
    facts.precedence,
    facts.standard_cost_id,
    facts.material_cost_micro,
    facts.landed_cost_micro
from facts
