-- One row per line of a BOM version.
select
    bom_lines.id as bom_line_id,
    bom_lines.bom_id,
    bom_lines.item_id,

    bom_lines.line_number,
    {{ quantity('bom_lines.quantity') }} as quantity,
    {{ quantity('bom_lines.scrap_rate') }} as scrap_rate,

    bom_lines.quantity as quantity_micro,
    bom_lines.scrap_rate as scrap_rate_micro
from {{ source('raw', 'bom_line') }} as bom_lines
