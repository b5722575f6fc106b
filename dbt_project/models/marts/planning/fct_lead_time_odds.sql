-- One row per company, kind and key (item of a supplier, item made, supplier, all): days by half of the time and nine times in ten.
select
    odds.company_id || '-' || odds.kind || '-' || coalesce(cast(odds.supplier_id as varchar), '') || '-'
    || coalesce(cast(odds.item_id as varchar), '') as odds_key,
    odds.company_id,
    odds.kind,
    odds.supplier_id,
    suppliers.partner_code as supplier_code,
    suppliers.partner_name as supplier_name,
    odds.item_id,
    items.item_code,
    items.item_name,
    cast(odds.sample_count as bigint) as sample_count,
    case when odds.estimate_level = 'group' then 'supplier' else odds.estimate_level end as estimate_level,
    cast(odds.estimate_count as bigint) as estimate_count,
    case when odds.item_id is not null then coalesce(prices.lead_time_days, plannings.lead_time_days) end as stated_lead_time_days,
    cast(odds.lead_time_days_p50 as bigint) as lead_time_days_p50,
    cast(odds.lead_time_days_p90 as bigint) as lead_time_days_p90,
    cast(odds.days_late_p50 as bigint) as days_late_p50,
    cast(odds.days_late_p90 as bigint) as days_late_p90,
    cast(runs.level as decimal(9, 4)) as calibrated_level,
    cast(late_runs.level as decimal(9, 4)) as calibrated_late_level,
    cast(runs.calibration_count as bigint) as calibration_count,
    cast(runs.calibration_rate as decimal(9, 4)) as calibration_rate
from {{ engine_table(ref('engine_planning_odds'), 'odds_lead_times') }} as odds
inner join {{ ref('engine_planning_odds') }} as runs
    on runs.company_id = odds.company_id
    and runs.kind = odds.kind
    and runs.measure = 'lead'
inner join {{ ref('engine_planning_odds') }} as late_runs
    on late_runs.company_id = odds.company_id
    and late_runs.kind = odds.kind
    and late_runs.measure = 'late'
left join {{ ref('stg_partners') }} as suppliers on suppliers.partner_id = odds.supplier_id
left join {{ ref('stg_items') }} as items on items.item_id = odds.item_id
left join {{ ref('int_planning_nodes') }} as plannings
    on plannings.company_id = odds.company_id
    and plannings.item_id = odds.item_id
    and plannings.warehouse_id is null
left join (
    select
        in_force.company_id,
        in_force.item_id,
        in_force.supplier_id,
        min(in_force.lead_time_days) as lead_time_days
    from (
        select
            *,
            rank() over (partition by company_id, item_id, supplier_id order by effective_date desc) as place
        from {{ ref('int_planning_supplier_prices') }}
        where effective_date <= {{ as_of() }}
    ) as in_force
    where in_force.place = 1
    group by in_force.company_id, in_force.item_id, in_force.supplier_id
) as prices
    on prices.company_id = odds.company_id
    and prices.item_id = odds.item_id
    and prices.supplier_id = odds.supplier_id
