-- One row per asset, liability or equity account and month, and per month one row for the result not yet closed to equity.
with unclosed_result as (
    select
        company_id,
        period_code,
        sum(opening) as opening,
        sum(debit) as debit,
        sum(credit) as credit,
        sum(closing) as closing,
        sum(pending) as pending
    from {{ ref('rpt_trial_balance') }}
    where account_type in ('revenue', 'expense')
    group by company_id, period_code
)

select
    company_id,
    company_id || '|' || account_code || '|' || period_code as balance_sheet_key,
    account_id,
    account_code,
    account_name,
    account_type,
    account_role,
    period_code,
    opening,
    debit,
    credit,
    closing,
    case when account_type = 'asset' then closing else cast(-closing as {{ type_amount() }}) end as balance_amount,
    pending
from {{ ref('rpt_trial_balance') }}
where account_type in ('asset', 'liability', 'equity')

union all

select
    company_id,
    company_id || '|result|' || period_code as balance_sheet_key,
    cast(null as bigint) as account_id,
    'result' as account_code,
    'Result not yet closed' as account_name,
    'equity' as account_type,
    'unclosed_result' as account_role,
    period_code,
    cast(opening as {{ type_amount() }}) as opening,
    cast(debit as {{ type_amount() }}) as debit,
    cast(credit as {{ type_amount() }}) as credit,
    cast(closing as {{ type_amount() }}) as closing,
    cast(-closing as {{ type_amount() }}) as balance_amount,
    cast(pending as {{ type_amount() }}) as pending
from unclosed_result
