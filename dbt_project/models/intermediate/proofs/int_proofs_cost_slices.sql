-- One row per check and company, from one per outgoing move or slice: value and quantity of the move against the layers it took.
with

sides as (
    {% for figure, key in [('value_amount', ''), ('quantity', "'quantity of ' || ")] -%}
    select
        'cost_slices' as check_name,
        moves.company_id,
        {{ key }}cast(moves.move_id as varchar) as key,
        1 as suspicion,
        moves.effective_date,
        moves.document_number,
        cast(moves.{{ figure }} as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from {{ ref('fct_stock_moves') }} as moves
    where
        moves.from_warehouse_id is not null
        and moves.from_warehouse_id is distinct from moves.to_warehouse_id

    union all

    select
        'cost_slices' as check_name,
        slices.company_id,
        {{ key }}cast(slices.issue_move_id as varchar) as key,
        2 as suspicion,
        slices.issue_date as effective_date,
        slices.issue_document_number as document_number,
        cast(0 as decimal(28, 6)) as left_amount,
        cast(slices.{{ figure }} as decimal(28, 6)) as right_amount
    from {{ ref('fct_cost_slices') }} as slices

    union all

    {% endfor -%}
    -- What went out uncovered says so, at the move and at its slice.
    select
        'cost_slices' as check_name,
        moves.company_id,
        'cover of ' || moves.move_id as key,
        1 as suspicion,
        moves.effective_date,
        moves.document_number,
        cast(case when moves.is_uncovered then 1 else 0 end as decimal(28, 6)) as left_amount,
        cast(
            case
                when exists (
                    select 1
                    from {{ ref('fct_cost_slices') }} as slices
                    where
                        slices.issue_move_id = moves.move_id
                        and slices.layer_move_id is null
                ) then 1
                else 0
            end
            as decimal(28, 6)
        ) as right_amount
    from {{ ref('fct_stock_moves') }} as moves
)

{{ judged_sides() }}
