{# The types of exact numbers. In this folder alone models learn which target they run on. #}
{% macro type_amount() -%} decimal(18, 4) {%- endmacro %}
{% macro type_quantity() -%} decimal(18, 6) {%- endmacro %}
{% macro type_exchange_rate() -%} decimal(18, 9) {%- endmacro %}

{# A whole number wide enough for products of two 64-bit numbers. #}
{% macro type_whole() -%}
    {% if target is defined and target.type == 'spark' %}decimal(38, 0){% else %}hugeint{% endif %}
{%- endmacro %}
