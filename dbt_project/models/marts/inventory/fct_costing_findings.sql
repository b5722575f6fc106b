-- One row per thing the costing engine could not take at face value: uncovered stock, an inflow without price, a loop without end.
select
    coalesce(moves.company_id, work_orders.company_id) as company_id,
    findings.rule,
    moves.move_id,
    moves.item_id,
    items.item_code,
    moves.effective_date,
    findings.work_order_id,
    coalesce(documents.document_id, work_orders.work_order_id) as document_id,
    coalesce(documents.document_number, work_orders.document_number) as document_number,
    {{ quantity('findings.quantity') }} as quantity,
    {{ amount('findings.amount') }} as value_amount
from {{ ref('engine_costing_findings') }} as findings
left join {{ ref('stg_stock_moves') }} as moves on moves.move_id = findings.entry_id // 2
left join {{ ref('stg_items') }} as items on items.item_id = moves.item_id
left join {{ ref('stg_documents') }} as documents on documents.document_id = moves.document_id
left join {{ ref('int_work_orders_closed') }} as work_orders on work_orders.work_order_id = findings.work_order_id
left join {{ ref('stg_companies') }} as companies on companies.company_id = coalesce(moves.company_id, work_orders.company_id)
