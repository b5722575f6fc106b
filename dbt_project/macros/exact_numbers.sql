{# Whole numbers of the system of record become decimals, exactly: nothing here passes through a float. #}

{# Minor units → DECIMAL(18,4), by the company's amount exponent (0 to 4). #}
{% macro amount(minor, exponent='companies.amount_exponent') -%}
    cast(
        {{ minor }}
        * case {{ exponent }} when 4 then 1 when 3 then 10 when 2 then 100 when 1 then 1000 when 0 then 10000 end
        * 0.0001
        as {{ type_amount() }}
    )
{%- endmacro %}

{# Micro (10⁻⁶) → DECIMAL(18,6): quantities, unit prices, rates, minutes. #}
{% macro quantity(micro) -%}
    cast({{ micro }} * 0.000001 as {{ type_quantity() }})
{%- endmacro %}

{# Nano (10⁻⁹) → DECIMAL(18,9): exchange rates. #}
{% macro exchange_rate(nano) -%}
    cast({{ nano }} * 0.000000001 as {{ type_exchange_rate() }})
{%- endmacro %}

{# Microseconds since 1970 UTC → TIMESTAMP (UTC). #}
{% macro recorded_time(microseconds) -%}
    {{ timestamp_of_microseconds(microseconds) }}
{%- endmacro %}

{# Whole number ÷ positive whole number, half-even, as a whole number; null where the divisor is 0 or null.

   The quotient `//` truncates towards zero, so the rounding is done on the absolute value. #}
{% macro rounded_ratio(dividend, divisor) -%}
    {{ rounded_ratio_of(dividend, 'nullif(' ~ divisor ~ ', 0)') }}
{%- endmacro %}

{# Document currency → company currency: minor units × nano rate, half-even, as the commands convert. #}
{% macro converted(minor, rate_nano) -%}
    {{ rounded_ratio('cast(' ~ minor ~ ' as ' ~ type_whole() ~ ') * ' ~ rate_nano, '1000000000') }}
{%- endmacro %}

{# A ratio for reading (margins, shares): DECIMAL(18,6); null where there is nothing to divide by.

   The dividend is scaled to whole millionths first, so no float takes part: half-even like everything else. #}
{% macro ratio(dividend, divisor) -%}
    {{ exact_ratio(dividend, divisor) }}
{%- endmacro %}
