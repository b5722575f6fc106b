{# Division that never meets a float. DuckDB: 1 / 0 is inf and decimal / decimal is a double, so `//` on whole numbers. #}

{# Whole dividend ÷ whole divisor > 0, half-even. DuckDB's `//` truncates towards zero: round the absolute value. #}
{% macro whole_ratio(dividend, divisor) -%}
    {% if target is defined and target.type == 'spark' -%}
    bround(cast({{ dividend }} as decimal(38, 0)) / ({{ divisor }}), 0)
    {%- else -%}
    (
        sign({{ dividend }})
        * (
            abs({{ dividend }}) // ({{ divisor }})
            + case
                when 2 * (abs({{ dividend }}) % ({{ divisor }})) > ({{ divisor }}) then 1
                when 2 * (abs({{ dividend }}) % ({{ divisor }})) = ({{ divisor }}) then (abs({{ dividend }}) // ({{ divisor }})) % 2
                else 0
            end
        )
    )
    {%- endif %}
{%- endmacro %}

{# Decimal × 10⁶ as a whole number; decimals have at most six places here, so nothing is lost. #}
{% macro millionths(decimal) -%}
    cast(cast({{ decimal }} as decimal(38, 6)) * 1000000 as {{ type_whole() }})
{%- endmacro %}

{# Whole dividend ≥ 0 ÷ whole divisor > 0, rounded down. #}
{% macro whole_quotient(dividend, divisor) -%}
    {% if target is defined and target.type == 'spark' -%}
    floor(({{ dividend }}) / ({{ divisor }}))
    {%- else -%}
    ({{ dividend }}) // ({{ divisor }})
    {%- endif %}
{%- endmacro %}
