-- One row per company, item and date whose rolled-up cost somebody needs: today's of every item that is used, and
-- that of the day of unpriced inflows.
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
        moves.company_id,
        moves.item_id,
        moves.effective_date
    from {{ ref('int_stock_moves_located') }} as moves
    left join {{ ref('int_work_orders_closed') }} as work_orders on work_orders.work_order_id = moves.work_order_id
    where
        moves.to_warehouse_id is not null
        and (
            (moves.move_type = 'output' and not work_orders.is_closed)
            or (moves.move_type = 'adjustment' and moves.unit_cost_micro is null)
            or (moves.move_type = 'customer_return' and moves.origin_move_id is null)
        )
) as asked
