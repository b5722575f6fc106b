-- One row per open sales order line of goods: the day on which the plan can cover it (null: it cannot be planned).
select
    delivery_dates.sales_order_line_id,
    cast(delivery_dates.predicted_date as date) as predicted_date
from {{ engine_table(ref('engine_planning_delivery'), 'delivery_dates') }} as delivery_dates
