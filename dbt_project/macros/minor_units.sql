{# Minor units in one unit of a currency: 10 to the power of its exponent (0 to 4), as a whole number. #}
{% macro minor_units(exponent) -%}
    case {{ exponent }} when 0 then 1 when 1 then 10 when 2 then 100 when 3 then 1000 when 4 then 10000 end
{%- endmacro %}

{# Quantity (micro) × unit price (micro) as whole minor units, half-even, rounded once. #}
{% macro priced(quantity_micro, unit_price_micro, exponent) -%}
    {{ rounded_ratio(
        'cast(' ~ quantity_micro ~ ' as ' ~ type_whole() ~ ') * ' ~ unit_price_micro ~ ' * ' ~ minor_units(exponent),
        '1000000000000',
    ) }}
{%- endmacro %}

{# The part of a whole amount that belongs to the span from … upto of a whole length, rounded cumulatively: the parts of
   adjoining spans add up to the whole. #}
{% macro share_of_span(amount, span_from, span_upto, whole) -%}
    (
        {{ rounded_ratio('(cast(' ~ amount ~ ' as ' ~ type_whole() ~ ') * (' ~ span_upto ~ '))', whole) }}
        - {{ rounded_ratio('(cast(' ~ amount ~ ' as ' ~ type_whole() ~ ') * (' ~ span_from ~ '))', whole) }}
    )
{%- endmacro %}

{# The components that every value consists of; they add up to it. #}
{% macro cost_components() -%}
    {{ return(['material', 'labour', 'overhead', 'subcontract', 'landed']) }}
{%- endmacro %}

{# Why a work order cost more or less than its plan allows; what is left beside them is the cause `standard`. #}
{% macro variance_causes() -%}
    {{ return([
        'material_price', 'material_usage', 'labour_rate', 'labour_efficiency', 'overhead_spending', 'overhead_efficiency', 'subcontract',
        'yield',
    ]) }}
{%- endmacro %}

{# The sum of the components of a row: `components_sum('layers.')`. #}
{% macro components_sum(prefix='', suffix='_amount') -%}
    {% for component in cost_components() %}{{ ' + ' if not loop.first }}{{ prefix }}{{ component }}{{ suffix }}{% endfor %}
{%- endmacro %}

{# A condition that holds for every component; ? stands for its name. #}
{% macro every_component(condition) -%}
    {% for component in cost_components() %}{{ ' and ' if not loop.first }}{{ condition | replace('?', component) }}{% endfor %}
{%- endmacro %}
