-- One row per sales order line, warehouse and lot for which stock is reserved on the day of the build. Micro.
select
    reservations.company_id,
    reservations.sales_order_line_id,
    reservations.item_id,
    locations.warehouse_id,
    reservations.lot_id,
    {{ whole_sum('reservations.quantity_micro') }} as reserved_quantity_micro,
    max(reservations.effective_date) as changed_on
from {{ ref('stg_stock_reservations') }} as reservations
inner join {{ ref('stg_locations') }} as locations on locations.location_id = reservations.location_id
group by
    reservations.company_id, reservations.sales_order_line_id, reservations.item_id, locations.warehouse_id, reservations.lot_id
having sum(reservations.quantity_micro) > 0
