-- One row per thing the costing engine could not take at face value.
{{ config(materialized='view') }}
select * from {{ engine_table(ref('engine_costing_run'), 'costing_findings') }}
