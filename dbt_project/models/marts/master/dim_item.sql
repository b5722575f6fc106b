-- One row per company and item: items are shared, their valuation, cost and planning are the company's own.
with methods as (
    {{ versions_in_force(ref('stg_valuation_methods'), 'company_id, item_id', 'valuation_method_id') }}
),

standard_costs as (
    {{ versions_in_force(ref('stg_standard_costs'), 'company_id, item_id', 'standard_cost_id') }}
),

plannings as (
    {{ versions_in_force(
        '(select * from ' ~ ref('stg_item_plannings') ~ ' where warehouse_id is null)',
        'company_id, item_id', 'item_planning_id',
    ) }}
),

items_with_bom as (
    select distinct item_id
    from {{ ref('stg_boms') }}
    where
        end_date is null
        or end_date >= {{ as_of() }}
),

items_with_routing as (
    select distinct
        company_id,
        item_id
    from {{ ref('int_routings_placed') }}
)

select
    stg_companies.company_id,
    stg_items.item_id,
    stg_items.item_code,
    stg_items.item_name,
    stg_items.category,
    stg_items.kind,
    stg_units.unit_code as unit,
    stg_items.is_blocked,
    methods.method as valuation_method,
    standard_costs.unit_cost as standard_cost,
    plannings.lead_time_days,
    plannings.safety_stock,
    plannings.lot_policy,
    plannings.minimum_quantity,
    plannings.multiple_quantity,
    plannings.preferred_supplier_id,
    items_with_bom.item_id is not null as has_bom,
    items_with_routing.item_id is not null as has_routing,
    stg_items.extra as extra_fields
from {{ ref('stg_items') }} as stg_items
cross join {{ ref('stg_companies') }} as stg_companies
inner join {{ ref('stg_units') }} as stg_units on stg_units.unit_id = stg_items.unit_id
left join methods
    on
        methods.company_id = stg_companies.company_id
        and methods.item_id = stg_items.item_id
left join standard_costs
    on
        standard_costs.company_id = stg_companies.company_id
        and standard_costs.item_id = stg_items.item_id
left join plannings
    on
        plannings.company_id = stg_companies.company_id
        and plannings.item_id = stg_items.item_id
left join items_with_bom on items_with_bom.item_id = stg_items.item_id
left join items_with_routing
    on
        items_with_routing.company_id = stg_companies.company_id
        and items_with_routing.item_id = stg_items.item_id
