{# Dates and times, where the targets speak differently. #}

{% macro timestamp_of_microseconds(microseconds) -%}
    {% if target is defined and target.type == 'spark' %}timestamp_micros{% else %}make_timestamp{% endif %}({{ microseconds }})
{%- endmacro %}

{# Whole days from the first date to the second. #}
{% macro days_between(first_date, second_date) -%}
    {% if target is defined and target.type == 'spark' -%}
    cast(datediff({{ second_date }}, {{ first_date }}) as bigint)
    {%- else -%}
    cast(({{ second_date }}) - ({{ first_date }}) as bigint)
    {%- endif %}
{%- endmacro %}

{# ISO weekday of a date: 1 = Monday … 7 = Sunday. #}
{% macro iso_weekday(date) -%}
    {% if target is defined and target.type == 'spark' -%}
    cast(weekday({{ date }}) + 1 as bigint)
    {%- else -%}
    cast(isodow({{ date }}) as bigint)
    {%- endif %}
{%- endmacro %}

{# Code of the calendar month of a date, as fiscal periods are named: 2012-06. #}
{% macro month_code(date) -%}
    {% if target is defined and target.type == 'spark' -%}
    date_format({{ date }}, 'yyyy-MM')
    {%- else -%}
    strftime({{ date }}, '%Y-%m')
    {%- endif %}
{%- endmacro %}

{# Relation `dates` with every date from the first to the last, both included, as column calendar_date. #}
{% macro every_date(first_date, last_date) -%}
    {% if target is defined and target.type == 'spark' -%}
    select explode(sequence({{ first_date }}, {{ last_date }})) as calendar_date
    {%- else -%}
    select cast(unnest(generate_series({{ first_date }}, {{ last_date }}, interval 1 day)) as date) as calendar_date
    {%- endif %}
{%- endmacro %}
