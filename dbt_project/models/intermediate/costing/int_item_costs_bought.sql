-- One row per company, item and date from which a bought unit cost is in force; micro company currency per base unit.
-- While an item is at standard it follows its standard cost alone, before the first of them the first. Else its receipts
-- speak; before the first of them purchase orders, before these supplier prices, before these a standard cost,
-- before these what was found with its cost.
{% set facts = [
    'material_cost_micro', 'landed_cost_micro', 'spoken_standard_id', 'standard_cost_micro', 'standard_id', 'is_at_standard'
] -%}
with

ranked as (
    select
        costs.company_id,
        costs.item_id,
        costs.effective_date,
        costs.standard_cost_id,
        costs.material_cost_micro,
        costs.landed_cost_micro,
        -- Since when something better speaks.
        min(costs.effective_date) over (
            partition by costs.company_id, costs.item_id
            order by costs.precedence
            range between unbounded preceding and 1 preceding
        ) as better_since
    from {{ ref('int_item_purchase_costs') }} as costs
),

-- Items that are or were at standard: only they need a second look, day by day.
ever_at_standard as (
    select distinct
        company_id,
        item_id
    from {{ ref('int_valuation_methods') }}
    where method = 'standard'
),

spoken as (
    select
        ranked.company_id,
        ranked.item_id,
        ranked.effective_date,
        ranked.standard_cost_id,
        ranked.material_cost_micro,
        ranked.landed_cost_micro,
        ever_at_standard.item_id is not null as is_ever_at_standard
    from ranked
    left join ever_at_standard
        on ever_at_standard.company_id = ranked.company_id
        and ever_at_standard.item_id = ranked.item_id
    where
        ranked.better_since is null
        or ranked.effective_date < ranked.better_since
),

told as (
    select
        company_id,
        item_id,
        effective_date,
        material_cost_micro,
        landed_cost_micro,
        coalesce(standard_cost_id, 0) as spoken_standard_id,
        cast(null as bigint) as standard_cost_micro,
        cast(null as bigint) as standard_id,
        cast(null as bigint) as is_at_standard
    from spoken
    where is_ever_at_standard

    union all

    select
        standards.company_id,
        standards.item_id,
        standards.effective_date,
        cast(null as bigint) as material_cost_micro,
        cast(null as bigint) as landed_cost_micro,
        cast(null as bigint) as spoken_standard_id,
        standards.material_cost_micro as standard_cost_micro,
        standards.standard_cost_id as standard_id,
        cast(null as bigint) as is_at_standard
    from {{ ref('int_item_purchase_costs') }} as standards
    inner join ever_at_standard
        on ever_at_standard.company_id = standards.company_id
        and ever_at_standard.item_id = standards.item_id
    where standards.precedence = 4

    union all

    select
        methods.company_id,
        methods.item_id,
        methods.in_force_from as effective_date,
        cast(null as bigint) as material_cost_micro,
        cast(null as bigint) as landed_cost_micro,
        cast(null as bigint) as spoken_standard_id,
        cast(null as bigint) as standard_cost_micro,
        cast(null as bigint) as standard_id,
        case when methods.method = 'standard' then 1 else 0 end as is_at_standard
    from {{ ref('int_valuation_methods') }} as methods
    inner join ever_at_standard
        on ever_at_standard.company_id = methods.company_id
        and ever_at_standard.item_id = methods.item_id
),

days as (
    select
        told.company_id,
        told.item_id,
        told.effective_date,
        {% for fact in facts -%}
        max(told.{{ fact }}) as {{ fact }}{{ ',' if not loop.last }}
        {% endfor %}
    from told
    group by told.company_id, told.item_id, told.effective_date
),

in_force as (
    select
        days.company_id,
        days.item_id,
        days.effective_date,
        {% for fact in facts -%}
        last_value(days.{{ fact }} ignore nulls) over (
            partition by days.company_id, days.item_id
            order by days.effective_date
            rows between unbounded preceding and current row
        ) as {{ fact }},
        {% endfor -%}
        {% for fact in ['standard_cost_micro', 'standard_id'] -%}
        first_value(days.{{ fact }} ignore nulls) over (
            partition by days.company_id, days.item_id
            order by days.effective_date
            rows between unbounded preceding and unbounded following
        ) as first_{{ fact }}{{ ',' if not loop.last }}
        {% endfor %}
    from days
),

chosen as (
    select
        company_id,
        item_id,
        effective_date,
        {% set standard = 'case when is_at_standard = 1 then coalesce(standard_cost_micro, first_standard_cost_micro) end' -%}
        coalesce({{ standard }}, material_cost_micro) as material_cost_micro,
        case when {{ standard }} is null then landed_cost_micro else 0 end as landed_cost_micro,
        case when {{ standard }} is null then spoken_standard_id else coalesce(standard_id, first_standard_id) end
            as standard_cost_id
    from in_force
),

costs as (
    select
        spoken.company_id,
        spoken.item_id,
        spoken.effective_date,
        spoken.standard_cost_id,
        spoken.material_cost_micro,
        spoken.landed_cost_micro
    from spoken
    where not spoken.is_ever_at_standard

    union all

    select
        chosen.company_id,
        chosen.item_id,
        chosen.effective_date,
        chosen.standard_cost_id,
        chosen.material_cost_micro,
        cast(chosen.landed_cost_micro as bigint) as landed_cost_micro
    from chosen
    where chosen.material_cost_micro is not null
)

-- A standard cost by the parts that were told, as stock at standard is valued; one whose parts were not told is material.
select
    costs.company_id,
    costs.item_id,
    costs.effective_date,
    coalesce(standard_costs.material_unit_cost_micro, costs.material_cost_micro) as material_cost_micro,
    coalesce(standard_costs.labour_unit_cost_micro, 0) as labour_cost_micro,
    coalesce(standard_costs.overhead_unit_cost_micro, 0) as overhead_cost_micro,
    coalesce(standard_costs.subcontract_unit_cost_micro, 0) as subcontract_cost_micro,
    costs.landed_cost_micro + coalesce(standard_costs.landed_unit_cost_micro, 0) as landed_cost_micro
from costs
left join {{ ref('stg_standard_costs') }} as standard_costs on standard_costs.standard_cost_id = costs.standard_cost_id
