-- Assets equal liabilities and equity, per company and month.
{{ config(tags=['gate']) }}
select
    company_id,
    period_code,
    sum(closing) as difference
from {{ ref('rpt_balance_sheet') }}
group by company_id, period_code
having sum(closing) <> 0
