{# Whole numbers of the system of record become decimals, exactly: nothing here passes through a float. #}

{# Minor units → DECIMAL(18,4), by the company's amount exponent (0 to 4). #}
{% macro amount(minor, exponent='companies.amount_exponent') -%}
    cast(
        ({{ minor }})
        * case {{ exponent }} when 4 then 1 when 3 then 10 when 2 then 100 when 1 then 1000 when 0 then 10000 end
        * 0.0001
        as {{ type_amount() }}
    )
{%- endmacro %}

{# Micro (10⁻⁶) → DECIMAL(18,6): quantities, unit prices, rates, minutes. #}
{% macro quantity(micro) -%}
    cast(({{ micro }}) * 0.000001 as {{ type_quantity() }})
{%- endmacro %}

{# Nano (10⁻⁹) → DECIMAL(18,9): exchange rates. #}
{% macro exchange_rate(nano) -%}
    cast(({{ nano }}) * 0.000000001 as {{ type_exchange_rate() }})
{%- endmacro %}

{# Microseconds since 1970 UTC → TIMESTAMP (UTC). #}
{% macro recorded_time(microseconds) -%}
    {{ timestamp_of_microseconds(microseconds) }}
{%- endmacro %}

{# Whole number ÷ positive whole number, half-even, as a whole number; null where the divisor is 0 or null. #}
{% macro rounded_ratio(dividend, divisor) -%}
    {{ whole_ratio(dividend, 'nullif(' ~ divisor ~ ', 0)') }}
{%- endmacro %}

{# Document currency → company currency: minor units × nano rate, half-even, as the commands convert. #}
{% macro converted(minor, rate_nano) -%}
    case
        when {{ rate_nano }} = 1000000000 then {{ minor }}
        else {{ whole_ratio('(cast(' ~ minor ~ ' as ' ~ type_whole() ~ ') * ' ~ rate_nano ~ ')', '1000000000') }}
    end
{%- endmacro %}

{# A ratio for reading (a margin, a share of on-time lines): DECIMAL(18,6), half-even; null where the divisor is 0 or null
   or the ratio is beyond 10¹². #}
{% macro ratio(dividend, divisor) -%}
    try_cast(
        {{ whole_ratio(
            '(' ~ millionths(dividend) ~ ' * 1000000 * sign(' ~ millionths(divisor) ~ '))',
            'nullif(abs(' ~ millionths(divisor) ~ '), 0)',
        ) }} * 0.000001 as {{ type_quantity() }}
    )
{%- endmacro %}

{# Sum of whole numbers as BIGINT (a DuckDB sum of BIGINT is HUGEINT, which contracts and Arrow would carry on). #}
{% macro whole_sum(expression) -%}
    cast(coalesce(sum({{ expression }}), 0) as bigint)
{%- endmacro %}
