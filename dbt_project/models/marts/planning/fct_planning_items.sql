-- One row per company, item and warehouse that is planned, and one without a warehouse per company and item.
with

-- Of each supplier what is in force, else what comes first, at the least quantity it sells.
offers as (
    select
        prices.company_id,
        prices.item_id,
        prices.supplier_id,
        prices.unit_price,
        prices.lead_time_days,
        row_number() over (
            partition by prices.company_id, prices.item_id, prices.supplier_id
            order by
                case when prices.effective_date <= {{ as_of() }} then 0 else 1 end,
                abs({{ days_between('prices.effective_date', as_of()) }}),
                coalesce(prices.minimum_quantity, 0),
                prices.unit_price nulls last
        ) as place
    from {{ ref('int_planning_supplier_prices') }} as prices
),

-- The cheapest, then the fastest.
chosen as (
    select
        offers.company_id,
        offers.item_id,
        offers.supplier_id,
        row_number() over (
            partition by offers.company_id, offers.item_id
            order by offers.unit_price nulls last, offers.lead_time_days nulls last, offers.supplier_id
        ) as place
    from offers
    where offers.place = 1
)

select
    nodes.company_id,
    nodes.item_id,
    nodes.item_code,
    nodes.warehouse_id,
    warehouses.warehouse_code,
    nodes.kind,
    nodes.lead_time_days,
    cast(nodes.setup_days_nano as bigint) as setup_days_nano,
    cast(nodes.run_days_nano as bigint) as run_days_nano,
    {{ quantity('nodes.safety_stock') }} as safety_stock,
    nodes.lot_policy,
    {{ quantity('nodes.minimum_quantity') }} as minimum_quantity,
    {{ quantity('nodes.multiple_quantity') }} as multiple_quantity,
    {{ quantity('nodes.maximum_quantity') }} as maximum_quantity,
    nodes.period_days,
    {{ quantity('nodes.target_quantity') }} as target_quantity,
    nodes.tolerance_days,
    nodes.frozen_days,
    nodes.release_fence_days,
    nodes.preferred_supplier_id,
    case when nodes.kind = 'bought' then coalesce(nodes.preferred_supplier_id, chosen.supplier_id) end as planned_supplier_id,
    {{ quantity('nodes.order_cost') }} as order_cost,
    {{ quantity('nodes.holding_cost') }} as holding_cost,
    {{ quantity('nodes.unit_cost') }} as unit_cost
from {{ ref('int_planning_nodes') }} as nodes
left join {{ ref('stg_warehouses') }} as warehouses on warehouses.warehouse_id = nodes.warehouse_id
left join chosen
    on chosen.company_id = nodes.company_id
    and chosen.item_id = nodes.item_id
    and chosen.place = 1
