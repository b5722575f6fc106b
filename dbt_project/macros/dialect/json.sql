{# JSON that the system of record keeps as text. #}

{# A member of a JSON object, as text; null where it is missing or null. #}
{% macro json_text(object, member) -%}
    {% if target is defined and target.type == 'spark' -%}
    get_json_object({{ object }}, '$.{{ member }}')
    {%- else -%}
    json_extract_string({{ object }}, '$.{{ member }}')
    {%- endif %}
{%- endmacro %}

{# The members of a JSON array one by one, for a select list: columns `line` (JSON) and `line_number` (from 1). Without that
   array the object itself is the only line. #}
{% macro json_lines(object, member) -%}
    {% if target is defined and target.type == 'spark' -%}
    posexplode(coalesce(from_json(get_json_object({{ object }}, '$.{{ member }}'), 'array<string>'), array({{ object }}))) as (line_index, line),
    line_index + 1 as line_number
    {%- else -%}
    unnest(coalesce(cast(nullif(json_extract({{ object }}, '$.{{ member }}'), 'null') as json[]), [cast({{ object }} as json)])) as line,
    unnest(range(1, coalesce(cast(json_array_length({{ object }}, '$.{{ member }}') as bigint), 1) + 1)) as line_number
    {%- endif %}
{%- endmacro %}

{# A member that is a number, in whole millionths (micro). #}
{% macro json_micro(object, member) -%}
    cast(cast({{ json_text(object, member) }} as decimal(28, 6)) * 1000000 as bigint)
{%- endmacro %}
