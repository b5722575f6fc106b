-- One row per thing the plan could not take at face value: an item without source, a BOM cycle, a decision without ground.
select
    findings.company_id,
    findings.finding,
    items.item_id,
    items.item_code,
    cast(findings.warehouse_id as bigint) as warehouse_id,
    cast(findings.short_date as date) as short_date,
    {{ quantity('findings.short_quantity') }} as short_quantity,
    findings.message
from {{ engine_table(ref('engine_planning_run'), 'planning_findings') }} as findings
left join {{ ref('stg_items') }} as items on items.item_code = findings.item_id
