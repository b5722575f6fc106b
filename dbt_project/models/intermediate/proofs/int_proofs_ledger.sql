-- One row per check and company, from one per ledger line or account and month: debits against credits, of each entry and of the trial
-- balance; and each against the other. And what was settled, on whatever day, and is due, against the cost of each month.
with

sides as (
    select
        'journal_entries' as check_name,
        journal_entries.company_id,
        journal_entries.number as key,
        1 as suspicion,
        journal_entries.entry_date as effective_date,
        coalesce(documents.number, journal_entries.number) as document_number,
        cast({{ amount('journal_lines.debit_amount') }} as decimal(28, 6)) as left_amount,
        cast({{ amount('journal_lines.credit_amount') }} as decimal(28, 6)) as right_amount
    from {{ source('raw', 'journal_line') }} as journal_lines
    inner join {{ source('raw', 'journal_entry') }} as journal_entries on journal_entries.id = journal_lines.entry_id
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = journal_entries.company_id
    left join {{ source('raw', 'document') }} as documents on documents.id = journal_entries.document_id
    where
        journal_entries.is_posted
        and journal_entries.entry_date <= {{ as_of() }}

    union all

    select
        'trial_balance' as check_name,
        trial_balance.company_id,
        trial_balance.period_code as key,
        2 as suspicion,
        cast(null as date) as effective_date,
        cast(null as varchar) as document_number,
        cast(trial_balance.debit as decimal(28, 6)) as left_amount,
        cast(trial_balance.credit as decimal(28, 6)) as right_amount
    from {{ ref('rpt_trial_balance') }} as trial_balance

    union all

    -- Names the first unbalanced entry of a month whose trial balance does not balance.
    select
        'trial_balance' as check_name,
        entries.company_id,
        entries.period_code as key,
        1 as suspicion,
        entries.entry_date as effective_date,
        entries.document_number,
        cast(0 as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from (
        select
            journal_lines.company_id,
            journal_lines.period_code,
            journal_lines.entry_number,
            min(journal_lines.entry_date) as entry_date,
            min(coalesce(journal_lines.document_number, journal_lines.entry_number)) as document_number
        from {{ ref('fct_journal_lines') }} as journal_lines
        where not journal_lines.is_pending
        group by journal_lines.company_id, journal_lines.period_code, journal_lines.entry_number
        having sum(journal_lines.debit_amount) <> sum(journal_lines.credit_amount)
    ) as entries

    union all

    -- An entry in one currency balances in that, too.
    select
        'journal_entries' as check_name,
        journal_lines.company_id,
        journal_lines.entry_number || ' in its currency' as key,
        1 as suspicion,
        journal_lines.entry_date as effective_date,
        coalesce(journal_lines.document_number, journal_lines.entry_number) as document_number,
        cast(journal_lines.debit_amount_document_currency as decimal(28, 6)) as left_amount,
        cast(journal_lines.credit_amount_document_currency as decimal(28, 6)) as right_amount
    from {{ ref('fct_journal_lines') }} as journal_lines
    inner join (
        select
            company_id,
            entry_number
        from {{ ref('fct_journal_lines') }}
        where not is_pending
        group by company_id, entry_number
        having min(document_currency) = max(document_currency)
    ) as entries
        on entries.company_id = journal_lines.company_id
        and entries.entry_number = journal_lines.entry_number
    where not journal_lines.is_pending

    union all

    select
        'cost_settlement' as check_name,
        settled.company_id,
        settled.settled_period || '/' || settled.account_id as key,
        1 as suspicion,
        settled.entry_date as effective_date,
        settled.entry_number as document_number,
        cast({{ amount('settled.amount_minor') }} as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from (
        select
            journal_entries.company_id,
            journal_entries.entry_date,
            journal_entries.number as entry_number,
            journal_lines.settled_period,
            journal_lines.account_id,
            {{ whole_sum('journal_lines.debit_amount - journal_lines.credit_amount') }} as amount_minor
        from {{ source('raw', 'journal_line') }} as journal_lines
        inner join {{ source('raw', 'journal_entry') }} as journal_entries on journal_entries.id = journal_lines.entry_id
        where
            journal_entries.is_posted
            and journal_lines.settled_period <= {{ month_code(as_of()) }}
        group by
            journal_entries.company_id,
            journal_entries.entry_date,
            journal_entries.number,
            journal_lines.settled_period,
            journal_lines.account_id
    ) as settled
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = settled.company_id

    union all

    select
        'cost_settlement' as check_name,
        due.company_id,
        due.period || '/' || accounts.account_id as key,
        2 as suspicion,
        cast(null as date) as effective_date,
        cast(null as varchar) as document_number,
        cast(due.debit - due.credit as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from {{ ref('fct_settlement_due') }} as due
    inner join {{ ref('stg_accounts') }} as accounts
        on accounts.company_id = due.company_id
        and accounts.account_code = due.account

    union all

    select
        'cost_settlement' as check_name,
        costs.company_id,
        costs.period_code || '/' || costs.account_id as key,
        2 as suspicion,
        cast(null as date) as effective_date,
        cast(null as varchar) as document_number,
        cast(0 as decimal(28, 6)) as left_amount,
        cast({{ amount('costs.amount_minor') }} as decimal(28, 6)) as right_amount
    from (
        select
            company_id,
            period_code,
            account_id,
            {{ whole_sum('amount_minor') }} as amount_minor
        from {{ ref('int_settlement_expected') }}
        group by company_id, period_code, account_id
    ) as costs
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = costs.company_id
)

{{ judged_sides() }}
