-- One row per revenue or expense account and month; opening and closing run from the start of the calendar year.
with yearly as (
    select
        company_id,
        account_id,
        account_code,
        account_name,
        account_type,
        account_role,
        period_code,
        substr(period_code, 1, 4) as year_code,
        debit,
        credit,
        pending
    from {{ ref('rpt_trial_balance') }}
    where account_type in ('revenue', 'expense')
),

running as (
    select
        yearly.*,
        sum(debit - credit) over (
            partition by company_id, account_id, year_code
            order by period_code
            rows between unbounded preceding and current row
        ) as closing
    from yearly
)

select
    company_id,
    account_id,
    account_code,
    account_name,
    account_type,
    account_role,
    period_code,
    cast(closing - debit + credit as {{ type_amount() }}) as opening,
    debit,
    credit,
    cast(closing as {{ type_amount() }}) as closing,
    cast(credit - debit as {{ type_amount() }}) as profit_amount,
    pending
from running
