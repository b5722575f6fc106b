-- One row per decision of a planner on a suggestion.
select
    decisions.suggestion_decision_id,
    decisions.company_id,
    decisions.suggestion_id,
    decisions.decision,
    decisions.quantity_micro as quantity,
    decisions.due_date,
    decisions.until,
    decisions.reason,
    decisions.recorded_at as decided_at
from {{ ref('stg_suggestion_decisions') }} as decisions
