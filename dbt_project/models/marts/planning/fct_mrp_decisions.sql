-- One row per decision of a planner on a suggestion, with the document that came of it and what became of that.
select
    decisions.suggestion_decision_id,
    decisions.company_id,
    decisions.suggestion_id,
    decisions.build_id,
    decisions.decision,
    decisions.kind,
    decisions.item_id,
    items.item_code,
    items.item_name,
    decisions.warehouse_id,
    warehouses.warehouse_code,
    decisions.supplier_id,
    suppliers.partner_code as supplier_code,
    decisions.quantity,
    decisions.due_date,
    decisions.until as snoozed_until,
    decisions.reason,
    decisions.document_id,
    documents.document_type,
    documents.document_number,
    documents.state as document_state,
    users.username,
    decisions.effective_date,
    decisions.recorded_at
from {{ ref('stg_suggestion_decisions') }} as decisions
left join {{ ref('stg_items') }} as items on items.item_id = decisions.item_id
left join {{ ref('stg_warehouses') }} as warehouses on warehouses.warehouse_id = decisions.warehouse_id
left join {{ ref('stg_partners') }} as suppliers on suppliers.partner_id = decisions.supplier_id
left join {{ ref('int_documents_dated') }} as documents on documents.document_id = decisions.document_id
left join {{ ref('stg_user_accounts') }} as users on users.user_id = decisions.user_id
order by decisions.suggestion_decision_id
