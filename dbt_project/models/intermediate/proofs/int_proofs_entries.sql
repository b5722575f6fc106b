-- One row per check and company, from one per result of costing that another result of it contradicts, and one per kind of result for
-- all that agree: entries against their components, prices, slices and transfers, layers as laid against what was taken of them and is
-- left.
{% set same %}is not distinct from{% endset %}
with

sliced as (
    select
        issue_entry_id,
        sum(quantity) as quantity,
        {% for component in cost_components() -%}
        sum({{ component }}_amount) as {{ component }}_amount,
        {% endfor -%}
        bool_and(value_amount = {{ components_sum() }}) as is_added_up
    from {{ ref('engine_cost_slices') }}
    group by issue_entry_id
),

entries as (
    select
        coalesce(told.company_id, moves.company_id) as company_id,
        coalesce(told.entry_id, valued.entry_id) as entry_id,
        coalesce(told.effective_date, moves.effective_date) as effective_date,
        documents.document_number,
        (
            valued.move_id {{ same }} told.move_id
            and valued.value_amount {{ same }} {{ components_sum('valued.') }}
            and case
                when told.quantity < 0
                    then {{ every_component('valued.?_amount ' ~ same ~ ' -sliced.?_amount') }}
                    and told.quantity {{ same }} -sliced.quantity
                    and sliced.is_added_up
                when told.kind = 'transfer_in'
                    then {{ every_component('valued.?_amount + coalesce(variances.?_amount, 0) ' ~ same ~ ' -gone.?_amount') }}
                -- What a price is known of costs that, as far as it is no variance.
                when told.kind in ('receipt', 'opening') and told.material_amount is not null
                    then valued.material_amount + coalesce(variances.material_amount, 0) {{ same }} told.material_amount
                    and valued.landed_amount + coalesce(variances.landed_amount, 0) {{ same }} coalesce(told.landed_amount, 0)
                else true
            end
        ) as is_same
    from {{ ref('int_costing_entries') }} as told
    full join {{ ref('engine_valued_entries') }} as valued on valued.entry_id = told.entry_id
    left join sliced on sliced.issue_entry_id = told.entry_id
    left join {{ ref('engine_cost_variances') }} as variances on variances.entry_id = told.entry_id
    left join {{ ref('engine_valued_entries') }} as gone
        on gone.entry_id = told.entry_id + 1
        and told.kind = 'transfer_in'
    left join {{ ref('stg_stock_moves') }} as moves on moves.move_id = coalesce(told.move_id, valued.entry_id // 2)
    left join {{ ref('stg_documents') }} as documents on documents.document_id = moves.document_id
),

flows as (
    select
        layer_entry_id,
        quantity as laid_quantity,
        0 as gone_quantity,
        value_amount as laid_amount,
        0 as gone_amount,
        received_date as laid_date,
        cast(null as date) as left_date
    from {{ ref('engine_laid_layers') }}

    union all

    select
        layer_entry_id,
        0 as laid_quantity,
        quantity as gone_quantity,
        0 as laid_amount,
        value_amount as gone_amount,
        cast(null as date) as laid_date,
        cast(null as date) as left_date
    from {{ ref('engine_cost_slices') }}

    union all

    select
        layer_entry_id,
        0 as laid_quantity,
        quantity as gone_quantity,
        0 as laid_amount,
        value_amount as gone_amount,
        cast(null as date) as laid_date,
        received_date as left_date
    from {{ ref('engine_cost_layers') }}
    where not is_uncovered
),

layers as (
    select
        layer_entry_id,
        sum(laid_quantity) as laid_quantity,
        sum(gone_quantity) as gone_quantity,
        -- Where the pool holds the value, layers are quantities.
        case when count(*) = count(laid_amount) then sum(laid_amount) end as laid_amount,
        case when count(*) = count(laid_amount) then sum(gone_amount) end as gone_amount,
        min(laid_date) as laid_date,
        coalesce(min(left_date), min(laid_date)) as first_left_date,
        coalesce(max(left_date), min(laid_date)) as last_left_date
    from flows
    where layer_entry_id is not null
    group by layer_entry_id
),

compared as (
    select
        'entries' as result,
        entries.company_id,
        cast(entries.entry_id as varchar) as key,
        1 as suspicion,
        entries.effective_date,
        entries.document_number,
        entries.is_same
    from entries

    union all

    select
        'layers' as result,
        moves.company_id,
        cast(layers.layer_entry_id as varchar) as key,
        -- Of a slice that stands on a wrong layer, the layer that misses it is the one it is of.
        case when layers.laid_quantity > layers.gone_quantity then 1 else 2 end as suspicion,
        moves.effective_date,
        documents.document_number,
        (
            layers.laid_quantity = layers.gone_quantity
            and layers.laid_amount {{ same }} layers.gone_amount
            and layers.laid_date {{ same }} layers.first_left_date
            and layers.laid_date {{ same }} layers.last_left_date
        ) as is_same
    from layers
    inner join {{ ref('stg_stock_moves') }} as moves on moves.move_id = layers.layer_entry_id // 2
    left join {{ ref('stg_documents') }} as documents on documents.document_id = moves.document_id

    union all

    select
        'layers added up' as result,
        layers.company_id,
        layers.layer_entry_id || '@' || layers.warehouse_id as key,
        1 as suspicion,
        moves.effective_date,
        documents.document_number,
        (
            layers.value_amount = {{ components_sum('layers.') }}
            -- Where lots are pools of their own, goods lie in that of the lot they came in with.
            and (layers.lot_id is null or layers.lot_id = coalesce(told.lot_id, 0))
        ) as is_same
    from {{ ref('engine_cost_layers') }} as layers
    left join {{ ref('int_costing_entries') }} as told on told.entry_id = layers.layer_entry_id
    left join {{ ref('stg_stock_moves') }} as moves on moves.move_id = layers.layer_entry_id // 2
    left join {{ ref('stg_documents') }} as documents on documents.document_id = moves.document_id

    union all

    -- A variance lies on the day of its move and is of its kind; a revaluation lies on the day of a new standard or of a
    -- change to standard.
    select
        'variances' as result,
        variances.company_id,
        coalesce(cast(variances.entry_id as varchar), variances.item_id || '@' || variances.warehouse_id) as key,
        1 as suspicion,
        coalesce(moves.effective_date, variances.effective_date) as effective_date,
        documents.document_number,
        (
            variances.variance_amount = {{ components_sum('variances.') }}
            and case
                when variances.entry_id is null then variances.rule = 'revaluation' and standards.effective_date is not null
                else
                    variances.effective_date {{ same }} moves.effective_date
                    and variances.item_id {{ same }} moves.item_id
                    and case
                        when variances.rule in ('output', 'by_product') then moves.move_type = variances.rule
                        when variances.rule = 'price' then moves.move_type not in ('output', 'by_product')
                        else variances.rule <> 'revaluation'
                    end
            end
        ) as is_same
    from {{ ref('engine_cost_variances') }} as variances
    left join {{ ref('stg_stock_moves') }} as moves on moves.move_id = variances.entry_id // 2
    left join {{ ref('stg_documents') }} as documents on documents.document_id = moves.document_id
    left join (
        select
            company_id,
            item_id,
            effective_date
        from {{ ref('stg_standard_costs') }}

        union

        select
            company_id,
            item_id,
            effective_date
        from {{ ref('int_valuation_methods') }}
        where method = 'standard'
    ) as standards
        on standards.company_id = variances.company_id
        and standards.item_id = variances.item_id
        and standards.effective_date = variances.effective_date

    union all

    select
        'work orders' as result,
        work_orders.company_id,
        cast(work_orders.work_order_id as varchar) as key,
        1 as suspicion,
        documents.effective_date,
        documents.document_number,
        (
            work_orders.value_in = {{ components_sum('work_orders.', '_amount_in') }}
            and work_orders.value_out = {{ components_sum('work_orders.', '_amount_out') }}
            and work_orders.value_in - work_orders.value_out
            = work_orders.wip_amount + work_orders.loss_amount + work_orders.residual_amount
            and work_orders.is_closed {{ same }} plans.is_closed
            and work_orders.item_id {{ same }} plans.item_id
        ) as is_same
    from {{ ref('engine_work_order_costs') }} as work_orders
    left join {{ ref('int_work_orders_closed') }} as plans on plans.work_order_id = work_orders.work_order_id
    left join {{ ref('stg_documents') }} as documents on documents.document_id = work_orders.work_order_id
),

sides as (
    {{ agreeing_rows('costing_entries', 'compared.result', 'compared.suspicion') }}
)

{{ judged_sides() }}
