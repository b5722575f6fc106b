-- One row per supply that exists and action that the plan asks of it.
select
    messages.company_id,
    messages.action,
    messages.supply_id,
    messages.supply_kind,
    messages.document_number,
    items.item_id,
    items.item_code,
    items.item_name,
    messages.warehouse_id,
    warehouses.warehouse_code,
    messages.from_date,
    messages.to_date,
    {{ quantity('messages.quantity') }} as quantity,
    {{ amount('messages.margin_at_risk') }} as margin_at_risk,
    messages.reason
from {{ engine_table(ref('engine_planning_run'), 'planning_messages') }} as messages
inner join {{ ref('stg_companies') }} as companies on companies.company_id = messages.company_id
inner join {{ ref('stg_items') }} as items on items.item_code = messages.item_id
left join {{ ref('stg_warehouses') }} as warehouses on warehouses.warehouse_id = messages.warehouse_id
order by messages.company_id, messages.action, messages.from_date, messages.supply_id
