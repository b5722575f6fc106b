-- One row per change of a document's state.
select
    events.document_event_id,
    documents.company_id,
    events.document_id,
    events.state as status,
    events.effective_date,
    events.recorded_at,
    users.display_name as recorded_by
from {{ ref('stg_document_events') }} as events
inner join {{ ref('stg_documents') }} as documents on documents.document_id = events.document_id
left join {{ ref('stg_user_accounts') }} as users on users.user_id = events.user_id
