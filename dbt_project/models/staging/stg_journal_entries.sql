-- One row per posted journal entry; settlements of a month that has begun whatever their day, as their lines.
select
    journal_entries.id as journal_entry_id,
    journal_entries.company_id,
    journal_entries.period_id as fiscal_period_id,
    journal_entries.document_id,
    journal_entries.user_id,

    journal_entries.number as entry_number,
    journal_entries.posting,
    journal_entries.description,

    journal_entries.is_posted,

    journal_entries.entry_date,
    {{ recorded_time('journal_entries.recorded_at') }} as recorded_at,

    journal_entries.recorded_at as recorded_at_microseconds
from {{ source('raw', 'journal_entry') }} as journal_entries
where
    journal_entries.is_posted
    and (
        journal_entries.entry_date <= {{ as_of() }}
        or journal_entries.id in (
            select journal_lines.entry_id
            from {{ source('raw', 'journal_line') }} as journal_lines
            where journal_lines.settled_period <= {{ month_code(as_of()) }}
        )
    )
