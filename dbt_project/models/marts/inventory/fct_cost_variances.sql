-- One row per difference between what goods of items at standard cost and their standard, by cause: receipt, output, return, count
-- or revaluation × cause × component or work centre.
select
    causes.company_id,
    coalesce('entry-' || causes.entry_id, 'revaluation-' || causes.item_id || '-' || causes.warehouse_id || '-' || causes.effective_date)
    || '-' || causes.cause || '-' || coalesce(causes.cause_item_id, 0) || '-' || coalesce(causes.work_center_id, 0)
        as cost_variance_key,
    moves.move_id,
    moves.move_type,
    moves.document_id,
    documents.document_type,
    documents.document_number,
    causes.work_order_id,
    work_orders.document_number as work_order_number,
    causes.item_id,
    items.item_code,
    items.item_name,
    causes.warehouse_id,
    causes.effective_date,
    coalesce(fiscal_periods.period_code, {{ month_code('causes.effective_date') }}) as period_code,
    causes.cause,
    causes.cause_item_id,
    cause_items.item_code as cause_item_code,
    causes.work_center_id,
    work_centers.work_center_code,
    {{ amount('causes.amount', 'companies.amount_exponent') }} as variance_amount
from {{ ref('engine_variance_causes') }} as causes
inner join {{ ref('stg_companies') }} as companies on companies.company_id = causes.company_id
inner join {{ ref('stg_items') }} as items on items.item_id = causes.item_id
left join {{ ref('stg_stock_moves') }} as moves on moves.move_id = causes.entry_id // 2
left join {{ ref('stg_documents') }} as documents on documents.document_id = moves.document_id
left join {{ ref('stg_documents') }} as work_orders on work_orders.document_id = causes.work_order_id
left join {{ ref('stg_items') }} as cause_items on cause_items.item_id = causes.cause_item_id
left join {{ ref('stg_work_centers') }} as work_centers on work_centers.work_center_id = causes.work_center_id
left join {{ ref('stg_fiscal_periods') }} as fiscal_periods
    on fiscal_periods.company_id = causes.company_id
    and fiscal_periods.start_date <= causes.effective_date
    and fiscal_periods.end_date >= causes.effective_date
