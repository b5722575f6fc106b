{# Of the CTE compared (company_id, key, is_same, effective_date, document_number): a row per comparison that differs, and one per
   subject for all that agree. subject: what is compared; suspicion: how early what differs is to be named. #}
{% macro agreeing_rows(check_name, subject, suspicion) -%}
select
    '{{ check_name }}' as check_name,
    compared.company_id,
    {{ subject }} || case when compared.is_same then '' else ' ' || compared.key end as key,
    min({{ suspicion }}) as suspicion,
    min(case when not compared.is_same then compared.effective_date end) as effective_date,
    min(case when not compared.is_same then compared.document_number end) as document_number,
    cast(count(*) as decimal(28, 6)) as left_amount,
    cast(sum(case when compared.is_same then 1 else 0 end) as decimal(28, 6)) as right_amount
from compared
group by
    compared.company_id,
    {{ subject }} || case when compared.is_same then '' else ' ' || compared.key end
{%- endmacro %}
