-- One row per company, item, warehouse and last usable day (null: any): what is usable on the day of the build (stock
-- locations; expired lots are not) and what waits in inspection.
with

ends as (
    select move_id, company_id, item_id, lot_id, to_warehouse_id as warehouse_id, to_kind as kind, quantity_micro
    from {{ ref('int_stock_moves_located') }}
    where to_warehouse_id is not null

    union all

    select move_id, company_id, item_id, lot_id, from_warehouse_id as warehouse_id, from_kind as kind, -quantity_micro as quantity_micro
    from {{ ref('int_stock_moves_located') }}
    where from_warehouse_id is not null
)

select
    ends.company_id,
    ends.item_id,
    ends.warehouse_id,
    lots.expiry_date,
    {{ whole_sum(
        "case when ends.kind = 'stock' and coalesce(lots.expiry_date >= " ~ as_of() ~ ", true) then ends.quantity_micro else 0 end"
    ) }} as usable_quantity_micro,
    {{ whole_sum("case when ends.kind = 'inspection' then ends.quantity_micro else 0 end") }} as inspection_quantity_micro
from ends
left join {{ ref('stg_lots') }} as lots on lots.lot_id = ends.lot_id
group by ends.company_id, ends.item_id, ends.warehouse_id, lots.expiry_date
