-- One row per line of a planned transfer of which something is still to be carried: from where to where, how much (micro),
-- when it leaves and when it arrives.
with carried as (
    select
        moves.document_line_id,
        {{ whole_sum('moves.quantity_micro') }} as quantity_micro
    from {{ ref('stg_stock_moves') }} as moves
    where moves.move_type = 'transfer'
    group by moves.document_line_id
)

select
    document_lines.document_line_id,
    documents.document_id,
    documents.document_number,
    documents.company_id,
    document_lines.item_id,
    documents.warehouse_id as from_warehouse_id,
    document_lines.warehouse_id as to_warehouse_id,
    document_lines.quantity_micro - coalesce(carried.quantity_micro, 0) as open_quantity_micro,
    coalesce(document_lines.promised_date, document_lines.requested_date, documents.effective_date) as leaves_on,
    coalesce(document_lines.requested_date, documents.due_date, documents.effective_date) as arrives_on
from {{ ref('int_documents_dated') }} as documents
inner join {{ ref('stg_document_lines') }} as document_lines on document_lines.document_id = documents.document_id
left join carried on carried.document_line_id = document_lines.document_line_id
where
    documents.document_type = 'transfer'
    and documents.state in ('draft', 'confirmed')
    and document_lines.quantity_micro > coalesce(carried.quantity_micro, 0)
