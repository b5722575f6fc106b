-- One row per BOM version that planning may use: not ended by the day of the build; of one day's versions the last recorded.
with

versions as (
    select
        boms.bom_id,
        boms.item_id,
        boms.effective_date,
        boms.output_quantity_micro,
        row_number() over (
            partition by boms.item_id, boms.effective_date
            order by boms.recorded_at_microseconds desc, boms.bom_id desc
        ) as newest
    from {{ ref('stg_boms') }} as boms
    where boms.end_date is null or boms.end_date >= {{ as_of() }}
)

select
    versions.bom_id,
    versions.item_id,
    versions.effective_date,
    versions.output_quantity_micro as output_quantity
from versions
where versions.newest = 1
