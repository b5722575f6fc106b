{# How DuckDB stores a model: in one statement that replaces what was there, in one transaction. A build is the file of one
   writer, nobody reads it meanwhile, so no table needs to be made aside, renamed and dropped; that took most of a refresh.
   Contracts, with their types and constraints, are held as dbt's own materializations hold them. #}

{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set stored = this.incorporate(type='table') -%}
    {%- do replaced_kind(stored) -%}
    {%- if model['language'] == 'python' -%}
        {%- call statement('main', language='python') -%}{{ stored_by_python(stored, compiled_code) }}{%- endcall -%}
    {%- else -%}
        {%- set sql -%}
            {%- if config.get('contract').enforced -%}
                {{ get_assert_columns_equivalent(compiled_code) }}
                create or replace table {{ stored }} {{ get_table_columns_and_constraints() }};
                insert into {{ stored }} {{ get_column_names() }} ({{ get_select_subquery(compiled_code) }});
            {%- else -%}
                create or replace table {{ stored }} as ({{ compiled_code }});
            {%- endif -%}
        {%- endset -%}
        {%- do stored_by(sql) -%}
    {%- endif -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [stored]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set stored = this.incorporate(type='view') -%}
    {%- do replaced_kind(stored) -%}
    {%- set sql = 'create or replace view ' ~ stored ~ ' as (' ~ compiled_code ~ ')' -%}
    {%- do stored_by(sql) -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [stored]}) }}
{% endmaterialization %}

{# The message of the run is the text, so that whoever runs dbt can run it again as it is. #}
{% macro stored_by(sql) -%}
    {%- do adapter.add_query(sql, auto_begin=True) -%}
    {%- do store_result('main', response=sql) -%}
{%- endmacro %}

{# A view cannot replace a table, nor a table a view: what was stored as the other kind goes first. #}
{% macro replaced_kind(stored) -%}
    {%- set before = load_cached_relation(stored) -%}
    {%- if before is not none and before.type != stored.type -%}
        {%- do adapter.drop_relation(before) -%}
    {%- endif -%}
{%- endmacro %}

{# The model's own code, followed by what stores the frame it returns. #}
{% macro stored_by_python(stored, compiled_code) -%}
{{ compiled_code }}

def materialize(df, con):
    con.register("frame_of_model", df)
    con.execute("create or replace table {{ stored | replace('"', '\\"') }} as select * from frame_of_model")
    con.unregister("frame_of_model")
{%- endmacro %}
