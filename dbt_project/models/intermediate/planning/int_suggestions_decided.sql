-- One row per suggestion that a planner decided on: the last decision, the document that an approval made of it, and
-- whether anything of that is still to come (of a requisition also what orders took up). Quantities micro.
with

decisions as (
    select
        decided.*,
        row_number() over (
            partition by decided.company_id, decided.suggestion_id
            order by (decided.document_id is not null) desc, decided.recorded_at_microseconds desc, decided.suggestion_decision_id desc
        ) as newest_first
    from {{ ref('stg_suggestion_decisions') }} as decided
),

taken_up as (
    select
        line_links.from_line_id,
        line_links.to_line_id
    from {{ ref('stg_line_links') }} as line_links
    where line_links.link_type = 'requisition'
    group by line_links.from_line_id, line_links.to_line_id
    having {{ whole_sum('line_links.quantity_micro') }} > 0
),

orders as (
    select
        requisition_lines.document_id,
        min(documents.document_number) as document_number,
        {{ whole_sum('coalesce(supplies.quantity, 0)') }} as open_quantity
    from taken_up
    inner join {{ ref('stg_document_lines') }} as requisition_lines
        on requisition_lines.document_line_id = taken_up.from_line_id
    inner join {{ ref('stg_document_lines') }} as order_lines on order_lines.document_line_id = taken_up.to_line_id
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = order_lines.document_id
    left join {{ ref('int_planning_supplies') }} as supplies
        on supplies.kind = 'purchase_order'
        and supplies.supply_id = 'PO:' || taken_up.to_line_id
    group by requisition_lines.document_id
),

supplies as (
    select
        document_id,
        {{ whole_sum('quantity') }} as open_quantity
    from {{ ref('int_planning_supplies') }}
    where kind in ('requisition', 'work_order', 'transfer')
    group by document_id
)

select
    decisions.suggestion_decision_id,
    decisions.company_id,
    decisions.suggestion_id,
    decisions.decision,
    decisions.kind,
    decisions.item_id,
    decisions.warehouse_id,
    case when documents.document_type = 'transfer' then documents.warehouse_id end as from_warehouse_id,
    decisions.supplier_id,
    decisions.quantity_micro,
    decisions.due_date,
    decisions.until,
    decisions.reason,
    decisions.document_id,
    documents.document_type,
    documents.document_number,
    documents.state as document_state,
    orders.document_number as order_document_number,
    users.username,
    decisions.recorded_at,
    case
        when decisions.document_id is null then null
        when documents.state = 'draft' then 'approved'
        when coalesce(supplies.open_quantity, 0) + coalesce(orders.open_quantity, 0) > 0 then 'firm'
        else 'closed'
    end as document_life
from decisions
left join {{ ref('int_documents_dated') }} as documents on documents.document_id = decisions.document_id
left join supplies on supplies.document_id = decisions.document_id
left join orders on orders.document_id = decisions.document_id
left join {{ ref('stg_user_accounts') }} as users on users.user_id = decisions.user_id
where decisions.newest_first = 1
