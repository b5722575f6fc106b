-- One row per BOM version that planning may use, also those that come into force later and were known on the day of the
-- build; of one day's versions of an alternate the last recorded. Micro.
with

known as (
    select
        boms.id as bom_id,
        boms.item_id,
        boms.alternate,
        boms.effective_date,
        boms.end_date,
        boms.output_quantity,
        boms.is_phantom,
        boms.yield_rate,
        row_number() over (
            partition by boms.item_id, boms.alternate, boms.effective_date order by boms.recorded_at desc, boms.id desc
        ) as newest
    from {{ source('raw', 'bom') }} as boms
    where
        boms.effective_date <= {{ as_of() }}
        or cast({{ recorded_time('boms.recorded_at') }} as date) <= {{ as_of() }}
)

select
    known.bom_id,
    known.item_id,
    known.alternate,
    known.effective_date,
    known.end_date,
    known.output_quantity,
    known.is_phantom,
    known.yield_rate
from known
where known.newest = 1
