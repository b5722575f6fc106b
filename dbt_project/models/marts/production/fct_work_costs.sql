-- One row per booking of time on a work order: its minutes and what they cost.
select
    time_entries.time_entry_id as work_cost_id,
    time_entries.company_id,
    time_entries.work_order_id,
    work_orders.document_number as work_order_number,
    time_entries.document_id,
    documents.document_type,
    documents.document_number,
    time_entries.effective_date,
    documents.recorded_at,
    time_entries.employee_id,
    time_entries.work_center_id,
    {{ quantity('time_entries.minutes_micro') }} as minutes,
    {{ amount('time_entries.labour_amount_minor') }} as labour_amount,
    {{ amount('time_entries.overhead_amount_minor') }} as overhead_amount
from {{ ref('int_time_entries_priced') }} as time_entries
inner join {{ ref('stg_companies') }} as companies on companies.company_id = time_entries.company_id
inner join {{ ref('stg_documents') }} as documents on documents.document_id = time_entries.document_id
inner join {{ ref('stg_documents') }} as work_orders on work_orders.document_id = time_entries.work_order_id
