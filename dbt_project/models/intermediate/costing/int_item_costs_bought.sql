-- One row per company, item and date from which a bought unit cost is in force; micro company currency per base unit.
-- While an item is at standard it follows its standard cost alone, before the first of them the first. Else its receipts
-- speak; before the first of them purchase orders, before these supplier prices, before these a standard cost.
with

ranked as (
    select
        costs.company_id,
        costs.item_id,
        costs.effective_date,
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
        cast(null as bigint) as standard_cost_micro,
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
        standards.material_cost_micro as standard_cost_micro,
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
        cast(null as bigint) as standard_cost_micro,
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
        max(told.material_cost_micro) as material_cost_micro,
        max(told.landed_cost_micro) as landed_cost_micro,
        max(told.standard_cost_micro) as standard_cost_micro,
        max(told.is_at_standard) as is_at_standard
    from told
    group by told.company_id, told.item_id, told.effective_date
),

in_force as (
    select
        days.company_id,
        days.item_id,
        days.effective_date,
        {% for fact in ['material_cost_micro', 'landed_cost_micro', 'standard_cost_micro', 'is_at_standard'] -%}
        last_value(days.{{ fact }} ignore nulls) over (
            partition by days.company_id, days.item_id
            order by days.effective_date
            rows between unbounded preceding and current row
        ) as {{ fact }},
        {% endfor -%}
        first_value(days.standard_cost_micro ignore nulls) over (
            partition by days.company_id, days.item_id
            order by days.effective_date
            rows between unbounded preceding and unbounded following
        ) as first_standard_cost_micro
    from days
),

chosen as (
    select
        company_id,
        item_id,
        effective_date,
        {% set standard = 'case when is_at_standard = 1 then coalesce(standard_cost_micro, first_standard_cost_micro) end' -%}
        coalesce({{ standard }}, material_cost_micro) as material_cost_micro,
        case when {{ standard }} is null then landed_cost_micro else 0 end as landed_cost_micro
    from in_force
)

select
    spoken.company_id,
    spoken.item_id,
    spoken.effective_date,
    spoken.material_cost_micro,
    spoken.landed_cost_micro
from spoken
where not spoken.is_ever_at_standard

union all

select
    chosen.company_id,
    chosen.item_id,
    chosen.effective_date,
    chosen.material_cost_micro,
    cast(chosen.landed_cost_micro as bigint) as landed_cost_micro
from chosen
where chosen.material_cost_micro is not null
