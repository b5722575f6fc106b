{# Class of an open invoice or bill by the days it is overdue (0: not due yet). #}
{% macro overdue_bucket(days_overdue) -%}
    case
        when {{ days_overdue }} <= 0 then 'not due'
        when {{ days_overdue }} <= 30 then '1-30'
        when {{ days_overdue }} <= 60 then '31-60'
        when {{ days_overdue }} <= 90 then '61-90'
        else '>90'
    end
{%- endmacro %}
