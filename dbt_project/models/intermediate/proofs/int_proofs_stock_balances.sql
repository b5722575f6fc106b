-- One row per check and company, from one per move end or balance of an item in a location: what the moves say against the balance the
-- writer keeps. All moves, whatever as_of.
with

locations as (
    select location_id, company_id, location_code from {{ ref('stg_locations') }} where kind in ('stock', 'inspection')
),

move_ends as (
    select item_id, to_location_id as location_id, lot_id, quantity, effective_date, document_id
    from {{ source('raw', 'stock_move') }}
    union all
    select item_id, from_location_id as location_id, lot_id, -quantity as quantity, effective_date, document_id
    from {{ source('raw', 'stock_move') }}
),

moved as (
    select
        move_ends.item_id,
        move_ends.location_id,
        coalesce(move_ends.lot_id, 0) as lot_id,
        move_ends.effective_date,
        documents.number as document_number,
        move_ends.quantity as left_amount,
        0 as right_amount
    from move_ends
    left join {{ source('raw', 'document') }} as documents on documents.id = move_ends.document_id
),

kept as (
    select
        balances.item_id,
        balances.location_id,
        balances.lot_id,
        cast(null as date) as effective_date,
        cast(null as varchar) as document_number,
        0 as left_amount,
        balances.quantity as right_amount
    from {{ source('raw', 'stock_balance') }} as balances
),

both_sides as (
    select * from moved
    union all
    select * from kept
),

sides as (
    select
        'stock_balances' as check_name,
        locations.company_id,
        both_sides.item_id || '@' || both_sides.location_id || '/' || both_sides.lot_id as key,
        1 as suspicion,
        both_sides.effective_date,
        both_sides.document_number,
        cast(both_sides.left_amount * 0.000001 as decimal(28, 6)) as left_amount,
        cast(both_sides.right_amount * 0.000001 as decimal(28, 6)) as right_amount
    from both_sides
    inner join locations on locations.location_id = both_sides.location_id
)

{{ judged_sides() }}
