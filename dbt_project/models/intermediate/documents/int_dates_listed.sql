-- One row per date that the calendar knows.
select distinct calendar_date
from {{ ref('int_calendar_working_days') }}
