-- One row per work order: cost in, cost out, work in progress, loss and residual, in minor units.
{{ config(materialized='view') }}
select * from {{ engine_table(ref('engine_costing_run'), 'costing_work_orders') }}
