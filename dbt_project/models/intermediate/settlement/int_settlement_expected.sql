-- One row per valued fact (stock move, time entry, closed work order) and side of its posting: what the ledger should say of it.
-- amount_minor is debit − credit in minor units of company currency; the rows of a fact add up to 0.
with

moves as (
    select
        moves_located.move_id,
        moves_located.company_id,
        moves_located.move_type,
        moves_located.item_id,
        moves_located.effective_date,
        moves_located.document_id,
        moves_located.document_line_id,
        moves_located.from_warehouse_id,
        moves_located.to_warehouse_id,
        -- Goods post at what they came with; the variance to standard follows by itself.
        moves_valued.carried_amount_minor as value_amount_minor,
        moves_valued.variance_amount_minor
    from {{ ref('int_stock_moves_located') }} as moves_located
    inner join {{ ref('int_stock_moves_valued') }} as moves_valued on moves_valued.move_id = moves_located.move_id
),

openings as (
    select *, value_amount_minor as amount_minor from moves where move_type = 'opening'
),

receipts as (
    select
        moves.*,
        coalesce(prices.landed_amount_minor, 0) as landed_amount_minor,
        moves.value_amount_minor - coalesce(prices.landed_amount_minor, 0) as material_amount_minor
    from moves
    left join {{ ref('int_moves_priced') }} as prices on prices.move_id = moves.move_id
    where moves.move_type = 'receipt'
),

return_credits as (
    select
        supplier_returns.return_line_id,
        {{ whole_sum('supplier_returns.credited_amount_minor') }} as credited_amount_minor
    from {{ ref('int_supplier_returns_priced') }} as supplier_returns
    group by supplier_returns.return_line_id
),

-- A line returned in several lots: the credit stands with its first move.
supplier_returns as (
    select
        moves.*,
        case
            when row_number() over (partition by moves.document_line_id order by moves.move_id) = 1
                then coalesce(return_credits.credited_amount_minor, 0)
            else 0
        end as credited_amount_minor
    from moves
    left join return_credits on return_credits.return_line_id = moves.document_line_id
    where moves.move_type = 'supplier_return'
),

supplier_returns_compared as (
    select
        supplier_returns.*,
        supplier_returns.value_amount_minor - supplier_returns.credited_amount_minor as difference_amount_minor
    from supplier_returns
),

-- Returns taken back are negative here, so their postings come out turned.
sales_costs as (
    select
        costs.*,
        costs.value_amount_minor as amount_minor,
        moves.document_id
    from {{ ref('int_sales_costs') }} as costs
    inner join moves on moves.move_id = costs.move_id
),

deliveries as (
    select sales_costs.* from sales_costs inner join moves on moves.move_id = sales_costs.move_id where moves.move_type = 'delivery'
),

customer_returns as (
    select sales_costs.* from sales_costs inner join moves on moves.move_id = sales_costs.move_id where moves.move_type = 'customer_return'
),

issues as (
    select
        *,
        case when move_type = 'issue' then value_amount_minor else -value_amount_minor end as amount_minor
    from moves
    where move_type in ('issue', 'issue_return')
),

outputs as (
    select *, value_amount_minor as amount_minor from moves where move_type in ('output', 'by_product')
),

times as (
    select
        time_entries.company_id,
        time_entries.effective_date,
        work_orders.item_id,
        time_entries.document_id,
        cast(null as bigint) as move_id,
        time_entries.labour_amount_minor,
        time_entries.overhead_amount_minor
    from {{ ref('int_time_entries_priced') }} as time_entries
    inner join {{ ref('int_work_orders_closed') }} as work_orders on work_orders.work_order_id = time_entries.work_order_id
),

subcontracting as (
    select
        subcontract_costs.company_id,
        subcontract_costs.effective_date,
        work_orders.item_id,
        subcontract_costs.document_id,
        cast(null as bigint) as move_id,
        subcontract_costs.amount_minor
    from {{ ref('stg_subcontract_costs') }} as subcontract_costs
    inner join {{ ref('int_work_orders_closed') }} as work_orders on work_orders.work_order_id = subcontract_costs.work_order_id
),

closings as (
    select
        costs.company_id,
        work_orders.closed_date as effective_date,
        costs.item_id,
        costs.work_order_id as document_id,
        cast(null as bigint) as move_id,
        costs.loss_amount as loss_amount_minor,
        costs.residual_amount as residual_amount_minor
    from {{ ref('engine_work_order_costs') }} as costs
    inner join {{ ref('int_work_orders_closed') }} as work_orders on work_orders.work_order_id = costs.work_order_id
    where work_orders.is_closed
),

adjustments as (
    select
        *,
        case when to_warehouse_id is not null then value_amount_minor else -value_amount_minor end as amount_minor
    from moves
    where move_type = 'adjustment'
),

scrapped as (
    select *, value_amount_minor as amount_minor from moves where move_type = 'scrap'
),

-- Goods arrive at the value they left at; only a loop of production that did not come to rest leaves a residual.
transfer_sums as (
    select
        entries.move_id,
        {{ whole_sum('entries.value_amount') }} as amount_minor
    from {{ ref('engine_valued_entries') }} as entries
    group by entries.move_id
    having count(*) = 2
),

variances as (
    select
        cost_variances.company_id,
        cost_variances.effective_date,
        cost_variances.item_id,
        moves.document_id,
        moves.move_id,
        cost_variances.rule,
        cost_variances.variance_amount as amount_minor
    from {{ ref('engine_cost_variances') }} as cost_variances
    left join moves on moves.move_id = cost_variances.entry_id // 2
),

price_variances as (
    select * from variances where rule = 'price'
),

output_variances as (
    select * from variances where rule in ('output', 'by_product')
),

return_variances as (
    select * from variances where rule = 'return'
),

revaluations as (
    select * from variances where rule = 'revaluation'
),

transfers as (
    select
        moves.*,
        transfer_sums.amount_minor + moves.variance_amount_minor as amount_minor
    from moves
    inner join transfer_sums on transfer_sums.move_id = moves.move_id
    where moves.move_type = 'transfer'
),

sides as (
    {{ settlement_sides('openings', 'opening', 'inventory', 'opening_contra') }}
    union all
    {{ settlement_sides('receipts', 'goods_receipt', 'inventory', 'goods_received_not_billed', amount='material_amount_minor') }}
    union all
    {{ settlement_sides('receipts', 'landed_cost', 'inventory', 'landed_cost_clearing', amount='landed_amount_minor') }}
    union all
    {{ settlement_sides(
        'supplier_returns_compared', 'supplier_return', 'goods_received_not_billed', 'inventory', amount='credited_amount_minor'
    ) }}
    union all
    {{ settlement_sides(
        'supplier_returns_compared', 'supplier_return', 'purchase_price_difference', 'inventory', amount='difference_amount_minor'
    ) }}
    union all
    {{ settlement_sides('deliveries', 'delivery', 'cost_of_sales', 'inventory', debit_line='deliveries.sales_order_line_id') }}
    union all
    {{ settlement_sides(
        'customer_returns', 'customer_return', 'cost_of_sales', 'inventory', debit_line='customer_returns.sales_order_line_id'
    ) }}
    union all
    {{ settlement_sides('issues', 'material_issue', 'work_in_progress', 'inventory') }}
    union all
    {{ settlement_sides('times', 'time_booking', 'work_in_progress', 'labour_absorbed', amount='labour_amount_minor') }}
    union all
    {{ settlement_sides('times', 'time_booking', 'work_in_progress', 'overhead_absorbed', amount='overhead_amount_minor') }}
    union all
    {{ settlement_sides('subcontracting', 'subcontracting', 'work_in_progress', 'subcontract_clearing') }}
    union all
    {{ settlement_sides('outputs', 'output', 'inventory', 'work_in_progress') }}
    union all
    {{ settlement_sides('closings', 'work_order_loss', 'scrap_loss', 'work_in_progress', amount='loss_amount_minor') }}
    union all
    {{ settlement_sides('closings', 'work_order_variance', 'production_variance', 'work_in_progress', amount='residual_amount_minor') }}
    union all
    {{ settlement_sides('adjustments', 'adjustment', 'inventory', 'inventory_gain_loss') }}
    union all
    {{ settlement_sides('scrapped', 'scrap', 'scrap_loss', 'inventory') }}
    union all
    {{ settlement_sides('transfers', 'transfer', 'inventory', 'inventory_gain_loss') }}
    union all
    {{ settlement_sides('price_variances', 'price_variance', 'purchase_price_difference', 'inventory') }}
    union all
    {{ settlement_sides('output_variances', 'output_variance', 'production_variance', 'inventory') }}
    union all
    {{ settlement_sides('return_variances', 'return_variance', 'inventory_gain_loss', 'inventory') }}
    union all
    {{ settlement_sides('revaluations', 'revaluation', 'inventory_gain_loss', 'inventory') }}
)

select
    sides.company_id,
    sides.effective_date,
    coalesce(fiscal_periods.period_code, {{ month_code('sides.effective_date') }}) as period_code,
    sides.settled_event,
    accounts.account_id,
    sides.account_role,
    sides.item_id,
    sides.sales_order_line_id,
    sides.document_id,
    sides.move_id,
    cast(sides.amount_minor as bigint) as amount_minor
from sides
left join {{ ref('stg_accounts') }} as accounts
    on accounts.company_id = sides.company_id
    and accounts.role = sides.account_role
left join {{ ref('stg_fiscal_periods') }} as fiscal_periods
    on fiscal_periods.company_id = sides.company_id
    and fiscal_periods.start_date <= sides.effective_date
    and fiscal_periods.end_date >= sides.effective_date
