-- One row per check and company, from one per fact of a document that is told twice and differently, and one per check for all that
-- agree: days and times of what was recorded together, postings against documents. All rows, whatever as_of.
with

{{ all_documents() }},

-- Entries that documents were posted with when they were made, by role.
posted as (
    select
        entries.document_id,
        sum(case when accounts.role in ('receivables', 'payables', 'customer_advances', 'supplier_advances')
            then journal_lines.document_debit_amount - journal_lines.document_credit_amount else 0 end) as partner_amount,
        sum(case when accounts.role = 'bank'
            then journal_lines.document_debit_amount - journal_lines.document_credit_amount else 0 end) as bank_amount,
        sum(case when accounts.role in ('output_tax', 'input_tax')
            then journal_lines.document_debit_amount - journal_lines.document_credit_amount else 0 end) as tax_amount,
        sum(case when accounts.role = 'freight_revenue'
            then journal_lines.document_debit_amount - journal_lines.document_credit_amount else 0 end) as freight_amount,
        max(case when accounts.role in ('receivables', 'payables') then journal_lines.due_date end) as due_date,
        -- Null if a line names another partner or none.
        case when count(distinct journal_lines.partner_id) = 1 and count(*) = count(journal_lines.partner_id)
            then min(journal_lines.partner_id)
        end as partner_id
    from {{ source('raw', 'journal_entry') }} as entries
    inner join {{ source('raw', 'journal_line') }} as journal_lines on journal_lines.entry_id = entries.id
    inner join {{ source('raw', 'account') }} as accounts on accounts.id = journal_lines.account_id
    inner join documents
        on documents.document_id = entries.document_id
        and documents.document_type = entries.posting
    where entries.is_posted
    group by entries.document_id
),

events as (
    select
        document_id,
        arg_min(effective_date, id) as first_date,
        arg_min(state, id) as first_state,
        arg_max(state, id) as last_state
    from {{ source('raw', 'document_event') }}
    group by document_id
),

-- A day or time as a whole number.
compared as (
    {% for table, key in [('stock_move', 'move'), ('time_entry', 'time entry'), ('subcontract_cost', 'subcontract cost')] -%}
    select
        'document_dates' as check_name,
        documents.company_id,
        documents.document_id,
        '{{ key }}' as fact,
        facts.id as fact_id,
        {{ days_between("date '1970-01-01'", 'documents.effective_date') }} * 100000000000 + documents.recorded_at as left_amount,
        {{ days_between("date '1970-01-01'", 'facts.effective_date') }} * 100000000000 + facts.recorded_at as right_amount
    from {{ source('raw', table) }} as facts
    inner join documents on documents.document_id = facts.document_id
    left join events on events.document_id = facts.document_id
    -- What is decided or carried out later than it was made has a day of its own.
    where
        documents.document_type <> 'inspection'
        and (documents.document_type <> 'transfer' or events.first_state = 'done')

    union all
    {% endfor %}
    select
        'document_dates' as check_name,
        documents.company_id,
        documents.document_id,
        'link' as fact,
        links.id as fact_id,
        {{ days_between("date '1970-01-01'", 'documents.effective_date') }} * 100000000000 + documents.recorded_at as left_amount,
        {{ days_between("date '1970-01-01'", 'links.effective_date') }} * 100000000000 + links.recorded_at as right_amount
    from {{ source('raw', 'line_link') }} as links
    inner join lines on lines.id = links.to_line_id
    inner join documents on documents.document_id = lines.document_id
    where links.link_type not in ('inspection', 'requisition')

    union all

    -- What an invoice is paid with is of the day of the entry that was posted with it.
    select
        'postings' as check_name,
        documents.company_id,
        documents.document_id,
        'allocation' as fact,
        allocations.id as fact_id,
        {{ days_between("date '1970-01-01'", 'allocations.effective_date') }} as left_amount,
        {{ days_between("date '1970-01-01'", 'min(entries.entry_date)') }} as right_amount
    from {{ source('raw', 'payment_allocation') }} as allocations
    inner join documents on documents.document_id = allocations.invoice_id
    left join {{ source('raw', 'journal_entry') }} as entries
        on entries.document_id = allocations.payment_id
        and entries.recorded_at = allocations.recorded_at
    group by documents.company_id, documents.document_id, allocations.id, allocations.effective_date

    union all

    select
        'document_dates' as check_name,
        documents.company_id,
        documents.document_id,
        'entry' as fact,
        entries.id as fact_id,
        {{ days_between("date '1970-01-01'", 'documents.effective_date') }} * 100000000000 + documents.recorded_at as left_amount,
        {{ days_between("date '1970-01-01'", 'entries.entry_date') }} * 100000000000 + entries.recorded_at as right_amount
    from {{ source('raw', 'journal_entry') }} as entries
    inner join documents
        on documents.document_id = entries.document_id
        and documents.document_type = entries.posting

    union all

    select
        'document_dates' as check_name,
        documents.company_id,
        documents.document_id,
        'due date of document' as fact,
        documents.document_id as fact_id,
        {{ days_between("date '1970-01-01'", 'documents.due_date') }} as left_amount,
        {{ days_between("date '1970-01-01'", 'posted.due_date') }} as right_amount
    from documents
    inner join posted on posted.document_id = documents.document_id
    where
        documents.document_type in ('customer_invoice', 'supplier_bill', 'landed_cost')
        and documents.gross_amount <> 0

    union all

    select
        'document_dates' as check_name,
        documents.company_id,
        documents.document_id,
        'due date of order' as fact,
        documents.document_id as fact_id,
        {{ days_between("date '1970-01-01'", 'work_orders.due_date') }} as left_amount,
        {{ days_between("date '1970-01-01'", 'lines.requested_date') }} as right_amount
    from {{ source('raw', 'work_order') }} as work_orders
    inner join documents on documents.document_id = work_orders.document_id
    inner join lines on lines.document_id = work_orders.document_id

    union all

    select
        'document_dates' as check_name,
        documents.company_id,
        documents.document_id,
        'first event of document' as fact,
        documents.document_id as fact_id,
        {{ days_between("date '1970-01-01'", 'documents.effective_date') }} as left_amount,
        {{ days_between("date '1970-01-01'", 'events.first_date') }} as right_amount
    from documents
    inner join events on events.document_id = documents.document_id

    union all

    select
        'document_dates' as check_name,
        documents.company_id,
        documents.document_id,
        'state of document' as fact,
        documents.document_id as fact_id,
        1 as left_amount,
        case when events.last_state = documents.state then 1 else 0 end as right_amount
    from documents
    inner join events on events.document_id = documents.document_id

    union all

    {% for amount, sign in [
        ('gross', "case when documents.document_type in ('customer_invoice', 'debit_note') then 1 else -1 end * posted.partner_amount"),
        ('tax', "case when documents.document_type in ('customer_invoice', 'debit_note') then -1 else 1 end * posted.tax_amount"),
        ('freight', "case when documents.document_type = 'customer_invoice' then -1 else 1 end * posted.freight_amount"),
    ] -%}
    select
        'postings' as check_name,
        documents.company_id,
        documents.document_id,
        '{{ amount }} of document' as fact,
        documents.document_id as fact_id,
        documents.{{ amount }}_amount as left_amount,
        coalesce({{ sign }}, 0) as right_amount
    from documents
    left join posted on posted.document_id = documents.document_id
    where
        documents.document_type in ('customer_invoice', 'supplier_bill', 'landed_cost', 'credit_note', 'debit_note')
        and documents.state not in ('draft', 'cancelled')

    union all
    {% endfor %}
    select
        'postings' as check_name,
        documents.company_id,
        documents.document_id,
        'partner of document' as fact,
        documents.document_id as fact_id,
        1 as left_amount,
        case when posted.partner_id = documents.partner_id then 1 else 0 end as right_amount
    from posted
    inner join documents on documents.document_id = posted.document_id

    union all

    select
        'postings' as check_name,
        documents.company_id,
        documents.document_id,
        'money of document' as fact,
        documents.document_id as fact_id,
        documents.gross_amount as left_amount,
        coalesce(case when documents.document_type = 'customer_payment' then 1 else -1 end * posted.bank_amount, 0) as right_amount
    from documents
    left join posted on posted.document_id = documents.document_id
    where
        documents.document_type in ('customer_payment', 'supplier_payment')
        and documents.state not in ('draft', 'cancelled')
),

sides as (
    {{ differing_documents() }}
)

{{ judged_sides() }}
