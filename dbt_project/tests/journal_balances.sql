-- Debits equal credits: per posted entry, and per company and month of the pending rows.
{{ config(tags=['gate']) }}
select
    company_id,
    entry_number,
    period_code,
    sum(debit_amount) - sum(credit_amount) as difference
from {{ ref('fct_journal_lines') }}
group by company_id, entry_number, period_code
having sum(debit_amount) <> sum(credit_amount)
