{# The version in force of each subject: of those with an effective_date up to as_of the latest, of one day's the last recorded.

   relation: a staging view of versions · subject: the columns that name the subject · key: the version's id #}
{% macro versions_in_force(relation, subject, key) -%}
    select versions.*
    from (
        select
            subjects.*,
            row_number() over (
                partition by {{ subject }} order by effective_date desc, recorded_at_microseconds desc, {{ key }} desc
            ) as newest_first
        from {{ relation }} as subjects
    ) as versions
    where versions.newest_first = 1
{%- endmacro %}
