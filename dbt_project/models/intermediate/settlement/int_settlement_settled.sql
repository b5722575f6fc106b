-- One row per company, period, account, event, item and sales order line: what has been settled (debit − credit, minor units).
select
    journal_lines.company_id,
    journal_lines.settled_period as period_code,
    journal_lines.account_id,
    journal_lines.settled_event,
    journal_lines.item_id,
    journal_lines.sales_order_line_id,
    {{ whole_sum('journal_lines.debit_amount_minor - journal_lines.credit_amount_minor') }} as amount_minor
from {{ ref('stg_journal_lines') }} as journal_lines
where journal_lines.settled_event is not null
group by
    journal_lines.company_id,
    journal_lines.settled_period,
    journal_lines.account_id,
    journal_lines.settled_event,
    journal_lines.item_id,
    journal_lines.sales_order_line_id
