-- One row per item, warehouse and lot of which something is there on the day of the build.
with

ends as (
    select company_id, item_id, lot_id, to_warehouse_id as warehouse_id, to_kind as kind, quantity_micro
    from {{ ref('int_stock_moves_located') }}
    where to_warehouse_id is not null

    union all

    select company_id, item_id, lot_id, from_warehouse_id as warehouse_id, from_kind as kind, -quantity_micro as quantity_micro
    from {{ ref('int_stock_moves_located') }}
    where from_warehouse_id is not null
),

held as (
    select
        ends.company_id,
        ends.item_id,
        ends.warehouse_id,
        ends.lot_id,
        {{ whole_sum('ends.quantity_micro') }} as quantity_micro,
        {{ whole_sum("case when ends.kind = 'inspection' then ends.quantity_micro else 0 end") }} as blocked_quantity_micro
    from ends
    group by ends.company_id, ends.item_id, ends.warehouse_id, ends.lot_id
    having sum(ends.quantity_micro) <> 0 or sum(case when ends.kind = 'inspection' then ends.quantity_micro else 0 end) <> 0
),

reserved as (
    select
        reservations.company_id,
        reservations.item_id,
        reservations.warehouse_id,
        coalesce(reservations.lot_id, 0) as lot_key,
        {{ whole_sum('reservations.reserved_quantity_micro') }} as reserved_quantity_micro
    from {{ ref('int_reservations_open') }} as reservations
    group by reservations.company_id, reservations.item_id, reservations.warehouse_id, coalesce(reservations.lot_id, 0)
),

-- Lots of items on specific cost are pools of their own.
lots_valued as (
    select
        layers.company_id,
        layers.item_id,
        layers.warehouse_id,
        layers.lot_id,
        {{ whole_sum('layers.value_amount') }} as value_amount_minor
    from {{ ref('engine_cost_layers') }} as layers
    where layers.lot_id is not null
    group by layers.company_id, layers.item_id, layers.warehouse_id, layers.lot_id
),

-- Other pools have one value; their lots share it by quantity, so that they add up to it.
pools as (
    select
        layers.company_id,
        layers.item_id,
        layers.warehouse_id,
        {{ whole_sum('layers.value_amount') }} as value_amount_minor
    from {{ ref('engine_cost_layers') }} as layers
    where layers.lot_id is null
    group by layers.company_id, layers.item_id, layers.warehouse_id
),

spans as (
    select
        held.*,
        coalesce(pools.value_amount_minor, 0) as pool_value_minor,
        coalesce(lots_valued.value_amount_minor, 0) as lot_value_minor,
        sum(held.quantity_micro) over (partition by held.company_id, held.item_id, held.warehouse_id) as pool_quantity_micro,
        sum(held.quantity_micro) over (
            partition by held.company_id, held.item_id, held.warehouse_id
            order by held.lot_id nulls first
            rows between unbounded preceding and current row
        ) as span_upto
    from held
    left join pools
        on pools.company_id = held.company_id
        and pools.item_id = held.item_id
        and pools.warehouse_id = held.warehouse_id
    left join lots_valued
        on lots_valued.company_id = held.company_id
        and lots_valued.item_id = held.item_id
        and lots_valued.warehouse_id = held.warehouse_id
        and lots_valued.lot_id = coalesce(held.lot_id, 0)
),

valued as (
    select
        spans.*,
        cast(
            spans.lot_value_minor + coalesce(
                {{ share_of_span(
                    'spans.pool_value_minor * sign(spans.pool_quantity_micro)',
                    'spans.span_upto - spans.quantity_micro',
                    'spans.span_upto',
                    'abs(spans.pool_quantity_micro)',
                ) }},
                0
            ) as bigint
        ) as value_amount_minor
    from spans
)

select
    valued.company_id,
    valued.item_id,
    items.item_code,
    items.item_name,
    items.category as item_category,
    valued.warehouse_id,
    warehouses.warehouse_code,
    coalesce(valued.lot_id, 0) as lot_id,
    lots.lot_code,
    lots.expiry_date,
    {{ quantity('valued.quantity_micro') }} as quantity,
    {{ quantity('coalesce(reserved.reserved_quantity_micro, 0)') }} as reserved_quantity,
    {{ quantity(
        '(valued.quantity_micro - valued.blocked_quantity_micro - coalesce(reserved.reserved_quantity_micro, 0))'
    ) }} as available_quantity,
    {{ quantity('valued.blocked_quantity_micro') }} as blocked_quantity,
    {{ amount('valued.value_amount_minor') }} as value_amount,
    {{ quantity(rounded_ratio(
        '(cast(valued.value_amount_minor as ' ~ type_whole() ~ ') * 1000000000000 * sign(valued.quantity_micro))',
        '(abs(valued.quantity_micro) * cast(' ~ minor_units('companies.amount_exponent') ~ ' as ' ~ type_whole() ~ '))',
    )) }} as unit_cost
from valued
inner join {{ ref('stg_companies') }} as companies on companies.company_id = valued.company_id
inner join {{ ref('stg_items') }} as items on items.item_id = valued.item_id
inner join {{ ref('stg_warehouses') }} as warehouses on warehouses.warehouse_id = valued.warehouse_id
left join {{ ref('stg_lots') }} as lots on lots.lot_id = valued.lot_id
left join reserved
    on reserved.company_id = valued.company_id
    and reserved.item_id = valued.item_id
    and reserved.warehouse_id = valued.warehouse_id
    and reserved.lot_key = coalesce(valued.lot_id, 0)
