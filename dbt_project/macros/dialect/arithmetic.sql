{# Division that never meets a float. DuckDB: 1 / 0 is inf and decimal / decimal is a double, so `//` on whole numbers. #}

{% macro rounded_ratio_of(dividend, divisor) -%}
    {{ return(adapter.dispatch('rounded_ratio_of', 'bihuan')(dividend, divisor)) }}
{%- endmacro %}

{% macro default__rounded_ratio_of(dividend, divisor) -%}
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
{%- endmacro %}

{% macro spark__rounded_ratio_of(dividend, divisor) -%}
    bround(cast({{ dividend }} as decimal(38, 0)) / ({{ divisor }}), 0)
{%- endmacro %}

{% macro exact_ratio(dividend, divisor) -%}
    {{ return(adapter.dispatch('exact_ratio', 'bihuan')(dividend, divisor)) }}
{%- endmacro %}

{% macro default__exact_ratio(dividend, divisor) -%}
    cast(
        {{ rounded_ratio_of(
            'cast((' ~ dividend ~ ') * 1000000 * sign(' ~ divisor ~ ') * 1000000 as hugeint)',
            'cast(nullif(abs(' ~ divisor ~ '), 0) * 1000000 as hugeint)',
        ) }} * 0.000001 as {{ type_quantity() }}
    )
{%- endmacro %}

{% macro spark__exact_ratio(dividend, divisor) -%}
    cast(bround(({{ dividend }}) / nullif({{ divisor }}, 0), 6) as {{ type_quantity() }})
{%- endmacro %}
