-- One row per stock move and end in a warehouse: the value that went in (+) or out (−), by component, in minor units.
{{ config(materialized='view') }}
select * from {{ engine_table(ref('engine_costing_run'), 'costing_valued_moves') }}
