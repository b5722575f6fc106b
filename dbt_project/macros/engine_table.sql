{# A table that a run of an engine left beside its own: dbt knows the run, this names the table and keeps the dependency. #}
{% macro engine_table(run, table) -%}
    {{ run.include(identifier=false) }}.{{ table }}
{%- endmacro %}
