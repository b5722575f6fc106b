-- One row per line of a posted journal entry. What was settled for a month that has begun counts whatever the day of its entry: the
-- correction of a locked month lies in a later one.
select
    journal_lines.id as journal_line_id,
    journal_entries.company_id,
    journal_entries.period_id as fiscal_period_id,
    journal_lines.entry_id as journal_entry_id,
    journal_lines.account_id,
    journal_lines.partner_id,
    journal_lines.item_id,
    journal_lines.sales_order_line_id,
    journal_lines.department_id,
    journal_lines.document_id,

    journal_lines.currency,
    journal_lines.description,
    journal_lines.settled_event,
    journal_lines.settled_period,

    journal_lines.line_number,
    {{ amount('journal_lines.debit_amount') }} as debit_amount,
    {{ amount('journal_lines.credit_amount') }} as credit_amount,
    {{ amount('journal_lines.document_debit_amount') }} as document_debit_amount,
    {{ amount('journal_lines.document_credit_amount') }} as document_credit_amount,

    journal_lines.due_date,
    journal_entries.entry_date,

    journal_lines.debit_amount as debit_amount_minor,
    journal_lines.credit_amount as credit_amount_minor,
    journal_lines.document_debit_amount as document_debit_amount_minor,
    journal_lines.document_credit_amount as document_credit_amount_minor
from {{ source('raw', 'journal_line') }} as journal_lines
inner join {{ source('raw', 'journal_entry') }} as journal_entries on journal_entries.id = journal_lines.entry_id
inner join {{ source('raw', 'company') }} as companies on companies.id = journal_entries.company_id
where
    journal_entries.is_posted
    and (
        journal_entries.entry_date <= {{ as_of() }}
        or journal_lines.settled_period <= {{ month_code(as_of()) }}
    )
