{# The two sides of an inventory posting: debit one role, credit another, for the same amount (a negative amount turns them).

   relation: a CTE with company_id, effective_date, item_id, sales_order_line_id, document_id, move_id and the amount column.
   Gives one row per side; amount_minor is debit − credit. #}
{% macro settlement_sides(relation, event, debit, credit, amount='amount_minor', debit_line='null', credit_line='null') -%}
    select
        {{ relation }}.company_id,
        {{ relation }}.effective_date,
        '{{ event }}' as settled_event,
        '{{ debit }}' as account_role,
        {{ relation }}.item_id,
        cast({{ debit_line }} as bigint) as sales_order_line_id,
        {{ relation }}.document_id,
        {{ relation }}.move_id,
        {{ relation }}.{{ amount }} as amount_minor
    from {{ relation }}
    where {{ relation }}.{{ amount }} <> 0

    union all

    select
        {{ relation }}.company_id,
        {{ relation }}.effective_date,
        '{{ event }}' as settled_event,
        '{{ credit }}' as account_role,
        {{ relation }}.item_id,
        cast({{ credit_line }} as bigint) as sales_order_line_id,
        {{ relation }}.document_id,
        {{ relation }}.move_id,
        -{{ relation }}.{{ amount }} as amount_minor
    from {{ relation }}
    where {{ relation }}.{{ amount }} <> 0
{%- endmacro %}
