-- One row per account and month, from its first entry on; amounts debit-positive, pending rows included.
with monthly as (
    select
        company_id,
        account_id,
        period_code,
        sum(debit_amount) as debit,
        sum(credit_amount) as credit,
        sum(case when is_pending then debit_amount - credit_amount else 0 end) as pending
    from {{ ref('fct_journal_lines') }}
    group by company_id, account_id, period_code
),

first_months as (
    select
        company_id,
        account_id,
        min(period_code) as first_period_code
    from monthly
    group by company_id, account_id
),

months as (
    select
        company_id,
        period_code,
        min(calendar_date) as start_date,
        max(calendar_date) as end_date
    from {{ ref('dim_date') }}
    group by company_id, period_code
),

spine as (
    select
        first_months.company_id,
        first_months.account_id,
        months.period_code,
        months.start_date,
        months.end_date
    from first_months
    inner join months
        on
            months.company_id = first_months.company_id
            and months.period_code >= first_months.first_period_code
            and months.start_date <= {{ as_of() }}
),

running as (
    select
        spine.*,
        coalesce(monthly.debit, 0) as debit,
        coalesce(monthly.credit, 0) as credit,
        coalesce(monthly.pending, 0) as pending,
        sum(coalesce(monthly.debit, 0) - coalesce(monthly.credit, 0)) over (
            partition by spine.company_id, spine.account_id
            order by spine.period_code
            rows between unbounded preceding and current row
        ) as closing
    from spine
    left join monthly
        on
            monthly.company_id = spine.company_id
            and monthly.account_id = spine.account_id
            and monthly.period_code = spine.period_code
)

select
    running.company_id,
    running.account_id,
    dim_account.account_code,
    dim_account.account_name,
    dim_account.account_type,
    dim_account.account_role,
    running.period_code,
    cast(running.closing - running.debit + running.credit as {{ type_amount() }}) as opening,
    cast(running.debit as {{ type_amount() }}) as debit,
    cast(running.credit as {{ type_amount() }}) as credit,
    cast(running.closing as {{ type_amount() }}) as closing,
    cast(running.pending as {{ type_amount() }}) as pending
from running
inner join {{ ref('dim_account') }} as dim_account on dim_account.account_id = running.account_id
