{# The types of exact numbers, the same on every target. #}
{% macro type_amount() -%} decimal(18, 4) {%- endmacro %}
{% macro type_quantity() -%} decimal(18, 6) {%- endmacro %}
{% macro type_exchange_rate() -%} decimal(18, 9) {%- endmacro %}

{# A whole number wide enough for products of two 64-bit numbers. #}
{% macro type_whole() -%} {{ return(adapter.dispatch('type_whole', 'bihuan')()) }} {%- endmacro %}
{% macro default__type_whole() -%} hugeint {%- endmacro %}
{% macro spark__type_whole() -%} decimal(38, 0) {%- endmacro %}
