-- One row per decision of a planner on a suggestion.
select
    decisions.suggestion_decision_id,
    decisions.company_id,
    decisions.suggestion_id,
    -- Changed and approved at once: the document that it made is the supply now. What waits for another to approve it
    -- stays as it was submitted.
    case
        when decisions.document_id is not null then 'approve'
        when decisions.decision = 'submit' then 'change'
        else decisions.decision
    end as decision,
    decisions.quantity_micro as quantity,
    decisions.due_date,
    decisions.until,
    decisions.reason,
    decisions.recorded_at as decided_at
from {{ ref('stg_suggestion_decisions') }} as decisions
