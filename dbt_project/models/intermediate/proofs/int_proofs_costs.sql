-- One row per check and company, from one per side of what costs add up to: receipts and their facts, variances and their settlement,
-- work orders and their variances, orders and revenue, and all value of a company, come in against gone out, lost, sold and left.
with

variances as (
    select *
    from {{ ref('fct_cost_variances') }}
),

-- Closed orders of items at standard whose cost all went into output that differs from its standard.
explained as (
    select *
    from {{ ref('fct_work_orders') }}
    where
        is_closed
        and is_at_standard
        and loss_amount = 0
        and residual_amount = 0
        and (work_order_id, item_id) in (select work_order_id, item_id from variances where cause <> 'return')
),

settled as (
    select *
    from {{ ref('fct_journal_lines') }}
    where posting = 'settlement'
),

receipt_costs as (
    select
        'receipt_costs' as check_name,
        receipt_costs.company_id,
        cast(receipt_costs.receipt_line_id as varchar) as key,
        1 as suspicion,
        receipt_costs.document_date as effective_date,
        receipt_costs.document_number,
        receipt_costs.amount as left_amount,
        0 as right_amount
    from {{ ref('fct_receipt_costs') }} as receipt_costs

    union all

    select
        'receipt_costs' as check_name,
        moves.company_id,
        cast(moves.document_line_id as varchar) as key,
        2 as suspicion,
        moves.effective_date,
        moves.document_number,
        0 as left_amount,
        moves.value_amount + moves.variance_amount as right_amount
    from {{ ref('fct_stock_moves') }} as moves
    where moves.move_type = 'receipt'
),

-- Per item and period, as they are settled.
cost_variances as (
    select
        'cost_variances' as check_name,
        variances.company_id,
        variances.item_id || '/' || variances.period_code as key,
        2 as suspicion,
        variances.effective_date,
        variances.document_number,
        variances.variance_amount as left_amount,
        0 as right_amount
    from variances

    union all

    select
        'cost_variances' as check_name,
        settled.company_id,
        settled.item_id || '/' || settled.settled_period as key,
        3 as suspicion,
        cast(null as date) as effective_date,
        cast(null as varchar) as document_number,
        0 as left_amount,
        settled.debit_amount - settled.credit_amount as right_amount
    from settled
    where
        settled.settled_event in ('price_variance', 'output_variance', 'return_variance', 'revaluation')
        and settled.account_role <> 'inventory'

    union all

    -- And move by move.
    select
        'cost_variances' as check_name,
        variances.company_id,
        'move ' || variances.move_id as key,
        1 as suspicion,
        variances.effective_date,
        variances.document_number,
        variances.variance_amount as left_amount,
        0 as right_amount
    from variances
    where variances.move_id is not null

    union all

    select
        'cost_variances' as check_name,
        moves.company_id,
        'move ' || moves.move_id as key,
        1 as suspicion,
        moves.effective_date,
        moves.document_number,
        0 as left_amount,
        moves.variance_amount as right_amount
    from {{ ref('fct_stock_moves') }} as moves
    where moves.variance_amount <> 0

    union all

    -- And work order by work order, of items at standard.
    select
        'cost_variances' as check_name,
        variances.company_id,
        'work order ' || variances.work_order_id as key,
        2 as suspicion,
        variances.effective_date,
        variances.work_order_number as document_number,
        variances.variance_amount as left_amount,
        0 as right_amount
    from variances
    inner join {{ ref('fct_work_orders') }} as work_orders
        on work_orders.work_order_id = variances.work_order_id
        and work_orders.item_id = variances.item_id
        and work_orders.is_closed
        and work_orders.is_at_standard

    union all

    select
        'cost_variances' as check_name,
        work_orders.company_id,
        'work order ' || work_orders.work_order_id as key,
        1 as suspicion,
        work_orders.planned_start_date as effective_date,
        work_orders.work_order_number as document_number,
        0 as left_amount,
        work_orders.total_variance - work_orders.loss_amount - work_orders.residual_amount as right_amount
    from {{ ref('fct_work_orders') }} as work_orders
    where work_orders.is_at_standard

    union all

    -- And cause by cause.
    select
        'cost_variances' as check_name,
        variances.company_id,
        'work order ' || variances.work_order_id || ' ' || variances.cause as key,
        2 as suspicion,
        variances.effective_date,
        variances.work_order_number as document_number,
        variances.variance_amount as left_amount,
        0 as right_amount
    from variances
    inner join explained
        on explained.work_order_id = variances.work_order_id
        and explained.item_id = variances.item_id
    where
        variances.cause in (
            {% for cause in variance_causes() -%}
            '{{ cause }}'{{ ',' if not loop.last }}
            {% endfor -%}
        )

    {% for cause in variance_causes() -%}
    union all

    select
        'cost_variances' as check_name,
        explained.company_id,
        'work order ' || explained.work_order_id || ' {{ cause }}' as key,
        1 as suspicion,
        explained.planned_start_date as effective_date,
        explained.work_order_number as document_number,
        0 as left_amount,
        explained.{{ cause }}_variance as right_amount
    from explained

    {% endfor -%}
),

order_revenue as (
    select
        'order_revenue' as check_name,
        profits.company_id,
        cast(profits.sales_order_line_id as varchar) as key,
        2 as suspicion,
        profits.order_date as effective_date,
        profits.order_number as document_number,
        profits.actual_revenue as left_amount,
        0 as right_amount
    from {{ ref('fct_order_profit') }} as profits

    union all

    select
        'order_revenue' as check_name,
        journal_lines.company_id,
        coalesce(cast(journal_lines.sales_order_line_id as varchar), 'no order') as key,
        1 as suspicion,
        journal_lines.entry_date as effective_date,
        coalesce(journal_lines.document_number, journal_lines.entry_number) as document_number,
        0 as left_amount,
        journal_lines.credit_amount - journal_lines.debit_amount as right_amount
    from {{ ref('fct_journal_lines') }} as journal_lines
    where
        journal_lines.account_role in ('revenue', 'sales_returns')
        and journal_lines.posting in ('customer_invoice', 'credit_note')
),

-- What came in from outside or was put to work, against where it is now.
conservation as (
    select
        moves.company_id,
        case when moves.to_warehouse_id is not null then moves.value_amount + moves.variance_amount else 0 end as left_amount,
        case when moves.from_warehouse_id is not null then moves.value_amount else 0 end as right_amount
    from {{ ref('fct_stock_moves') }} as moves
    where moves.move_type in ('opening', 'receipt', 'adjustment', 'scrap', 'supplier_return')

    union all

    select
        time_entries.company_id,
        {{ amount('(time_entries.labour_amount_minor + time_entries.overhead_amount_minor)') }} as left_amount,
        0 as right_amount
    from {{ ref('int_time_entries_priced') }} as time_entries
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = time_entries.company_id
    where time_entries.work_order_id is not null

    union all

    select
        subcontract_costs.company_id,
        subcontract_costs.amount as left_amount,
        0 as right_amount
    from {{ ref('stg_subcontract_costs') }} as subcontract_costs

    union all

    select
        ageing.company_id,
        0 as left_amount,
        ageing.value_amount as right_amount
    from {{ ref('fct_stock_ageing') }} as ageing

    union all

    select
        work_orders.company_id,
        0 as left_amount,
        work_orders.wip_amount + work_orders.loss_amount as right_amount
    from {{ ref('fct_work_orders') }} as work_orders

    union all

    select
        variances.company_id,
        0 as left_amount,
        variances.variance_amount as right_amount
    from variances

    union all

    -- Cost of sales, and what a loop of production or a transfer leaves.
    select
        settled.company_id,
        0 as left_amount,
        settled.debit_amount - settled.credit_amount as right_amount
    from settled
    where
        settled.account_role = 'cost_of_sales'
        or (settled.settled_event = 'work_order_variance' and settled.account_role = 'production_variance')
        or (settled.settled_event = 'transfer' and settled.account_role = 'inventory_gain_loss')
),

company_value as (
    select
        'company_value' as check_name,
        conservation.company_id,
        'all' as key,
        2 as suspicion,
        cast(null as date) as effective_date,
        cast(null as varchar) as document_number,
        sum(conservation.left_amount) as left_amount,
        sum(conservation.right_amount) as right_amount
    from conservation
    group by conservation.company_id
),

both_sides as (
    select * from receipt_costs
    union all
    select * from cost_variances
    union all
    select * from order_revenue
    union all
    select * from company_value
),

sides as (
    select
        both_sides.check_name,
        both_sides.company_id,
        both_sides.key,
        both_sides.suspicion,
        both_sides.effective_date,
        both_sides.document_number,
        cast(both_sides.left_amount as decimal(28, 6)) as left_amount,
        cast(both_sides.right_amount as decimal(28, 6)) as right_amount
    from both_sides
)

{{ judged_sides() }}
