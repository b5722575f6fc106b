-- One row per check and company, from one per order line or ledger line: actual cost of orders against cost of sales, posted and
-- pending.
with

sides as (
    select
        'order_cost' as check_name,
        profits.company_id,
        cast(profits.sales_order_line_id as varchar) as key,
        2 as suspicion,
        profits.order_date as effective_date,
        profits.order_number as document_number,
        cast(profits.actual_cost as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from {{ ref('fct_order_profit') }} as profits

    union all

    select
        'order_cost' as check_name,
        journal_lines.company_id,
        coalesce(cast(journal_lines.sales_order_line_id as varchar), 'no order') as key,
        case when journal_lines.posting = 'settlement' then 3 else 1 end as suspicion,
        case when journal_lines.posting <> 'settlement' then journal_lines.entry_date end as effective_date,
        case when journal_lines.posting <> 'settlement' then coalesce(journal_lines.document_number, journal_lines.entry_number) end
            as document_number,
        cast(0 as decimal(28, 6)) as left_amount,
        cast(journal_lines.debit_amount - journal_lines.credit_amount as decimal(28, 6)) as right_amount
    from {{ ref('fct_journal_lines') }} as journal_lines
    where journal_lines.account_role = 'cost_of_sales'
)

{{ judged_sides() }}
