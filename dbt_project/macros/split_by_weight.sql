{# Shares a whole total among the rows of a group by whole weights ≥ 0, so that the parts add up to it.

   Largest remainder, earliest row (by `order_by`) first; with all weights zero the total is shared evenly: as the
   commands split. Gives the relation's columns, the part as BIGINT named `part`, and columns named split_… to be left behind.

   relation: name of a CTE · total: column, the same on all rows of a group · weight: column · group: columns that make a group #}
{% macro split_by_weight(relation, total, weight, group, order_by, part) -%}
    select
        split_shares.*,
        cast(
            sign({{ total }}) * (
                split_share
                + case
                    when row_number() over (partition by {{ group }} order by split_remainder desc, {{ order_by }})
                        <= abs({{ total }}) - sum(split_share) over (partition by {{ group }})
                        then 1
                    else 0
                end
            ) as bigint
        ) as {{ part }}
    from (
        select
            split_weights.*,
            {{ whole_quotient('abs(' ~ total ~ ') * split_weight', 'split_whole') }} as split_share,
            abs({{ total }}) * split_weight % split_whole as split_remainder
        from (
            select
                {{ relation }}.*,
                cast(case when sum({{ weight }}) over (partition by {{ group }}) = 0 then 1 else {{ weight }} end as {{ type_whole() }})
                    as split_weight,
                cast(
                    case
                        when sum({{ weight }}) over (partition by {{ group }}) = 0 then count(*) over (partition by {{ group }})
                        else sum({{ weight }}) over (partition by {{ group }})
                    end as {{ type_whole() }}
                ) as split_whole
            from {{ relation }}
        ) as split_weights
    ) as split_shares
{%- endmacro %}
