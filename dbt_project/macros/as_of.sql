{# The business date of this build, in the company's time zone. Facts with a later effective_date have not happened yet. #}
{% macro as_of() -%}
    date '{{ var("as_of") }}'
{%- endmacro %}
