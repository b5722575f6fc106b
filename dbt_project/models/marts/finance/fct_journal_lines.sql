-- One row per journal line, posted or pending. Pending is what the next cost settlement will post.
with posted as (
    select
        'posted-' || stg_journal_lines.journal_line_id as journal_line_key,
        stg_journal_lines.journal_line_id,
        stg_journal_lines.company_id,
        false as is_pending,
        stg_journal_entries.entry_number,
        stg_journal_entries.posting,
        stg_journal_entries.entry_date,
        stg_journal_lines.account_id,
        stg_journal_lines.debit_amount,
        stg_journal_lines.credit_amount,
        stg_journal_lines.currency as document_currency,
        stg_journal_lines.document_debit_amount as debit_amount_document_currency,
        stg_journal_lines.document_credit_amount as credit_amount_document_currency,
        coalesce(stg_journal_lines.document_id, stg_journal_entries.document_id) as document_id,
        stg_journal_lines.partner_id,
        stg_journal_lines.item_id,
        stg_journal_lines.sales_order_line_id,
        stg_journal_lines.department_id,
        stg_journal_lines.due_date,
        coalesce(stg_journal_lines.description, stg_journal_entries.description) as description,
        stg_journal_lines.settled_event,
        stg_journal_lines.settled_period
    from {{ ref('stg_journal_lines') }} as stg_journal_lines
    inner join {{ ref('stg_journal_entries') }} as stg_journal_entries
        on stg_journal_entries.journal_entry_id = stg_journal_lines.journal_entry_id
),

pending as (
    select
        'pending-' || due.company_id || '-' || due.period_code || '-' || due.account_id || '-' || due.settled_event
        || '-' || coalesce(cast(due.item_id as varchar), '') || '-' || coalesce(cast(due.sales_order_line_id as varchar), '')
            as journal_line_key,
        cast(null as bigint) as journal_line_id,
        due.company_id,
        true as is_pending,
        cast(null as varchar) as entry_number,
        'settlement' as posting,
        due.entry_date,
        due.account_id,
        {{ amount('due.debit_amount_minor', 'stg_companies.amount_exponent') }} as debit_amount,
        {{ amount('due.credit_amount_minor', 'stg_companies.amount_exponent') }} as credit_amount,
        stg_companies.currency as document_currency,
        {{ amount('due.debit_amount_minor', 'stg_companies.amount_exponent') }} as debit_amount_document_currency,
        {{ amount('due.credit_amount_minor', 'stg_companies.amount_exponent') }} as credit_amount_document_currency,
        cast(null as bigint) as document_id,
        cast(null as bigint) as partner_id,
        due.item_id,
        due.sales_order_line_id,
        cast(null as bigint) as department_id,
        cast(null as date) as due_date,
        cast(null as varchar) as description,
        due.settled_event,
        due.period_code as settled_period
    from {{ ref('int_settlement_pending') }} as due
    inner join {{ ref('stg_companies') }} as stg_companies on stg_companies.company_id = due.company_id
),

both_kinds as (
    select * from posted
    union all
    select * from pending
)

select
    both_kinds.company_id,
    both_kinds.journal_line_key,
    both_kinds.journal_line_id,
    both_kinds.is_pending,
    both_kinds.entry_number,
    both_kinds.posting,
    both_kinds.entry_date,
    {{ month_code('both_kinds.entry_date') }} as period_code,
    both_kinds.account_id,
    stg_accounts.account_code,
    stg_accounts.account_name,
    stg_accounts.account_type,
    stg_accounts.role as account_role,
    both_kinds.debit_amount,
    both_kinds.credit_amount,
    both_kinds.document_currency,
    both_kinds.debit_amount_document_currency,
    both_kinds.credit_amount_document_currency,
    both_kinds.document_id,
    stg_documents.document_type,
    stg_documents.document_number,
    both_kinds.partner_id,
    both_kinds.item_id,
    stg_items.category as item_category,
    both_kinds.sales_order_line_id,
    order_costs.journal_line_id is not null as is_order_cost,
    both_kinds.department_id,
    both_kinds.due_date,
    both_kinds.description,
    both_kinds.settled_event,
    both_kinds.settled_period
from both_kinds
inner join {{ ref('stg_accounts') }} as stg_accounts on stg_accounts.account_id = both_kinds.account_id
left join {{ ref('stg_documents') }} as stg_documents on stg_documents.document_id = both_kinds.document_id
left join {{ ref('stg_items') }} as stg_items on stg_items.item_id = both_kinds.item_id
left join {{ ref('int_order_cost_lines') }} as order_costs on order_costs.journal_line_id = both_kinds.journal_line_id
