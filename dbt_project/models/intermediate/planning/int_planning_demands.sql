-- One row per requirement that exists: an open sales order line, what orders leave of a forecast (on the first day of its
-- span, or of the plan), a component that an open work order still needs, or what a planned transfer still takes from its
-- warehouse. What is reserved of a line in another warehouse than its own is a row of its own. Quantities micro.
with

{{ main_warehouses() }},

sales as (
    select
        'SO:' || fulfilled.sales_order_line_id as demand_id,
        'sales_order' as kind,
        fulfilled.company_id,
        fulfilled.item_id,
        coalesce(document_lines.warehouse_id, documents.warehouse_id, main_warehouses.warehouse_id) as warehouse_id,
        fulfilled.ordered_quantity_micro - fulfilled.delivered_quantity_micro as quantity,
        coalesce(document_lines.promised_date, document_lines.requested_date, documents.effective_date) as need_date,
        fulfilled.sales_order_line_id,
        -- Margin of the open part: its price less what its goods are expected to cost.
        cast(
            coalesce(
                {{ rounded_ratio(
                    '(cast(fulfilled.net_amount_minor as ' ~ type_whole()
                    ~ ') * (fulfilled.ordered_quantity_micro - fulfilled.delivered_quantity_micro))',
                    'fulfilled.ordered_quantity_micro',
                ) }},
                0
            )
            - coalesce(
                {{ priced(
                    '(fulfilled.ordered_quantity_micro - fulfilled.delivered_quantity_micro)',
                    'item_costs.unit_cost_micro',
                    'fulfilled.amount_exponent',
                ) }},
                0
            )
            as bigint
        ) as margin_amount,
        cast(null as bigint) as work_order_id,
        cast(null as varchar) as for_supply_id
    from {{ ref('int_sales_order_lines_fulfilled') }} as fulfilled
    inner join {{ ref('stg_document_lines') }} as document_lines
        on document_lines.document_line_id = fulfilled.sales_order_line_id
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = fulfilled.sales_order_id
    inner join {{ ref('stg_items') }} as items on items.item_id = fulfilled.item_id
    inner join main_warehouses on main_warehouses.company_id = fulfilled.company_id
    left join {{ ref('int_item_costs_in_force') }} as item_costs
        on item_costs.company_id = fulfilled.company_id
        and item_costs.item_id = fulfilled.item_id
    where
        fulfilled.is_open
        and items.kind <> 'service'
),

-- What is reserved for a line, by warehouse; not of lots that expire before the line is needed.
reserved as (
    select
        sales.sales_order_line_id,
        reservations.warehouse_id,
        {{ whole_sum('reservations.reserved_quantity_micro') }} as reserved_quantity
    from sales
    inner join {{ ref('int_reservations_open') }} as reservations
        on reservations.sales_order_line_id = sales.sales_order_line_id
    left join {{ ref('stg_lots') }} as lots on lots.lot_id = reservations.lot_id
    where
        sales.quantity > 0
        and coalesce(lots.expiry_date >= greatest(sales.need_date, {{ as_of() }}), true)
    group by sales.sales_order_line_id, reservations.warehouse_id
),

sales_reserved as (
    select
        sales.*,
        reserved.warehouse_id as reserved_warehouse_id,
        least(reserved.reserved_quantity, sales.quantity) as reserved_quantity,
        row_number() over (partition by sales.sales_order_line_id order by reserved.warehouse_id) as place
    from sales
    inner join reserved on reserved.sales_order_line_id = sales.sales_order_line_id
),

elsewhere as (
    select
        sales_reserved.sales_order_line_id,
        {{ whole_sum('sales_reserved.reserved_quantity') }} as reserved_quantity
    from sales_reserved
    where sales_reserved.reserved_warehouse_id <> sales_reserved.warehouse_id
    group by sales_reserved.sales_order_line_id
),

-- What is reserved in another warehouse than the line's is needed there; the rest where the line says.
sales_placed as (
    select
        sales.demand_id,
        sales.kind,
        sales.company_id,
        sales.item_id,
        sales.warehouse_id,
        sales.quantity - coalesce(elsewhere.reserved_quantity, 0) as quantity,
        sales.need_date,
        sales.sales_order_line_id,
        sales.margin_amount,
        sales.work_order_id,
        sales.for_supply_id,
        coalesce(sales_reserved.reserved_quantity, 0) as reserved_quantity
    from sales
    left join elsewhere on elsewhere.sales_order_line_id = sales.sales_order_line_id
    left join sales_reserved
        on sales_reserved.sales_order_line_id = sales.sales_order_line_id
        and sales_reserved.reserved_warehouse_id = sales.warehouse_id

    union all

    select
        sales_reserved.demand_id || '@' || sales_reserved.reserved_warehouse_id as demand_id,
        sales_reserved.kind,
        sales_reserved.company_id,
        sales_reserved.item_id,
        sales_reserved.reserved_warehouse_id as warehouse_id,
        sales_reserved.reserved_quantity as quantity,
        sales_reserved.need_date,
        sales_reserved.sales_order_line_id,
        -- A line's margin stands in one of its rows.
        case
            when elsewhere.reserved_quantity >= sales_reserved.quantity and sales_reserved.place = 1
                then sales_reserved.margin_amount
        end as margin_amount,
        sales_reserved.work_order_id,
        sales_reserved.for_supply_id,
        sales_reserved.reserved_quantity
    from sales_reserved
    inner join elsewhere on elsewhere.sales_order_line_id = sales_reserved.sales_order_line_id
    where sales_reserved.reserved_warehouse_id <> sales_reserved.warehouse_id
),

issued as (
    select
        moves.work_order_id,
        moves.item_id,
        {{ whole_sum("case when moves.move_type = 'issue' then moves.quantity_micro else -moves.quantity_micro end") }} as quantity_micro
    from {{ ref('stg_stock_moves') }} as moves
    where moves.move_type in ('issue', 'issue_return')
    group by moves.work_order_id, moves.item_id
),

required as (
    select
        components.work_order_id,
        components.item_id,
        {{ whole_sum('components.quantity_micro') }} as quantity_micro
    from {{ ref('stg_work_order_components') }} as components
    group by components.work_order_id, components.item_id
),

components as (
    select
        'WC:' || required.work_order_id || ':' || required.item_id as demand_id,
        'work_order_component' as kind,
        work_orders.company_id,
        required.item_id,
        coalesce(work_orders.warehouse_id, main_warehouses.warehouse_id) as warehouse_id,
        required.quantity_micro - coalesce(issued.quantity_micro, 0) as quantity,
        work_orders.start_date as need_date,
        cast(null as bigint) as sales_order_line_id,
        cast(null as bigint) as margin_amount,
        required.work_order_id,
        cast(null as varchar) as for_supply_id,
        cast(0 as bigint) as reserved_quantity
    from required
    inner join {{ ref('int_work_orders_closed') }} as work_orders on work_orders.work_order_id = required.work_order_id
    inner join {{ ref('stg_items') }} as items on items.item_id = required.item_id
    inner join main_warehouses on main_warehouses.company_id = work_orders.company_id
    left join issued
        on issued.work_order_id = required.work_order_id
        and issued.item_id = required.item_id
    where
        not work_orders.is_closed
        and items.kind <> 'service'
),

forecasts as (
    select
        'FC:' || forecasts.item_id || ':' || forecasts.warehouse_id || ':' || cast(forecasts.from_date as varchar) as demand_id,
        'forecast' as kind,
        forecasts.company_id,
        forecasts.item_id,
        forecasts.warehouse_id,
        forecasts.quantity_micro as quantity,
        greatest(forecasts.from_date, {{ as_of() }}) as need_date,
        cast(null as bigint) as sales_order_line_id,
        cast(null as bigint) as margin_amount,
        cast(null as bigint) as work_order_id,
        cast(null as varchar) as for_supply_id,
        cast(0 as bigint) as reserved_quantity
    from {{ ref('int_forecasts_consumed') }} as forecasts
    inner join {{ ref('stg_items') }} as items on items.item_id = forecasts.item_id
    where items.kind <> 'service'
),

transfers as (
    select
        'TO:' || transfers_open.document_line_id as demand_id,
        'transfer_out' as kind,
        transfers_open.company_id,
        transfers_open.item_id,
        transfers_open.from_warehouse_id as warehouse_id,
        transfers_open.open_quantity_micro as quantity,
        transfers_open.leaves_on as need_date,
        cast(null as bigint) as sales_order_line_id,
        cast(null as bigint) as margin_amount,
        cast(null as bigint) as work_order_id,
        'TR:' || transfers_open.document_line_id as for_supply_id,
        cast(0 as bigint) as reserved_quantity
    from {{ ref('int_transfers_open') }} as transfers_open
)

select * from sales_placed
where sales_placed.quantity > 0

union all

select * from components
where components.quantity > 0

union all

select * from forecasts

union all

select * from transfers
