-- One row per layer that is left in a pool (company × item × warehouse); uncovered quantities are negative. Minor units.
{{ config(materialized='view') }}
select * from {{ engine_table(ref('engine_costing_run'), 'costing_layers') }}
