-- One row per BOM version that planning may use and what it takes or brings beside; one row for a version with neither.
with parts as (
    select
        bom_lines.bom_id,
        'component' as part_kind,
        bom_lines.bom_line_id as part_id,
        bom_lines.item_id,
        bom_lines.quantity as quantity_micro,
        bom_lines.scrap_rate as scrap_rate_micro
    from {{ ref('int_planning_bom_lines') }} as bom_lines

    union all

    select
        by_products.bom_id,
        'by_product' as part_kind,
        by_products.bom_by_product_id as part_id,
        by_products.item_id,
        by_products.quantity_micro,
        cast(null as bigint) as scrap_rate_micro
    from {{ ref('stg_bom_by_products') }} as by_products
)

select
    boms.bom_id,
    boms.item_id as made_item_id,
    made_items.item_code as made_item_code,
    boms.alternate,
    boms.effective_date,
    boms.end_date,
    {{ quantity('boms.output_quantity') }} as output_quantity,
    coalesce(boms.is_phantom, false) as is_phantom,
    {{ quantity('boms.yield_rate') }} as yield_rate,
    coalesce(parts.part_kind, 'none') as part_kind,
    parts.part_id,
    parts.item_id,
    part_items.item_code,
    {{ quantity('parts.quantity_micro') }} as quantity,
    {{ quantity('parts.scrap_rate_micro') }} as scrap_rate
from {{ ref('int_planning_boms') }} as boms
inner join {{ ref('stg_items') }} as made_items on made_items.item_id = boms.item_id
left join parts on parts.bom_id = boms.bom_id
left join {{ ref('stg_items') }} as part_items on part_items.item_id = parts.item_id
