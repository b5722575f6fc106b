-- One row per inflow of an item at standard whose cost is not the standard, and per revaluation (entry null); + is a loss. Minor units.
{{ config(materialized='view') }}
select * from {{ engine_table(ref('engine_costing_run'), 'costing_variances') }}
