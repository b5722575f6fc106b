-- Figures of one row that follow from each other, and figures that stand in two marts, agree. One row per row that does not.
{{ config(tags=['gate']) }}
{% set components %}
material_amount + labour_amount + overhead_amount + subcontract_amount + landed_amount
{% endset %}
{% for mart, key in [
    ('fct_stock_moves', 'move_id'), ('fct_cost_slices', 'issue_move_id'), ('fct_stock_ageing', 'layer_move_id'),
    ('fct_sales_costs', 'sales_cost_key'),
] -%}
select
    '{{ mart }}' as mart,
    cast({{ key }} as varchar) as key
from {{ ref(mart) }}
where value_amount <> {{ components }}

union all

{% endfor -%}
select
    'fct_stock_ageing' as mart,
    cast(layer_move_id as varchar) as key
from {{ ref('fct_stock_ageing') }}
where
    age_days <> {{ days_between('received_date', as_of()) }}
    or is_uncovered <> (quantity < 0)

union all

select
    'engine_cost_variances' as mart,
    cast(entry_id as varchar) as key
from {{ ref('engine_cost_variances') }}
where variance_amount <> {{ components }}

union all

select
    'fct_work_orders' as mart,
    cast(work_orders.work_order_id as varchar) as key
from {{ ref('fct_work_orders') }} as work_orders
left join {{ ref('stg_work_orders') }} as plans on plans.work_order_id = work_orders.work_order_id
left join (
    select
        work_order_id,
        sum(minutes) as minutes,
        sum(machine_minutes) as machine_minutes
    from {{ ref('stg_time_entries') }}
    where work_order_id is not null
    group by work_order_id
) as times on times.work_order_id = work_orders.work_order_id
where
    work_orders.planned_start_date is distinct from plans.start_date
    or work_orders.planned_end_date is distinct from plans.due_date
    or work_orders.labour_minutes <> coalesce(times.minutes, 0)
    or work_orders.machine_minutes <> coalesce(times.machine_minutes, 0)
    or total_cost <> material_cost + labour_cost + overhead_cost + subcontract_cost + landed_cost
    or total_variance
    <> {% for cause in variance_causes() -%}
        {{ cause }}_variance +
        {% endfor -%}
        standard_variance
    or is_closed <> (status in ('done', 'cancelled'))
    or not is_closed and total_variance <> 0
    or is_closed and total_variance <> total_cost - by_product_amount - standard_cost
    or abs(cast(unit_cost as decimal(38, 6)) * good_quantity - (output_amount - by_product_amount)) > good_quantity * 0.000001 + 0.0001
    or wip_amount + loss_amount + output_amount <> total_cost and not is_closed

union all

select
    'fct_sales_costs' as mart,
    cast(coalesce(shares.move_id, moves.move_id) as varchar) as key
from (
    select
        move_id,
        abs(sum(quantity)) as quantity,
        sum(value_amount) as value_amount,
        bool_or(is_estimated) as is_estimated
    from {{ ref('fct_sales_costs') }}
    group by move_id
) as shares
full join (
    select *
    from {{ ref('fct_stock_moves') }}
    where move_type in ('delivery', 'customer_return')
) as moves on moves.move_id = shares.move_id
where
    shares.quantity is distinct from moves.quantity
    or abs(shares.value_amount) is distinct from abs(moves.value_amount + moves.variance_amount)
    or shares.is_estimated is distinct from moves.is_estimated

union all

select
    'fct_order_profit' as mart,
    cast(profits.sales_order_line_id as varchar) as key
from {{ ref('fct_order_profit') }} as profits
left join {{ ref('fct_sales_order_lines') }} as lines on lines.sales_order_line_id = profits.sales_order_line_id
left join (
    select
        sales_order_line_id,
        sum(debit_amount - credit_amount) as paid_amount
    from {{ ref('fct_journal_lines') }}
    where is_order_cost
    group by sales_order_line_id
) as order_costs on order_costs.sales_order_line_id = profits.sales_order_line_id
where
    profits.revenue <> profits.actual_revenue + profits.expected_revenue
    or profits.total_cost <> profits.actual_cost + profits.estimated_cost + profits.other_cost
    or profits.total_cost <> profits.material_cost + profits.labour_cost + profits.overhead_cost + profits.subcontract_cost
    + profits.landed_cost + profits.other_cost
    or profits.profit <> profits.revenue - profits.total_cost
    or abs(cast(profits.margin_rate as decimal(38, 6)) * profits.revenue - profits.profit) > abs(profits.revenue) * 0.000001 + 0.000001
    or (profits.margin_rate is null) <> (profits.revenue = 0)
    or profits.other_cost <> coalesce(order_costs.paid_amount, 0)
    or profits.actual_revenue is distinct from lines.invoiced_net_amount - lines.credited_net_amount
    or profits.ordered_quantity is distinct from lines.ordered_quantity
    or profits.delivered_quantity is distinct from lines.delivered_quantity - lines.returned_quantity
    or profits.order_date is distinct from lines.order_date
    or profits.requested_date is distinct from lines.requested_date
    or profits.promised_date is distinct from lines.promised_date

union all

select
    'fct_journal_lines' as mart,
    journal_line_key as key
from {{ ref('fct_journal_lines') }}
where
    is_order_cost <> (
        sales_order_line_id is not null
        and account_type = 'expense'
        and posting in ('manual', 'supplier_bill', 'debit_note')
    )

union all

select
    'fct_sales_order_lines' as mart,
    cast(lines.sales_order_line_id as varchar) as key
from {{ ref('fct_sales_order_lines') }} as lines
left join {{ ref('fct_order_profit') }} as profits on profits.sales_order_line_id = lines.sales_order_line_id
where
    lines.status <> 'draft'
    and profits.sales_order_line_id is null

union all

select
    'fct_invoices' as mart,
    cast(invoices.invoice_id as varchar) as key
from {{ ref('fct_invoices') }} as invoices
left join {{ ref('fct_documents') }} as documents on documents.document_id = invoices.invoice_id
left join {{ ref('dim_company') }} as companies on companies.company_id = invoices.company_id
where
    (invoices.document_currency = companies.currency and invoices.open_amount_document_currency <> invoices.open_amount)
    -- Of a foreign document as much is open in its currency as in the company's, but for rounding.
    or abs(
        cast(invoices.open_amount_document_currency as decimal(38, 4)) * invoices.gross_amount
        - cast(invoices.open_amount as decimal(38, 4)) * invoices.gross_amount_document_currency
    ) > greatest(invoices.gross_amount, invoices.gross_amount_document_currency)
    or invoices.gross_amount <> invoices.net_amount + invoices.tax_amount + invoices.freight_amount
    or invoices.open_amount <> invoices.gross_amount - invoices.paid_amount - invoices.credited_amount
    or invoices.gross_amount_document_currency is distinct from documents.gross_amount_document_currency
    or (invoices.open_amount_document_currency = 0 and invoices.open_amount <> 0)
    or invoices.invoice_date is distinct from documents.effective_date
    or invoices.due_date is distinct from coalesce(documents.due_date, documents.effective_date)

union all

-- Every posted invoice and bill has its row, and every open one stands among what is to be received or paid.
select
    'fct_invoices' as mart,
    cast(documents.document_id as varchar) as key
from {{ ref('fct_documents') }} as documents
left join {{ ref('fct_invoices') }} as invoices on invoices.invoice_id = documents.document_id
where
    documents.document_type in ('customer_invoice', 'supplier_bill', 'landed_cost')
    and documents.status not in ('draft', 'cancelled')
    and invoices.invoice_id is null

union all

select
    'fct_receivables and fct_payables' as mart,
    cast(coalesce(invoices.invoice_id, open_invoices.invoice_id) as varchar) as key
from {{ ref('fct_invoices') }} as invoices
full join (
    select * from {{ ref('fct_receivables') }}
    union all
    select * from {{ ref('fct_payables') }}
) as open_invoices on open_invoices.invoice_id = invoices.invoice_id
where
    (
        open_invoices.invoice_id is not null
        and (
            invoices.invoice_id is null
            or open_invoices.invoice_date <> invoices.invoice_date
            or open_invoices.due_date <> invoices.due_date
            or open_invoices.gross_amount <> invoices.gross_amount
            or open_invoices.paid_amount <> invoices.paid_amount
            or open_invoices.credited_amount <> invoices.credited_amount
            or open_invoices.open_amount <> invoices.open_amount
            or open_invoices.open_amount_document_currency <> invoices.open_amount_document_currency
            or open_invoices.days_overdue <> greatest({{ days_between('open_invoices.due_date', as_of()) }}, 0)
        )
    )
    or (open_invoices.invoice_id is null and invoices.open_amount_document_currency <> 0)

union all

select
    'fct_journal_lines' as mart,
    journal_lines.journal_line_key as key
from {{ ref('fct_journal_lines') }} as journal_lines
left join {{ ref('dim_account') }} as accounts on accounts.account_id = journal_lines.account_id
where
    journal_lines.account_type is distinct from accounts.account_type
    or journal_lines.account_role is distinct from accounts.account_role
    or journal_lines.period_code <> {{ month_code('journal_lines.entry_date') }}
    or (journal_lines.debit_amount <> 0 and journal_lines.credit_amount <> 0)

union all

select
    'rpt_trial_balance' as mart,
    balances.account_code || ' ' || balances.period_code as key
from {{ ref('rpt_trial_balance') }} as balances
left join {{ ref('dim_account') }} as accounts on accounts.account_id = balances.account_id
left join (
    select
        account_id,
        period_code,
        sum(debit_amount) as debit,
        sum(credit_amount) as credit,
        sum(case when is_pending then debit_amount - credit_amount else 0 end) as pending
    from {{ ref('fct_journal_lines') }}
    group by account_id, period_code
) as months
    on months.account_id = balances.account_id
    and months.period_code = balances.period_code
where
    balances.closing <> balances.opening + balances.debit - balances.credit
    or balances.account_type is distinct from accounts.account_type
    or balances.debit <> coalesce(months.debit, 0)
    or balances.credit <> coalesce(months.credit, 0)
    or balances.pending <> coalesce(months.pending, 0)
