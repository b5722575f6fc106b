-- One row per work order with material or work, used or planned: what it cost more than its own plan allows the good output, by cause.
-- Each level (actual, allowed with scrap, allowed, at the prices in force on the day of closing) is rounded once; a cause is the
-- difference of two levels. Minor units, + is more than allowed.
{% set whole = type_whole() -%}
{% set unit_scale = '1000000000000' -%}
{% set hour_scale = '60000000000000' -%}
with

materials as (
    select
        materials.work_order_id,
        materials.issued_amount_minor as actual_minor,
        {% for level in ['issued', 'allowed_with_scrap', 'allowed'] -%}
        {{ rounded_ratio('(cast(materials.' ~ level ~ '_quantity_micro as ' ~ whole ~ ') * materials.unit_cost)', unit_scale) }}
            as {{ level }}_minor{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_work_order_materials') }} as materials
),

operations as (
    select
        operations.work_order_id,
        operations.subcontract_amount_minor,
        operations.subcontract_allowed_minor,
        operations.subcontract_allowed_with_scrap_minor,
        {% for component, worked in [('labour', 'actual'), ('overhead', 'machine')] -%}
        operations.{{ component }}_amount_minor as {{ component }}_actual_minor,
        {% for level, minutes in [('worked', worked), ('allowed_with_scrap', 'allowed_with_scrap'), ('allowed', 'allowed')] -%}
        {{ rounded_ratio(
            '(cast(operations.' ~ minutes ~ '_minutes_micro as ' ~ whole ~ ') * operations.' ~ component ~ '_rate)', hour_scale
        ) }} as {{ component }}_{{ level }}_minor,
        {% endfor -%}
        {% endfor -%}
        operations.company_id
    from {{ ref('int_work_order_operations') }} as operations
),

causes as (
    select
        materials.work_order_id,
        materials.actual_minor - materials.issued_minor as material_price_minor,
        materials.issued_minor - materials.allowed_with_scrap_minor as material_usage_minor,
        0 as labour_rate_minor,
        0 as labour_efficiency_minor,
        0 as overhead_spending_minor,
        0 as overhead_efficiency_minor,
        0 as subcontract_minor,
        materials.allowed_with_scrap_minor - materials.allowed_minor as yield_minor
    from materials

    union all

    select
        operations.work_order_id,
        0 as material_price_minor,
        0 as material_usage_minor,
        operations.labour_actual_minor - operations.labour_worked_minor as labour_rate_minor,
        operations.labour_worked_minor - operations.labour_allowed_with_scrap_minor as labour_efficiency_minor,
        operations.overhead_actual_minor - operations.overhead_worked_minor as overhead_spending_minor,
        operations.overhead_worked_minor - operations.overhead_allowed_with_scrap_minor as overhead_efficiency_minor,
        operations.subcontract_amount_minor - operations.subcontract_allowed_with_scrap_minor as subcontract_minor,
        operations.labour_allowed_with_scrap_minor - operations.labour_allowed_minor
        + operations.overhead_allowed_with_scrap_minor - operations.overhead_allowed_minor
        + operations.subcontract_allowed_with_scrap_minor - operations.subcontract_allowed_minor as yield_minor
    from operations
)

select
    causes.work_order_id,
    {% for cause in variance_causes() -%}
    {{ whole_sum('causes.' ~ cause ~ '_minor') }} as {{ cause }}_minor{{ ',' if not loop.last }}
    {% endfor %}
from causes
group by causes.work_order_id
