-- One row per line of a BOM version that planning may use. Quantities micro; scrap rate: micro share of what is issued that is lost.
select
    bom_lines.bom_line_id,
    bom_lines.bom_id,
    bom_lines.item_id,
    bom_lines.quantity_micro as quantity,
    bom_lines.scrap_rate_micro as scrap_rate
from {{ ref('stg_bom_lines') }} as bom_lines
inner join {{ ref('int_planning_boms') }} as boms on boms.bom_id = bom_lines.bom_id
