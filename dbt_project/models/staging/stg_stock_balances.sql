-- One row per item, location and lot: what is there now (the writer's own balance, without regard to as_of).
select
    stock_balances.id as stock_balance_id,
    stock_balances.item_id,
    stock_balances.location_id,
    stock_balances.lot_id,

    {{ quantity('stock_balances.quantity') }} as quantity,

    stock_balances.last_effective_date,

    stock_balances.quantity as quantity_micro
from {{ source('raw', 'stock_balance') }} as stock_balances
