-- One row per outflow and layer it took from; layer null: not covered by any receipt yet. Minor units and micro quantities.
{{ config(materialized='view') }}
select * from {{ engine_table(ref('engine_costing_run'), 'costing_slices') }}
