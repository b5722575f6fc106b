-- One row per line of a BOM version that planning may use. Quantities micro.
-- A scrap rate is the share of what is issued that is lost (need ÷ (1 − rate)); the plan adds a share to the need,
-- so it becomes rate ÷ (1 − rate).
select
    bom_lines.bom_line_id,
    bom_lines.bom_id,
    bom_lines.item_id,
    bom_lines.quantity_micro as quantity,
    cast(
        {{ rounded_ratio(
            '(cast(bom_lines.scrap_rate_micro as ' ~ type_whole() ~ ') * 1000000)',
            '(1000000 - bom_lines.scrap_rate_micro)',
        ) }}
        as bigint
    ) as scrap_rate
from {{ ref('stg_bom_lines') }} as bom_lines
inner join {{ ref('int_planning_boms') }} as boms on boms.bom_id = bom_lines.bom_id
