-- One row per company and criterion of a stage, measured in the company's own data: what share of the cases is in order, and
-- how many are not. Criteria without a case yet have no value.
with order_lines as (
    select
        company_id,
        count(*) filter (where is_open) as open_count,
        count(*) filter (where is_open and promised_date is null) as open_without_promise,
        count(*) filter (where delivered_quantity > 0) as delivered_count,
        count(*) filter (where delivered_quantity > invoiced_quantity) as delivered_not_invoiced
    from {{ ref('fct_sales_order_lines') }}
    group by company_id
),

purchase_lines as (
    select
        company_id,
        count(*) filter (where accepted_quantity > 0) as received_count,
        count(*) filter (where accepted_quantity > billed_quantity) as received_not_billed
    from {{ ref('fct_purchase_order_lines') }}
    group by company_id
),

stock as (
    select
        company_id,
        count(*) as balance_count,
        count(*) filter (where quantity < 0) as negative_count
    from {{ ref('fct_stock_balances_daily') }}
    where valid_to = {{ as_of() }}
    group by company_id
),

settled as (
    select
        company_id,
        count(*) as settlement_count,
        count(*) filter (where is_pending) as pending_count
    from {{ ref('fct_journal_lines') }}
    where settled_event is not null
    group by company_id
),

profits as (
    select
        company_id,
        count(*) filter (where delivered_quantity > 0) as delivered_count,
        count(*) filter (where delivered_quantity > 0 and actual_cost <= 0) as without_cost
    from {{ ref('fct_order_profit') }}
    group by company_id
),

made_items as (
    select
        company_id,
        count(*) as item_count,
        count(*) filter (where not has_bom) as without_bom,
        count(*) filter (where not has_routing) as without_routing
    from {{ ref('dim_item') }}
    where
        kind = 'made'
        and not is_blocked
    group by company_id
),

work_orders as (
    select
        company_id,
        count(*) filter (where is_closed) as closed_count,
        count(*) filter (where is_closed and labour_minutes = 0) as closed_without_time,
        count(*) filter (where is_closed and good_quantity > 0 and material_cost = 0) as closed_without_material
    from {{ ref('fct_work_orders') }}
    group by company_id
),

hours as (
    select
        company_id,
        count(*) as entry_count,
        count(*) filter (where employee_id is null) as without_employee
    from {{ ref('fct_labour_hours') }}
    group by company_id
),

criteria as (
    select company_id, 1 as stage, 'stock_not_negative' as criterion, balance_count as case_count, negative_count as gap_count from stock
    union all
    select company_id, 1, 'open_lines_promised', open_count, open_without_promise from order_lines
    union all
    select company_id, 2, 'deliveries_invoiced', delivered_count, delivered_not_invoiced from order_lines
    union all
    select company_id, 2, 'receipts_billed', received_count, received_not_billed from purchase_lines
    union all
    select company_id, 2, 'cost_settled', settlement_count, pending_count from settled
    union all
    select company_id, 2, 'delivered_lines_with_cost', delivered_count, without_cost from profits
    union all
    select company_id, 3, 'made_items_with_bom', item_count, without_bom from made_items
    union all
    select company_id, 3, 'made_items_with_routing', item_count, without_routing from made_items
    union all
    select company_id, 3, 'work_orders_with_material', closed_count, closed_without_material from work_orders
    union all
    select company_id, 3, 'work_orders_with_time', closed_count, closed_without_time from work_orders
    union all
    select company_id, 4, 'hours_with_employee', entry_count, without_employee from hours
)

select
    company_id,
    cast(stage as bigint) as stage,
    criterion,
    case_count,
    gap_count,
    {{ ratio('case_count - gap_count', 'case_count') }} as value,
    cast(1 as {{ type_quantity() }}) as target
from criteria
