-- One row per outgoing move or slice: value of the move against the layers it took.
{{ config(materialized='view') }}
select
    'cost_slices' as check_name,
    moves.company_id,
    cast(moves.move_id as varchar) as key,
    1 as suspicion,
    moves.effective_date,
    moves.document_number,
    cast(moves.value_amount as decimal(28, 6)) as left_amount,
    cast(0 as decimal(28, 6)) as right_amount
from {{ ref('fct_stock_moves') }} as moves
where
    moves.from_warehouse_id is not null
    and moves.from_warehouse_id is distinct from moves.to_warehouse_id

union all

select
    'cost_slices' as check_name,
    slices.company_id,
    cast(slices.issue_move_id as varchar) as key,
    2 as suspicion,
    slices.issue_date as effective_date,
    slices.issue_document_number as document_number,
    cast(0 as decimal(28, 6)) as left_amount,
    cast(slices.value_amount as decimal(28, 6)) as right_amount
from {{ ref('fct_cost_slices') }} as slices
