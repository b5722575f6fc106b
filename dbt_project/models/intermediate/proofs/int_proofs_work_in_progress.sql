-- One row per check and company, from one per work order or ledger line: work in progress of the orders, against its account, posted
-- and pending.
with

sides as (
    select
        'work_in_progress' as check_name,
        work_orders.company_id,
        'all' as key,
        2 as suspicion,
        work_orders.planned_start_date as effective_date,
        work_orders.work_order_number as document_number,
        cast(work_orders.wip_amount as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from {{ ref('fct_work_orders') }} as work_orders

    union all

    select
        'work_in_progress' as check_name,
        journal_lines.company_id,
        'all' as key,
        case when journal_lines.posting = 'settlement' then 3 else 1 end as suspicion,
        case when journal_lines.posting <> 'settlement' then journal_lines.entry_date end as effective_date,
        case when journal_lines.posting <> 'settlement' then coalesce(journal_lines.document_number, journal_lines.entry_number) end
            as document_number,
        cast(0 as decimal(28, 6)) as left_amount,
        cast(journal_lines.debit_amount - journal_lines.credit_amount as decimal(28, 6)) as right_amount
    from {{ ref('fct_journal_lines') }} as journal_lines
    where journal_lines.account_role = 'work_in_progress'
)

{{ judged_sides() }}
