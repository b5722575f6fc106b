{# The CTE main_warehouses: each company's first warehouse, which serves what names none. #}
{% macro main_warehouses() -%}
main_warehouses as (
    select
        warehouses.company_id,
        min(warehouses.warehouse_id) as warehouse_id
    from {{ ref('stg_warehouses') }} as warehouses
    group by warehouses.company_id
)
{%- endmacro %}
