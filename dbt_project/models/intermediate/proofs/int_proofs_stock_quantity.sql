-- One row per check and company, from one per move or stock of an item: opening + received + converted − out, against what is on hand.
with

sides as (
    select
        'stock_quantity' as check_name,
        moves.company_id,
        cast(moves.item_id as varchar) as key,
        1 as suspicion,
        moves.effective_date,
        moves.document_number,
        cast(
            case when moves.to_warehouse_id is not null then moves.quantity else 0 end
            - case when moves.from_warehouse_id is not null then moves.quantity else 0 end
            as decimal(28, 6)
        ) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from {{ ref('fct_stock_moves') }} as moves

    union all

    select
        'stock_quantity' as check_name,
        ageing.company_id,
        cast(ageing.item_id as varchar) as key,
        2 as suspicion,
        cast(null as date) as effective_date,
        cast(null as varchar) as document_number,
        cast(0 as decimal(28, 6)) as left_amount,
        cast(ageing.quantity as decimal(28, 6)) as right_amount
    from {{ ref('fct_stock_ageing') }} as ageing

    union all

    -- A layer lies there since its goods came, or since when opening stock says.
    select
        'stock_quantity' as check_name,
        ageing.company_id,
        'day of layer ' || ageing.layer_move_id || '@' || ageing.warehouse_id as key,
        1 as suspicion,
        moves.effective_date,
        ageing.layer_document_number as document_number,
        cast({{ days_between("date '1970-01-01'", 'ageing.received_date') }} as decimal(28, 6)) as left_amount,
        cast({{ days_between("date '1970-01-01'", 'coalesce(moves.received_date, moves.effective_date)') }} as decimal(28, 6))
            as right_amount
    from {{ ref('fct_stock_ageing') }} as ageing
    inner join {{ ref('stg_stock_moves') }} as moves on moves.move_id = ageing.layer_move_id
    where
        moves.move_type in ('opening', 'receipt', 'output')
        and ageing.received_date <> coalesce(moves.received_date, moves.effective_date)
)

{{ judged_sides() }}
