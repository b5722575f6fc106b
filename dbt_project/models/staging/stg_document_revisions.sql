-- One row per amended field of a confirmed order.
select
    document_revisions.id as document_revision_id,
    document_revisions.document_id,
    document_revisions.line_id,
    document_revisions.user_id,

    document_revisions.field,
    document_revisions.old_value,
    document_revisions.new_value,
    document_revisions.reason,

    document_revisions.effective_date,
    {{ recorded_time('document_revisions.recorded_at') }} as recorded_at,

    document_revisions.recorded_at as recorded_at_microseconds
from {{ source('raw', 'document_revision') }} as document_revisions
inner join {{ source('raw', 'document') }} as documents on documents.id = document_revisions.document_id
where
    documents.effective_date <= {{ as_of() }}
