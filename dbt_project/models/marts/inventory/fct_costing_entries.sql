-- One row per stock move and end in a warehouse: what costing was told of it and which value it decided, by component.
select
    entries.entry_id,
    entries.move_id,
    entries.company_id,
    entries.item_id,
    entries.lot_id,
    entries.warehouse_id,
    entries.effective_date,
    entries.received_date,
    entries.recorded_at,
    entries.kind,
    entries.work_order_id,
    entries.origin_entry_id,
    {{ quantity('entries.cost_share') }} as cost_share,
    {{ quantity('entries.quantity') }} as quantity,
    {% for component in ['material', 'landed'] -%}
    {{ amount('entries.' ~ component ~ '_amount') }} as given_{{ component }}_amount,
    {% endfor -%}
    {% for component in cost_components() -%}
    {{ amount('entries.estimated_' ~ component ~ '_amount') }} as estimated_{{ component }}_amount,
    {% endfor -%}
    {% for component in cost_components() -%}
    {{ amount('values_moved.' ~ component ~ '_amount') }} as {{ component }}_amount,
    {% endfor -%}
    {% for component in cost_components() -%}
    {{ amount('coalesce(variances.' ~ component ~ '_amount, 0)') }} as {{ component }}_variance_amount,
    {% endfor -%}
    values_moved.is_estimated,
    values_moved.is_uncovered
from {{ ref('int_costing_entries') }} as entries
inner join {{ ref('engine_valued_entries') }} as values_moved on values_moved.entry_id = entries.entry_id
inner join {{ ref('stg_companies') }} as companies on companies.company_id = entries.company_id
left join {{ ref('engine_cost_variances') }} as variances on variances.entry_id = entries.entry_id
