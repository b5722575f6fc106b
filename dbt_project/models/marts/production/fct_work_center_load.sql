-- One row per work centre and day: how much of its capacity the schedule takes.
select
    load.work_center_id,
    load.company_id,
    work_centers.work_center_code,
    work_centers.work_center_name,
    load.day as load_date,
    hours.machine_count,
    load.capacity as capacity_minutes,
    load.setup + load.run as load_minutes,
    load.setup as setup_minutes,
    load.run as run_minutes,
    {{ ratio('load.setup + load.run', 'load.capacity') }} as utilisation_rate,
    load.operation_count
from {{ engine_table(ref('engine_scheduling_run'), 'scheduling_load') }} as load
inner join {{ ref('stg_work_centers') }} as work_centers on work_centers.work_center_id = load.work_center_id
inner join {{ ref('int_work_center_hours') }} as hours on hours.work_center_id = load.work_center_id
