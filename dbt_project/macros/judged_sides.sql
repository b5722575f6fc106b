{# Behind the CTE sides (check_name, company_id, key, suspicion: 1 is named before 2, effective_date, document_number, left_amount,
   right_amount): one row per check and company with what both sides add up to, by how much they differ key by key, and the
   document that is named first where they do. #}
{% macro judged_sides() -%}
,

keys as (
    select
        sides.check_name,
        sides.company_id,
        sides.key,
        sum(sides.left_amount) as left_amount,
        sum(sides.right_amount) as right_amount
    from sides
    group by sides.check_name, sides.company_id, sides.key
),

totals as (
    select
        keys.check_name,
        keys.company_id,
        sum(keys.left_amount) as left_amount,
        sum(keys.right_amount) as right_amount,
        sum(abs(keys.left_amount - keys.right_amount)) as key_difference,
        count(*) as key_count,
        sum(case when keys.left_amount <> keys.right_amount then 1 else 0 end) as failing_key_count
    from keys
    group by keys.check_name, keys.company_id
),

suspects as (
    select
        sides.check_name,
        sides.company_id,
        sides.suspicion,
        sides.effective_date,
        sides.document_number,
        row_number() over (
            partition by sides.check_name, sides.company_id
            order by sides.suspicion, sides.effective_date, sides.document_number
        ) as turn
    from sides
    inner join keys
        on keys.check_name = sides.check_name
        and keys.company_id = sides.company_id
        and keys.key = sides.key
        and keys.left_amount <> keys.right_amount
    where sides.document_number is not null
)

select
    totals.check_name,
    totals.company_id,
    totals.left_amount,
    totals.right_amount,
    totals.key_difference,
    totals.key_count,
    totals.failing_key_count,
    suspects.suspicion,
    suspects.effective_date,
    suspects.document_number
from totals
left join suspects
    on suspects.check_name = totals.check_name
    and suspects.company_id = totals.company_id
    and suspects.turn = 1
{%- endmacro %}
