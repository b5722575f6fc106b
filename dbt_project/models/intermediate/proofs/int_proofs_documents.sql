-- One row per fact of a document that is told twice and differently, and one per check for all that agree: heads against lines, lines
-- against prices, moves and links, days and times of what was recorded together, postings against documents. All rows, whatever as_of.
{{ config(materialized='view') }}
with

documents as (
    select
        documents.id as document_id,
        documents.company_id,
        documents.document_type,
        documents.number as document_number,
        documents.effective_date,
        documents.recorded_at,
        documents.due_date,
        documents.state,
        documents.net_amount,
        documents.tax_amount,
        documents.freight_amount,
        documents.gross_amount,
        documents.exchange_rate,
        documents.currency = companies.currency as is_own_currency,
        companies.amount_exponent
    from {{ source('raw', 'document') }} as documents
    inner join {{ source('raw', 'company') }} as companies on companies.id = documents.company_id
),

lines as (
    select
        lines.*,
        documents.document_type
    from {{ source('raw', 'document_line') }} as lines
    inner join documents on documents.document_id = lines.document_id
),

line_sums as (
    select
        document_id,
        sum(net_amount) as net_amount,
        sum(tax_amount) as tax_amount,
        sum(gross_amount) as gross_amount
    from lines
    group by document_id
),

moved as (
    select
        document_line_id,
        sum(quantity) as quantity
    from {{ source('raw', 'stock_move') }}
    where move_type not in ('output_scrap', 'inspection')
    group by document_line_id
),

linked as (
    select
        to_line_id,
        sum(quantity) as quantity
    from {{ source('raw', 'line_link') }}
    where link_type not in ('landed_cost', 'requisition')
    group by to_line_id
),

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
        max(case when accounts.role in ('receivables', 'payables') then journal_lines.due_date end) as due_date
    from {{ source('raw', 'journal_entry') }} as entries
    inner join {{ source('raw', 'journal_line') }} as journal_lines on journal_lines.entry_id = entries.id
    inner join {{ source('raw', 'account') }} as accounts on accounts.id = journal_lines.account_id
    inner join documents
        on documents.document_id = entries.document_id
        and documents.document_type = entries.posting
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
    {% for amount in ['net', 'tax', 'gross'] -%}
    select
        'document_amounts' as check_name,
        documents.document_id,
        '{{ amount }} of document ' || documents.document_id as key,
        documents.{{ amount }}_amount as left_amount,
        line_sums.{{ amount }}_amount{{ ' + documents.freight_amount' if amount == 'gross' }} as right_amount
    from documents
    inner join line_sums on line_sums.document_id = documents.document_id

    union all
    {% endfor %}
    select
        'document_amounts' as check_name,
        lines.document_id,
        'gross of line ' || lines.id as key,
        lines.gross_amount as left_amount,
        lines.net_amount + lines.tax_amount as right_amount
    from lines

    union all

    select
        'document_amounts' as check_name,
        lines.document_id,
        'price of line ' || lines.id as key,
        lines.net_amount as left_amount,
        {{ rounded_ratio(
            '(cast(lines.entered_quantity as ' ~ type_whole() ~ ') * lines.unit_price * (1000000 - lines.discount_rate) * '
            ~ minor_units('documents.amount_exponent') ~ ')',
            '1000000000000000000',
        ) }} as right_amount
    from lines
    inner join documents on documents.document_id = lines.document_id
    where
        lines.document_type in ('sales_order', 'purchase_order', 'supplier_bill')
        and lines.item_id is not null

    union all

    select
        'document_amounts' as check_name,
        documents.document_id,
        'rate of document ' || documents.document_id as key,
        documents.exchange_rate as left_amount,
        1000000000 as right_amount
    from documents
    where documents.is_own_currency

    union all

    select
        'document_quantities' as check_name,
        lines.document_id,
        'entered on line ' || lines.id as key,
        lines.quantity as left_amount,
        {{ rounded_ratio('(cast(lines.entered_quantity as ' ~ type_whole() ~ ') * lines.unit_numerator)', 'lines.unit_denominator') }}
            as right_amount
    from lines
    where lines.entered_unit_id is not null

    union all

    select
        'document_quantities' as check_name,
        lines.document_id,
        'moved of line ' || lines.id as key,
        lines.quantity as left_amount,
        coalesce(moved.quantity, 0) as right_amount
    from lines
    inner join {{ source('raw', 'item') }} as items on items.id = lines.item_id
    left join moved on moved.document_line_id = lines.id
    where
        lines.document_type in (
            'delivery', 'goods_receipt', 'material_issue', 'output', 'customer_return', 'supplier_return', 'opening_stock', 'scrap'
        )
        and items.kind <> 'service'

    union all

    select
        'document_quantities' as check_name,
        lines.document_id,
        'linked to line ' || lines.id as key,
        lines.quantity as left_amount,
        linked.quantity as right_amount
    from lines
    inner join linked on linked.to_line_id = lines.id

    union all

    select
        'document_quantities' as check_name,
        work_orders.document_id,
        'planned of line ' || lines.id as key,
        lines.quantity as left_amount,
        work_orders.planned_quantity as right_amount
    from {{ source('raw', 'work_order') }} as work_orders
    inner join lines on lines.document_id = work_orders.document_id

    union all

    {% for table, key in [('stock_move', 'move'), ('time_entry', 'time entry'), ('subcontract_cost', 'subcontract cost')] -%}
    select
        'document_dates' as check_name,
        documents.document_id,
        '{{ key }} ' || facts.id as key,
        {{ days_between("date '1970-01-01'", 'documents.effective_date') }} * 100000000000 + documents.recorded_at as left_amount,
        {{ days_between("date '1970-01-01'", 'facts.effective_date') }} * 100000000000 + facts.recorded_at as right_amount
    from {{ source('raw', table) }} as facts
    inner join documents on documents.document_id = facts.document_id
    inner join events on events.document_id = facts.document_id
    -- What is decided or carried later has a day of its own.
    where documents.document_type <> 'inspection' and (documents.document_type <> 'transfer' or events.first_state = 'done')

    union all
    {% endfor %}
    select
        'document_dates' as check_name,
        documents.document_id,
        'link ' || links.id as key,
        {{ days_between("date '1970-01-01'", 'documents.effective_date') }} * 100000000000 + documents.recorded_at as left_amount,
        {{ days_between("date '1970-01-01'", 'links.effective_date') }} * 100000000000 + links.recorded_at as right_amount
    from {{ source('raw', 'line_link') }} as links
    inner join lines on lines.id = links.to_line_id
    inner join documents on documents.document_id = lines.document_id
    where links.link_type not in ('inspection', 'requisition')

    union all

    select
        'document_dates' as check_name,
        documents.document_id,
        'entry ' || entries.id as key,
        {{ days_between("date '1970-01-01'", 'documents.effective_date') }} * 100000000000 + documents.recorded_at as left_amount,
        {{ days_between("date '1970-01-01'", 'entries.entry_date') }} * 100000000000 + entries.recorded_at as right_amount
    from {{ source('raw', 'journal_entry') }} as entries
    inner join documents
        on documents.document_id = entries.document_id
        and documents.document_type = entries.posting

    union all

    select
        'document_dates' as check_name,
        documents.document_id,
        'due date of document ' || documents.document_id as key,
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
        documents.document_id,
        'first event of document ' || documents.document_id as key,
        {{ days_between("date '1970-01-01'", 'documents.effective_date') }} as left_amount,
        {{ days_between("date '1970-01-01'", 'events.first_date') }} as right_amount
    from documents
    inner join events on events.document_id = documents.document_id

    union all

    select
        'document_dates' as check_name,
        documents.document_id,
        'state of document ' || documents.document_id as key,
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
        documents.document_id,
        '{{ amount }} of document ' || documents.document_id as key,
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
        documents.document_id,
        'money of document ' || documents.document_id as key,
        documents.gross_amount as left_amount,
        coalesce(case when documents.document_type = 'customer_payment' then 1 else -1 end * posted.bank_amount, 0) as right_amount
    from documents
    left join posted on posted.document_id = documents.document_id
    where
        documents.document_type in ('customer_payment', 'supplier_payment')
        and documents.state not in ('draft', 'cancelled')
)

select
    compared.check_name,
    documents.company_id,
    compared.key,
    1 as suspicion,
    documents.effective_date,
    documents.document_number,
    cast(coalesce(compared.left_amount, 0) as decimal(28, 6)) as left_amount,
    cast(coalesce(compared.right_amount, 0) as decimal(28, 6)) as right_amount
from compared
inner join documents on documents.document_id = compared.document_id
where compared.left_amount is distinct from compared.right_amount

union all

-- What agrees, counted.
select
    compared.check_name,
    documents.company_id,
    'agreeing' as key,
    2 as suspicion,
    cast(null as date) as effective_date,
    cast(null as varchar) as document_number,
    cast(count(*) as decimal(28, 6)) as left_amount,
    cast(count(*) as decimal(28, 6)) as right_amount
from compared
inner join documents on documents.document_id = compared.document_id
where compared.left_amount is not distinct from compared.right_amount
group by compared.check_name, documents.company_id
