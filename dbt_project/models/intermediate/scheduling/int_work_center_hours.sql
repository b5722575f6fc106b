-- One row per work centre: its machines, when its day begins and how long each machine works then. Without hours of its own
-- as many machines as the capacity needs days, from 08:00 where that fits, else from midnight; without capacity as many
-- machines as are asked for (0), round the clock.
with

hours as (
    {{ versions_in_force(ref('stg_work_center_hours'), 'work_center_id', 'work_center_hours_id') }}
),

machines as (
    select
        work_centers.company_id,
        work_centers.work_center_id,
        work_centers.capacity_minutes_per_day_micro,
        hours.opens_at_minute,
        hours.breaks,
        case
            when work_centers.capacity_minutes_per_day_micro = 0 then 0
            else coalesce(hours.machine_count, cast(ceil(work_centers.capacity_minutes_per_day / 1440) as bigint))
        end as machine_count
    from {{ ref('stg_work_centers') }} as work_centers
    left join hours on hours.work_center_id = work_centers.work_center_id
),

shared as (
    select
        machines.*,
        case
            when machines.machine_count = 0 then 1440
            else greatest(cast(floor(machines.capacity_minutes_per_day_micro * 0.000001 / machines.machine_count) as bigint), 1)
        end as minutes_per_machine
    from machines
)

select
    shared.company_id,
    shared.work_center_id,
    shared.machine_count,
    case
        when shared.minutes_per_machine > 1440 - coalesce(shared.opens_at_minute, 480) then greatest(1440 - shared.minutes_per_machine, 0)
        else coalesce(shared.opens_at_minute, 480)
    end as opens_at_minute,
    least(shared.minutes_per_machine, 1440) as minutes_per_machine,
    -- From-to in minutes after midnight; the record holds none that the day has no room for.
    shared.breaks
from shared
