-- One row per change of a document's state.
select
    document_events.id as document_event_id,
    document_events.document_id,
    document_events.user_id,

    document_events.state,

    document_events.effective_date,
    {{ recorded_time('document_events.recorded_at') }} as recorded_at,

    document_events.recorded_at as recorded_at_microseconds
from {{ source('raw', 'document_event') }} as document_events
where
    document_events.effective_date <= {{ as_of() }}
