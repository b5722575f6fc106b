-- One row per stock move and end that lies in a warehouse (a costing pool is company × item × warehouse); quantity + into the pool.
-- What was taken back has none, and neither has what takes it back.
-- entry_id: 2 × move_id for the end that goods come in at, 2 × move_id + 1 for the end they leave.
with

moves as (
    select * from {{ ref('int_stock_moves_located') }}
    -- A warehouse's stock and inspection locations are one pool: moves between them change nothing.
    where
        from_warehouse_id is distinct from to_warehouse_id
        and not is_taken_back
),

-- The cost share is of all by-products of that item together: each takes its part by quantity.
by_products as (
    select
        move_id,
        cost_share_micro,
        quantity_micro,
        sum(quantity_micro) over (
            partition by work_order_id, item_id order by move_id rows between unbounded preceding and current row
        ) as upto,
        sum(quantity_micro) over (partition by work_order_id, item_id) as whole
    from moves
    where move_type = 'by_product'
),

by_product_shares as (
    select
        move_id,
        {{ share_of_span('cost_share_micro', 'upto - quantity_micro', 'upto', 'whole') }} as cost_share
    from by_products
),

ends as (
    select
        2 * moves.move_id as entry_id,
        moves.move_id,
        moves.company_id,
        moves.item_id,
        moves.lot_id,
        moves.received_date,
        moves.to_warehouse_id as warehouse_id,
        moves.effective_date,
        moves.recorded_at_microseconds,
        moves.quantity_micro as quantity,
        case moves.move_type
            when 'transfer' then 'transfer_in'
            when 'adjustment' then 'adjustment_in'
            else moves.move_type
        end as kind,
        moves.work_order_id,
        by_product_shares.cost_share,
        case moves.move_type
            when 'transfer' then 2 * moves.move_id + 1
            when 'customer_return' then 2 * moves.origin_move_id + 1
            when 'issue_return' then 2 * moves.origin_move_id + 1
        end as origin_entry_id
    from moves
    left join by_product_shares on by_product_shares.move_id = moves.move_id
    where moves.to_warehouse_id is not null

    union all

    select
        2 * moves.move_id + 1 as entry_id,
        moves.move_id,
        moves.company_id,
        moves.item_id,
        moves.lot_id,
        cast(null as date) as received_date,
        moves.from_warehouse_id as warehouse_id,
        moves.effective_date,
        moves.recorded_at_microseconds,
        -moves.quantity_micro as quantity,
        case moves.move_type
            when 'transfer' then 'transfer_out'
            when 'adjustment' then 'adjustment_out'
            when 'scrap' then 'adjustment_out'
            else moves.move_type
        end as kind,
        moves.work_order_id,
        null as cost_share,
        case moves.move_type
            when 'supplier_return' then 2 * moves.origin_move_id
        end as origin_entry_id
    from moves
    where moves.from_warehouse_id is not null
),

-- What an unpriced inflow counts with until better is known: the rolled-up cost of its day. An output needs a BOM for it;
-- without one it takes the cost of its order to date.
estimates as (
    select
        ends.entry_id,
        {% for component in cost_components() -%}
        cast(
            {{ priced('ends.quantity', 'costs.' ~ component ~ '_unit_cost', 'companies.amount_exponent') }} as bigint
        ) as estimated_{{ component }}_amount{{ ',' if not loop.last }}
        {% endfor %}
    from ends
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = ends.company_id
    inner join {{ ref('engine_rolled_up_costs') }} as costs
        on costs.company_id = ends.company_id
        and costs.item_id = ends.item_id
        and costs.effective_date = ends.effective_date
        and costs.is_complete
    where
        ends.quantity > 0
        and (
            ends.kind in ('adjustment_in', 'customer_return')
            or (ends.kind = 'by_product' and ends.cost_share is null)
            or (ends.kind = 'output' and costs.is_made)
        )
)

select
    ends.entry_id,
    ends.move_id,
    ends.company_id,
    ends.item_id,
    ends.lot_id,
    ends.warehouse_id,
    ends.effective_date,
    ends.received_date,
    {{ recorded_time('ends.recorded_at_microseconds') }} as recorded_at,
    ends.quantity,
    ends.kind,
    ends.work_order_id,
    ends.origin_entry_id,
    cast(ends.cost_share as bigint) as cost_share,
    prices.material_amount_minor as material_amount,
    prices.landed_amount_minor as landed_amount,
    estimates.estimated_material_amount,
    estimates.estimated_labour_amount,
    estimates.estimated_overhead_amount,
    estimates.estimated_subcontract_amount,
    estimates.estimated_landed_amount
from ends
left join {{ ref('int_moves_priced') }} as prices
    on prices.move_id = ends.move_id
    and ends.quantity > 0
left join estimates on estimates.entry_id = ends.entry_id
