-- One row per layer ever laid into a pool, with what it was laid with; value null where the pool holds it. Minor units, micro quantities.
{{ config(materialized='view') }}
select * from {{ engine_table(ref('engine_costing_run'), 'costing_laid_layers') }}
