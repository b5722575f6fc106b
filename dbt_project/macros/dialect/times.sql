{# Dates and times, where the targets speak differently. #}

{% macro timestamp_of_microseconds(microseconds) -%}
    {{ return(adapter.dispatch('timestamp_of_microseconds', 'bihuan')(microseconds)) }}
{%- endmacro %}
{% macro default__timestamp_of_microseconds(microseconds) -%} make_timestamp({{ microseconds }}) {%- endmacro %}
{% macro spark__timestamp_of_microseconds(microseconds) -%} timestamp_micros({{ microseconds }}) {%- endmacro %}

{# Whole days from the first date to the second. #}
{% macro days_between(first_date, second_date) -%}
    {{ return(adapter.dispatch('days_between', 'bihuan')(first_date, second_date)) }}
{%- endmacro %}
{% macro default__days_between(first_date, second_date) -%} cast(({{ second_date }}) - ({{ first_date }}) as bigint) {%- endmacro %}
{% macro spark__days_between(first_date, second_date) -%} cast(datediff({{ second_date }}, {{ first_date }}) as bigint) {%- endmacro %}

{# ISO weekday of a date: 1 = Monday … 7 = Sunday. #}
{% macro iso_weekday(date) -%}
    {{ return(adapter.dispatch('iso_weekday', 'bihuan')(date)) }}
{%- endmacro %}
{% macro default__iso_weekday(date) -%} cast(isodow({{ date }}) as bigint) {%- endmacro %}
{% macro spark__iso_weekday(date) -%} cast(weekday({{ date }}) + 1 as bigint) {%- endmacro %}

{# Code of the calendar month of a date, as fiscal periods are named: 2012-06. #}
{% macro month_code(date) -%}
    {{ return(adapter.dispatch('month_code', 'bihuan')(date)) }}
{%- endmacro %}
{% macro default__month_code(date) -%} strftime({{ date }}, '%Y-%m') {%- endmacro %}
{% macro spark__month_code(date) -%} date_format({{ date }}, 'yyyy-MM') {%- endmacro %}
