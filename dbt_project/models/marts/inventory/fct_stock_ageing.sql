-- One row per item, warehouse and layer that is left of a receipt, output or opening: quantity, value, age.
select
    layers.company_id,
    layers.item_id,
    items.item_code,
    items.item_name,
    layers.warehouse_id,
    warehouses.warehouse_code,
    layers.layer_move_id,
    moves.document_id as layer_document_id,
    documents.document_type as layer_document_type,
    documents.document_number as layer_document_number,
    {{ quantity('layers.quantity_micro') }} as quantity,
    {{ amount('layers.value_amount_minor') }} as value_amount,
    {% for component in cost_components() -%}
    {{ amount('layers.' ~ component ~ '_amount_minor') }} as {{ component }}_amount,
    {% endfor -%}
    layers.received_date,
    layers.age_days,
    layers.age_bucket,
    layers.is_uncovered
from {{ ref('int_cost_layers_aged') }} as layers
inner join {{ ref('stg_companies') }} as companies on companies.company_id = layers.company_id
inner join {{ ref('stg_items') }} as items on items.item_id = layers.item_id
inner join {{ ref('stg_warehouses') }} as warehouses on warehouses.warehouse_id = layers.warehouse_id
left join {{ ref('stg_stock_moves') }} as moves on moves.move_id = layers.layer_move_id
left join {{ ref('stg_documents') }} as documents on documents.document_id = moves.document_id
