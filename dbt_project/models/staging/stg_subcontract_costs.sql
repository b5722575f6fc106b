-- One row per charge of a subcontractor for a work order: bills positive, debit notes negative.
select
    subcontract_costs.id as subcontract_cost_id,
    subcontract_costs.company_id,
    subcontract_costs.document_id,
    subcontract_costs.document_line_id,
    subcontract_costs.work_order_id,
    subcontract_costs.partner_id as subcontractor_id,

    subcontract_costs.sequence,
    {{ amount('subcontract_costs.amount') }} as amount,

    subcontract_costs.effective_date,
    {{ recorded_time('subcontract_costs.recorded_at') }} as recorded_at,

    subcontract_costs.amount as amount_minor,
    subcontract_costs.recorded_at as recorded_at_microseconds
from {{ source('raw', 'subcontract_cost') }} as subcontract_costs
inner join {{ source('raw', 'company') }} as companies on companies.id = subcontract_costs.company_id
where
    subcontract_costs.effective_date <= {{ as_of() }}
