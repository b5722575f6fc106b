-- One row per check and company, from one per span of a layer or of a balance: layers against balances on every day (quantity and value
-- × days), and layers on the last day against layers on hand.
with

pooled_items as (
    select distinct
        laid_layers.company_id,
        laid_layers.item_id
    from {{ ref('engine_laid_layers') }} as laid_layers
    where laid_layers.value_amount is null
),

spans as (
    select
        layers.company_id,
        layers.item_id,
        layers.warehouse_id,
        layers.valid_from,
        cast(layers.quantity as decimal(38, 6)) * ({{ days_between('layers.valid_from', 'layers.valid_to') }} + 1) as quantity_days,
        cast(layers.value_amount as decimal(38, 4)) * ({{ days_between('layers.valid_from', 'layers.valid_to') }} + 1) as value_days,
        true as is_layer
    from {{ ref('fct_stock_layers_daily') }} as layers

    union all

    select
        balances.company_id,
        balances.item_id,
        balances.warehouse_id,
        balances.valid_from,
        cast(balances.quantity as decimal(38, 6)) * ({{ days_between('balances.valid_from', 'balances.valid_to') }} + 1) as quantity_days,
        case when pooled_items.item_id is null
            then cast(balances.value_amount as decimal(38, 4)) * ({{ days_between('balances.valid_from', 'balances.valid_to') }} + 1)
        end as value_days,
        false as is_layer
    from {{ ref('fct_stock_balances_daily') }} as balances
    left join pooled_items
        on pooled_items.company_id = balances.company_id
        and pooled_items.item_id = balances.item_id
),

left_over as (
    select
        layers.company_id,
        layers.item_id,
        layers.warehouse_id,
        layers.layer_move_id,
        layers.is_uncovered,
        layers.quantity,
        true as is_layer
    from {{ ref('fct_stock_layers_daily') }} as layers
    where layers.valid_to = {{ as_of() }}

    union all

    select
        ageing.company_id,
        ageing.item_id,
        ageing.warehouse_id,
        ageing.layer_move_id,
        ageing.is_uncovered,
        ageing.quantity,
        false as is_layer
    from {{ ref('fct_stock_ageing') }} as ageing
),

compared as (
    select
        company_id,
        item_id || '@' || warehouse_id || ' quantity' as key,
        null as layer_move_id,
        quantity_days as compared_amount,
        is_layer
    from spans

    union all

    select
        company_id,
        item_id || '@' || warehouse_id || ' value' as key,
        null as layer_move_id,
        cast(value_days as decimal(38, 6)) as compared_amount,
        is_layer
    from spans

    union all

    select
        company_id,
        item_id || '@' || warehouse_id || '/' || layer_move_id || is_uncovered as key,
        layer_move_id,
        quantity as compared_amount,
        is_layer
    from left_over
),

sides as (
    select
        'stock_layers' as check_name,
        compared.company_id,
        compared.key,
        2 as suspicion,
        moves.effective_date,
        documents.document_number,
        cast(case when compared.is_layer then compared.compared_amount else 0 end as decimal(28, 6)) as left_amount,
        cast(case when compared.is_layer then 0 else compared.compared_amount end as decimal(28, 6)) as right_amount
    from compared
    left join {{ ref('stg_stock_moves') }} as moves on moves.move_id = compared.layer_move_id
    left join {{ ref('stg_documents') }} as documents on documents.document_id = moves.document_id
    where compared.compared_amount is not null
)

{{ judged_sides() }}
