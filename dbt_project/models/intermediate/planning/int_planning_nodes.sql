-- One row per company, item and warehouse that is planned (wherever it is in stock, needed, on its way, or a component of
-- such an item), and one without a warehouse per company and item: its parameters where it is not planned yet.
with recursive

{{ main_warehouses() }},

parameters as (
    {{ versions_in_force(ref('stg_item_plannings'), 'company_id, item_id, warehouse_id', 'item_planning_id') }}
),

used as (
    select company_id, item_id, warehouse_id from {{ ref('int_planning_stock') }}
    union
    select company_id, item_id, warehouse_id from {{ ref('int_planning_demands') }}
    union
    select company_id, item_id, warehouse_id from {{ ref('int_planning_supplies') }}
    union
    select company_id, item_id, warehouse_id from parameters where warehouse_id is not null
),

-- An item that is nowhere yet is planned in the company's first warehouse when it has a safety stock to build up.
wanted as (
    select
        parameters.company_id,
        parameters.item_id,
        main_warehouses.warehouse_id
    from parameters
    inner join main_warehouses on main_warehouses.company_id = parameters.company_id
    left join used
        on used.company_id = parameters.company_id
        and used.item_id = parameters.item_id
    where
        parameters.warehouse_id is null
        and parameters.safety_stock_micro > 0
        and used.item_id is null
),

ways as (
    select 'component' as way
    union all
    select 'route' as way
),

arcs as (
    select distinct
        boms.item_id as parent_item_id,
        bom_lines.item_id
    from {{ ref('int_planning_boms') }} as boms
    inner join {{ ref('stg_bom_lines') }} as bom_lines on bom_lines.bom_id = boms.bom_id
),

-- From an item in a warehouse down to its components there, and back along the routes to where it is supplied from.
reached as (
    select company_id, item_id, warehouse_id from used
    union
    select company_id, item_id, warehouse_id from wanted
    union
    select
        steps.company_id,
        steps.item_id,
        steps.warehouse_id
    from (
        select
            reached.company_id,
            coalesce(arcs.item_id, reached.item_id) as item_id,
            coalesce(routes.from_warehouse_id, reached.warehouse_id) as warehouse_id
        from reached
        inner join ways on true
        left join arcs
            on ways.way = 'component'
            and arcs.parent_item_id = reached.item_id
        left join {{ ref('int_planning_routes') }} as routes
            on ways.way = 'route'
            and routes.company_id = reached.company_id
            and routes.to_warehouse_id = reached.warehouse_id
            and coalesce(routes.item_id, reached.item_id) = reached.item_id
        where arcs.item_id is not null or routes.from_warehouse_id is not null
    ) as steps
),

routing_times as (
    select
        company_id,
        item_id,
        {{ whole_sum('setup_days_nano') }} as setup_days_nano,
        {{ whole_sum('run_days_nano') }} as run_days_nano
    from {{ ref('int_planning_operations') }}
    group by company_id, item_id
),

nodes as (
    select company_id, item_id, warehouse_id from reached
    union all
    select
        companies.company_id,
        items.item_id,
        cast(null as bigint) as warehouse_id
    from {{ ref('stg_companies') }} as companies
    cross join {{ ref('stg_items') }} as items
)

select
    nodes.company_id,
    nodes.item_id,
    nodes.warehouse_id,
    items.item_code,
    items.kind,
    coalesce(own.lead_time_days, general.lead_time_days, 0) as lead_time_days,
    -- A lead time that the item states stands for its routing.
    case when coalesce(own.lead_time_days, general.lead_time_days, 0) = 0 then routing_times.setup_days_nano end as setup_days_nano,
    case when coalesce(own.lead_time_days, general.lead_time_days, 0) = 0 then routing_times.run_days_nano end as run_days_nano,
    coalesce(own.safety_stock_micro, general.safety_stock_micro, 0) as safety_stock,
    coalesce(own.lot_policy, general.lot_policy, 'lot_for_lot') as lot_policy,
    coalesce(own.minimum_quantity_micro, general.minimum_quantity_micro, 0) as minimum_quantity,
    coalesce(own.multiple_quantity_micro, general.multiple_quantity_micro, 0) as multiple_quantity,
    coalesce(own.maximum_quantity_micro, general.maximum_quantity_micro) as maximum_quantity,
    coalesce(own.period_days, general.period_days) as period_days,
    coalesce(own.target_quantity_micro, general.target_quantity_micro) as target_quantity,
    coalesce(own.order_cost_micro, general.order_cost_micro) as order_cost,
    coalesce(own.holding_cost_micro, general.holding_cost_micro) as holding_cost,
    coalesce(own.tolerance_days, general.tolerance_days) as tolerance_days,
    coalesce(own.frozen_days, general.frozen_days) as frozen_days,
    coalesce(own.release_fence_days, general.release_fence_days) as release_fence_days,
    coalesce(own.preferred_supplier_id, general.preferred_supplier_id) as preferred_supplier_id,
    item_costs.unit_cost_micro as unit_cost,
    companies.amount_exponent
from nodes
inner join {{ ref('stg_items') }} as items on items.item_id = nodes.item_id
inner join {{ ref('stg_companies') }} as companies on companies.company_id = nodes.company_id
left join parameters as own
    on own.company_id = nodes.company_id
    and own.item_id = nodes.item_id
    and own.warehouse_id = nodes.warehouse_id
left join parameters as general
    on general.company_id = nodes.company_id
    and general.item_id = nodes.item_id
    and general.warehouse_id is null
left join routing_times
    on routing_times.company_id = nodes.company_id
    and routing_times.item_id = nodes.item_id
left join {{ ref('int_item_costs_in_force') }} as item_costs
    on item_costs.company_id = nodes.company_id
    and item_costs.item_id = nodes.item_id
where
    items.kind in ('bought', 'made')
    and not items.is_blocked
