-- One row per company, item and date whose rolled-up cost somebody needs: today's of every item that is used, that of the day of
-- unpriced inflows, and that of a work order's item and components on the day it was closed.
select distinct
    asked.company_id,
    asked.item_id,
    asked.effective_date
from (
    select
        companies.company_id,
        items.item_id,
        {{ as_of() }} as effective_date
    from {{ ref('stg_items') }} as items
    cross join {{ ref('stg_companies') }} as companies
    where items.kind <> 'service'

    union all

    select
        work_orders.company_id,
        components.item_id,
        work_orders.closed_date as effective_date
    from {{ ref('int_work_orders_closed') }} as work_orders
    inner join (
        select work_order_id, item_id from {{ ref('int_work_orders_closed') }}
        union all
        select work_order_id, item_id from {{ ref('stg_work_order_components') }}
        union all
        select work_order_id, item_id from {{ ref('stg_stock_moves') }} where move_type = 'issue'
    ) as components on components.work_order_id = work_orders.work_order_id
    where work_orders.is_closed

    union all

    select
        moves.company_id,
        moves.item_id,
        moves.effective_date
    from {{ ref('int_stock_moves_located') }} as moves
    left join {{ ref('int_work_orders_closed') }} as work_orders on work_orders.work_order_id = moves.work_order_id
    where
        moves.to_warehouse_id is not null
        and (
            (moves.move_type = 'output' and not work_orders.is_closed)
            or (moves.move_type = 'by_product' and moves.cost_share_micro is null)
            or (moves.move_type = 'adjustment' and moves.unit_cost_micro is null)
            or (moves.move_type = 'customer_return' and moves.origin_move_id is null)
        )
) as asked
