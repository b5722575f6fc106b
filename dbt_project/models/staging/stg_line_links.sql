-- One row per link from a line to the one that follows it up.
select
    line_links.id as line_link_id,
    documents.company_id,
    line_links.from_line_id,
    line_links.to_line_id,

    line_links.link_type,

    {{ quantity('line_links.quantity') }} as quantity,
    {{ amount('line_links.amount') }} as amount,

    line_links.effective_date,
    {{ recorded_time('line_links.recorded_at') }} as recorded_at,

    line_links.quantity as quantity_micro,
    line_links.amount as amount_minor,
    line_links.recorded_at as recorded_at_microseconds
from {{ source('raw', 'line_link') }} as line_links
inner join {{ source('raw', 'document_line') }} as from_lines on from_lines.id = line_links.from_line_id
inner join {{ source('raw', 'document') }} as documents on documents.id = from_lines.document_id
inner join {{ source('raw', 'company') }} as companies on companies.id = documents.company_id
where
    line_links.effective_date <= {{ as_of() }}
