-- One row per sales order line of goods that waited for nothing but its delivery: ordered when, due when, all delivered
-- when, and since when that is known. What waits for goods beyond the day it is due is left out.
with

{{ main_warehouses() }},

delivered as (
    select
        links.from_line_id as sales_order_line_id,
        max(links.effective_date) as last_delivery_date,
        max(cast(links.recorded_at as date)) as recorded_date
    from {{ ref('stg_line_links') }} as links
    where links.link_type = 'delivery'
    group by links.from_line_id
),

ordered as (
    select
        fulfilled.company_id,
        fulfilled.sales_order_line_id,
        fulfilled.item_id,
        fulfilled.is_open,
        fulfilled.ordered_quantity_micro,
        coalesce(document_lines.warehouse_id, documents.warehouse_id, main_warehouses.warehouse_id) as warehouse_id,
        documents.effective_date as begun_date,
        coalesce(
            document_lines.first_promised_date,
            document_lines.promised_date,
            document_lines.requested_date,
            documents.effective_date
        ) as expected_date,
        case when not fulfilled.is_open then delivered.last_delivery_date end as done_date,
        delivered.recorded_date
    from {{ ref('int_sales_order_lines_fulfilled') }} as fulfilled
    inner join {{ ref('stg_document_lines') }} as document_lines
        on document_lines.document_line_id = fulfilled.sales_order_line_id
    inner join {{ ref('int_documents_dated') }} as documents on documents.document_id = fulfilled.sales_order_id
    inner join {{ ref('stg_items') }} as items on items.item_id = fulfilled.item_id
    inner join main_warehouses on main_warehouses.company_id = fulfilled.company_id
    left join delivered on delivered.sales_order_line_id = fulfilled.sales_order_line_id
    where
        documents.state in ('confirmed', 'released', 'done')
        and items.kind <> 'service'
        and documents.effective_date <= {{ as_of() }}
        -- Closed without a delivery tells nothing.
        and (fulfilled.is_open or delivered.last_delivery_date is not null)
),

overdue as (
    select * from ordered
    where
        expected_date < {{ as_of() }}
        and coalesce(done_date > expected_date, true)
),

-- What of it was delivered by the day it was due, and what of its item lay in its warehouse at the end of that day.
delivered_by_then as (
    select
        overdue.sales_order_line_id,
        {{ whole_sum('links.quantity_micro') }} as quantity_micro
    from overdue
    inner join {{ ref('stg_line_links') }} as links
        on links.from_line_id = overdue.sales_order_line_id
        and links.link_type = 'delivery'
        and links.effective_date <= overdue.expected_date
    group by overdue.sales_order_line_id
),

changes as (
    select
        moves.item_id,
        moves.to_warehouse_id as warehouse_id,
        moves.effective_date,
        moves.quantity_micro
    from {{ ref('int_stock_moves_located') }} as moves
    where moves.to_kind = 'stock'
    union all
    select
        moves.item_id,
        moves.from_warehouse_id as warehouse_id,
        moves.effective_date,
        -moves.quantity_micro as quantity_micro
    from {{ ref('int_stock_moves_located') }} as moves
    where moves.from_kind = 'stock'
),

changes_of_days as (
    select
        item_id,
        warehouse_id,
        effective_date,
        {{ whole_sum('quantity_micro') }} as quantity_micro
    from changes
    group by item_id, warehouse_id, effective_date
),

balances as (
    select
        item_id,
        warehouse_id,
        effective_date as first_date,
        lead(effective_date) over (partition by item_id, warehouse_id order by effective_date) as next_date,
        sum(quantity_micro) over (partition by item_id, warehouse_id order by effective_date) as quantity_micro
    from changes_of_days
),

lay_there as (
    select
        overdue.sales_order_line_id,
        balances.quantity_micro
    from overdue
    inner join balances
        on balances.item_id = overdue.item_id
        and balances.warehouse_id = overdue.warehouse_id
        and balances.first_date <= overdue.expected_date
        and (balances.next_date is null or balances.next_date > overdue.expected_date)
)

select
    'delivery' as kind,
    ordered.company_id,
    ordered.sales_order_line_id as source_id,
    cast(null as bigint) as supplier_id,
    ordered.item_id,
    ordered.begun_date,
    ordered.begun_date as started_date,
    ordered.expected_date,
    ordered.done_date,
    -- Recorded after the day of the build: an import of what happened before, known since it happened.
    case
        when ordered.recorded_date <= {{ as_of() }} and ordered.done_date is not null
            then greatest(ordered.done_date, ordered.recorded_date)
        else ordered.done_date
    end as known_date
from ordered
left join overdue on overdue.sales_order_line_id = ordered.sales_order_line_id
left join delivered_by_then on delivered_by_then.sales_order_line_id = ordered.sales_order_line_id
left join lay_there on lay_there.sales_order_line_id = ordered.sales_order_line_id
where
    overdue.sales_order_line_id is null
    or lay_there.quantity_micro >= overdue.ordered_quantity_micro - coalesce(delivered_by_then.quantity_micro, 0)
