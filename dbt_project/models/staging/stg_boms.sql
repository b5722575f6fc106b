-- One row per version of a main BOM; the alternates are for planning and work orders, which read them as recorded.
select
    boms.id as bom_id,
    boms.item_id,

    {{ quantity('boms.output_quantity') }} as output_quantity,
    {{ quantity('boms.yield_rate') }} as yield_rate,
    boms.is_phantom,

    boms.effective_date,
    boms.end_date,
    {{ recorded_time('boms.recorded_at') }} as recorded_at,

    boms.output_quantity as output_quantity_micro,
    boms.yield_rate as yield_rate_micro,
    boms.recorded_at as recorded_at_microseconds
from {{ source('raw', 'bom') }} as boms
where
    boms.effective_date <= {{ as_of() }}
    and boms.alternate = 1
