-- One row per booking of time on a work order or charge of a subcontractor for one: what it cost.
with

costs as (
    select
        time_entries.time_entry_id as work_cost_id,
        time_entries.company_id,
        time_entries.work_order_id,
        'hours' as cost_kind,
        time_entries.document_id,
        time_entries.effective_date,
        time_entries.employee_id,
        time_entries.work_center_id,
        time_entries.minutes_micro,
        time_entries.labour_amount_minor,
        time_entries.overhead_amount_minor,
        cast(0 as bigint) as subcontract_amount_minor
    from {{ ref('int_time_entries_priced') }} as time_entries
    where time_entries.work_order_id is not null

    union all

    select
        subcontract_costs.subcontract_cost_id as work_cost_id,
        subcontract_costs.company_id,
        subcontract_costs.work_order_id,
        'subcontract' as cost_kind,
        subcontract_costs.document_id,
        subcontract_costs.effective_date,
        cast(null as bigint) as employee_id,
        cast(null as bigint) as work_center_id,
        cast(0 as bigint) as minutes_micro,
        cast(0 as bigint) as labour_amount_minor,
        cast(0 as bigint) as overhead_amount_minor,
        subcontract_costs.amount_minor as subcontract_amount_minor
    from {{ ref('stg_subcontract_costs') }} as subcontract_costs
)

select
    costs.work_cost_id,
    costs.company_id,
    costs.work_order_id,
    work_orders.document_number as work_order_number,
    costs.cost_kind,
    costs.document_id,
    documents.document_type,
    documents.document_number,
    costs.effective_date,
    documents.recorded_at,
    costs.employee_id,
    costs.work_center_id,
    {{ quantity('costs.minutes_micro') }} as minutes,
    {{ amount('costs.labour_amount_minor') }} as labour_amount,
    {{ amount('costs.overhead_amount_minor') }} as overhead_amount,
    {{ amount('costs.subcontract_amount_minor') }} as subcontract_amount
from costs
inner join {{ ref('stg_companies') }} as companies on companies.company_id = costs.company_id
inner join {{ ref('stg_documents') }} as documents on documents.document_id = costs.document_id
inner join {{ ref('stg_documents') }} as work_orders on work_orders.document_id = costs.work_order_id
