-- One row per move that took goods out and layer it took them from: a cost walked back to where it came from.
with

slices as (
    select
        cast(cost_slices.issue_entry_id // 2 as bigint) as issue_move_id,
        cast(cost_slices.layer_entry_id // 2 as bigint) as layer_move_id,
        {{ whole_sum('cost_slices.quantity') }} as quantity_micro,
        {% for component in cost_components() -%}
        {{ whole_sum('cost_slices.' ~ component ~ '_amount') }} as {{ component }}_amount_minor,
        {% endfor -%}
        {{ whole_sum('cost_slices.value_amount') }} as value_amount_minor
    from {{ ref('engine_cost_slices') }} as cost_slices
    group by cost_slices.issue_entry_id, cost_slices.layer_entry_id
)

select
    slices.issue_move_id,
    slices.layer_move_id,
    issues.company_id,
    issues.item_id,
    issues.move_type as issue_type,
    issues.effective_date as issue_date,
    issues.document_id as issue_document_id,
    issue_documents.document_number as issue_document_number,
    issues.work_order_id as issue_work_order_id,
    layers.move_type as layer_type,
    layers.effective_date as layer_date,
    layers.document_id as layer_document_id,
    layer_documents.document_number as layer_document_number,
    layers.work_order_id as layer_work_order_id,
    {{ quantity('slices.quantity_micro') }} as quantity,
    {{ amount('slices.value_amount_minor') }} as value_amount,
    {% for component in cost_components() -%}
    {{ amount('slices.' ~ component ~ '_amount_minor') }} as {{ component }}_amount{{ ',' if not loop.last }}
    {% endfor %}
from slices
inner join {{ ref('stg_stock_moves') }} as issues on issues.move_id = slices.issue_move_id
inner join {{ ref('stg_companies') }} as companies on companies.company_id = issues.company_id
left join {{ ref('stg_stock_moves') }} as layers on layers.move_id = slices.layer_move_id
left join {{ ref('stg_documents') }} as issue_documents on issue_documents.document_id = issues.document_id
left join {{ ref('stg_documents') }} as layer_documents on layer_documents.document_id = layers.document_id
