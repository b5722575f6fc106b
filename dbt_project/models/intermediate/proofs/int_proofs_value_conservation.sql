-- One row per check and company, from one per move or stock of an item: value opened + received + made − gone, against the value on
-- hand.
with

sides as (
    select
        'value_conservation' as check_name,
        moves.company_id,
        cast(moves.item_id as varchar) as key,
        1 as suspicion,
        moves.effective_date,
        moves.document_number,
        cast(
            case when moves.to_warehouse_id is not null then moves.value_amount else 0 end
            - case when moves.from_warehouse_id is not null then moves.value_amount else 0 end
            as decimal(28, 6)
        ) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from {{ ref('fct_stock_moves') }} as moves

    union all

    -- A new standard cost changes value without a move.
    select
        'value_conservation' as check_name,
        variances.company_id,
        cast(variances.item_id as varchar) as key,
        2 as suspicion,
        cast(null as date) as effective_date,
        cast(null as varchar) as document_number,
        cast({{ amount('-variances.variance_amount') }} as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from {{ ref('engine_cost_variances') }} as variances
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = variances.company_id
    where variances.rule = 'revaluation'

    union all

    select
        'value_conservation' as check_name,
        ageing.company_id,
        cast(ageing.item_id as varchar) as key,
        2 as suspicion,
        cast(null as date) as effective_date,
        cast(null as varchar) as document_number,
        cast(0 as decimal(28, 6)) as left_amount,
        cast(ageing.value_amount as decimal(28, 6)) as right_amount
    from {{ ref('fct_stock_ageing') }} as ageing
)

{{ judged_sides() }}
