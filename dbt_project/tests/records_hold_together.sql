-- No record of the system of record stands without the one it belongs to. One row per record that does.
{{ config(tags=['gate']) }}
{% set belongings = [
    ('document', 'company_id', 'company'), ('document_line', 'document_id', 'document'), ('document_event', 'document_id', 'document'),
    ('line_link', 'from_line_id', 'document_line'), ('line_link', 'to_line_id', 'document_line'),
    ('stock_move', 'document_id', 'document'), ('stock_move', 'document_line_id', 'document_line'), ('stock_move', 'item_id', 'item'),
    ('stock_move', 'from_location_id', 'location'), ('stock_move', 'to_location_id', 'location'),
    ('stock_move', 'origin_move_id', 'stock_move'), ('stock_move', 'work_order_id', 'work_order.document_id'),
    ('journal_entry', 'document_id', 'document'), ('journal_entry', 'period_id', 'fiscal_period'),
    ('journal_line', 'entry_id', 'journal_entry'), ('journal_line', 'account_id', 'account'),
    ('payment_allocation', 'payment_id', 'document'), ('payment_allocation', 'invoice_id', 'document'),
    ('time_entry', 'document_id', 'document'), ('time_entry', 'work_order_id', 'work_order.document_id'),
    ('time_entry', 'origin_entry_id', 'time_entry'),
    ('subcontract_cost', 'document_line_id', 'document_line'), ('subcontract_cost', 'work_order_id', 'work_order.document_id'),
    ('work_order', 'document_id', 'document'), ('document', 'origin_document_id', 'document'),
] -%}
{% for table, column, target in belongings -%}
select
    '{{ table }}.{{ column }}' as record,
    records.id
from {{ source('raw', table) }} as records
where
    records.{{ column }} is not null
    and not exists (
        select 1
        from {{ source('raw', target.split('.')[0]) }} as targets
        where targets.{{ target.split('.')[1] if '.' in target else 'id' }} = records.{{ column }}
    )

union all

{% endfor -%}
-- Documents that need a record beside them, lines or times.
select
    'work_order' as record,
    documents.id
from {{ source('raw', 'document') }} as documents
where
    documents.document_type = 'work_order'
    and not exists (select 1 from {{ source('raw', 'work_order') }} as targets where targets.document_id = documents.id)

union all

select
    'document_line' as record,
    documents.id
from {{ source('raw', 'document') }} as documents
where
    documents.document_type not in ('customer_payment', 'supplier_payment', 'time_booking', 'credit_note', 'transfer')
    and documents.state not in ('draft', 'cancelled')
    and not exists (select 1 from {{ source('raw', 'document_line') }} as targets where targets.document_id = documents.id)
