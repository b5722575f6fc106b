-- One row per inspection, beside its document.
select
    inspections.document_id as inspection_id,

    inspections.disposition,

    {{ quantity('inspections.accepted_quantity') }} as accepted_quantity,
    {{ quantity('inspections.rejected_quantity') }} as rejected_quantity,

    inspections.decided_on,

    inspections.accepted_quantity as accepted_quantity_micro,
    inspections.rejected_quantity as rejected_quantity_micro
from {{ source('raw', 'inspection') }} as inspections
inner join {{ source('raw', 'document') }} as documents on documents.id = inspections.document_id
where
    documents.effective_date <= {{ as_of() }}
