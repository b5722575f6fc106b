{# The business date of this build, in the company's time zone. Facts with a later effective_date have not happened yet.
   The mark tells it from a date that a model states itself. #}
{% macro as_of() -%}
    date '{{ var("as_of") }}' /* as_of */
{%- endmacro %}
