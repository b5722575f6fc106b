-- One row per posted journal line that pays an expense for a sales order line: freight, commission and the like, minor units of company
-- currency. Debit notes and corrections are negative.
select
    journal_lines.journal_line_id,
    journal_lines.sales_order_line_id,
    journal_lines.debit_amount_minor - journal_lines.credit_amount_minor as paid_amount_minor
from {{ ref('stg_journal_lines') }} as journal_lines
inner join {{ ref('stg_journal_entries') }} as journal_entries
    on journal_entries.journal_entry_id = journal_lines.journal_entry_id
    and journal_entries.posting in ('manual', 'supplier_bill', 'debit_note')
inner join {{ ref('stg_accounts') }} as accounts
    on accounts.account_id = journal_lines.account_id
    and accounts.account_type = 'expense'
where journal_lines.sales_order_line_id is not null
