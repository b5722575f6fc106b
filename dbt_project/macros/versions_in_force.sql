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

{# Every version with the span of days on which it is in force, from valid_from until before valid_until; of one day's the last recorded.

   relation, subject, key: as above #}
{% macro versions_with_spans(relation, subject, key) -%}
    select
        versions.*,
        versions.effective_date as valid_from,
        lead(versions.effective_date, 1, date '9999-12-31') over (
            partition by {{ subject }} order by versions.effective_date
        ) as valid_until
    from (
        select
            subjects.*,
            row_number() over (
                partition by {{ subject }}, effective_date order by recorded_at_microseconds desc, {{ key }} desc
            ) as newest
        from {{ relation }} as subjects
    ) as versions
    where versions.newest = 1
{%- endmacro %}

{# Of a document's events up to as_of the state that the last one gave it: an aggregate over stg_document_events. #}
{% macro last_state(events) -%}
    arg_max(
        {{ events }}.state, ({{ events }}.effective_date, {{ events }}.recorded_at_microseconds, {{ events }}.document_event_id)
    )
{%- endmacro %}
