-- One row per item, warehouse and span of days without change: quantity and value at the end of each of these days, as corrected today.
with

movements as (
    select
        entries.company_id,
        entries.item_id,
        entries.warehouse_id,
        entries.effective_date,
        entries.quantity,
        values_moved.value_amount
    from {{ ref('int_costing_entries') }} as entries
    inner join {{ ref('engine_valued_entries') }} as values_moved on values_moved.entry_id = entries.entry_id

    union all

    -- A new standard cost changes value without a move.
    select
        variances.company_id,
        variances.item_id,
        variances.warehouse_id,
        variances.effective_date,
        0 as quantity,
        -variances.variance_amount as value_amount
    from {{ ref('engine_cost_variances') }} as variances
    where variances.rule = 'revaluation'
),

changes as (
    select
        movements.company_id,
        movements.item_id,
        movements.warehouse_id,
        movements.effective_date,
        {{ whole_sum('movements.quantity') }} as quantity_micro,
        {{ whole_sum('movements.value_amount') }} as value_amount_minor
    from movements
    group by movements.company_id, movements.item_id, movements.warehouse_id, movements.effective_date
),

balances as (
    select
        changes.company_id,
        changes.item_id,
        changes.warehouse_id,
        changes.effective_date,
        sum(changes.quantity_micro) over (
            partition by changes.company_id, changes.item_id, changes.warehouse_id
            order by changes.effective_date
            rows between unbounded preceding and current row
        ) as quantity_micro,
        sum(changes.value_amount_minor) over (
            partition by changes.company_id, changes.item_id, changes.warehouse_id
            order by changes.effective_date
            rows between unbounded preceding and current row
        ) as value_amount_minor,
        lead(changes.effective_date) over (
            partition by changes.company_id, changes.item_id, changes.warehouse_id
            order by changes.effective_date
        ) as next_date
    from changes
)

select
    balances.company_id,
    balances.item_id,
    items.item_code,
    balances.warehouse_id,
    warehouses.warehouse_code,
    balances.effective_date as valid_from,
    coalesce(balances.next_date - 1, {{ as_of() }}) as valid_to,
    {{ quantity('balances.quantity_micro') }} as quantity,
    {{ amount('balances.value_amount_minor') }} as value_amount
from balances
inner join {{ ref('stg_companies') }} as companies on companies.company_id = balances.company_id
inner join {{ ref('stg_items') }} as items on items.item_id = balances.item_id
inner join {{ ref('stg_warehouses') }} as warehouses on warehouses.warehouse_id = balances.warehouse_id
