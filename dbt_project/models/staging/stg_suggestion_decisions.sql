-- One row per decision on a planning suggestion.
select
    suggestion_decisions.id as suggestion_decision_id,
    suggestion_decisions.company_id,
    suggestion_decisions.suggestion_id,
    suggestion_decisions.build_id,
    suggestion_decisions.item_id,
    suggestion_decisions.warehouse_id,
    suggestion_decisions.supplier_id,
    suggestion_decisions.document_id,
    suggestion_decisions.user_id,

    suggestion_decisions.decision,
    suggestion_decisions.kind,
    suggestion_decisions.reason,

    {{ quantity('suggestion_decisions.quantity') }} as quantity,

    suggestion_decisions.due_date,
    suggestion_decisions.until,
    suggestion_decisions.effective_date,
    {{ recorded_time('suggestion_decisions.recorded_at') }} as recorded_at,

    suggestion_decisions.quantity as quantity_micro,
    suggestion_decisions.recorded_at as recorded_at_microseconds
from {{ source('raw', 'suggestion_decision') }} as suggestion_decisions
where
    suggestion_decisions.effective_date <= {{ as_of() }}
