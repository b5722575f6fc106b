-- One row per item, warehouse, layer and span of days without change: what is left of the layer at the end of each of
-- these days, as corrected today.
with

-- Items whose pool holds the value (averages, standard): their layers are quantities.
pooled_items as (
    select distinct
        laid_layers.company_id,
        laid_layers.item_id
    from {{ ref('engine_laid_layers') }} as laid_layers
    where laid_layers.value_amount is null
),

laid as (
    select
        laid_layers.company_id,
        laid_layers.item_id,
        laid_layers.warehouse_id,
        laid_layers.layer_entry_id,
        entries.effective_date,
        laid_layers.received_date,
        laid_layers.quantity as quantity_micro,
        laid_layers.value_amount as value_amount_minor
    from {{ ref('engine_laid_layers') }} as laid_layers
    inner join {{ ref('int_costing_entries') }} as entries on entries.entry_id = laid_layers.arrival_entry_id
),

-- What went out before it came in stands under the entry that took it, until a layer covers it.
taken as (
    select
        entries.company_id,
        entries.item_id,
        entries.warehouse_id,
        coalesce(cost_slices.layer_entry_id, cost_slices.issue_entry_id) as layer_entry_id,
        entries.effective_date,
        case when cost_slices.layer_entry_id is null then entries.effective_date end as received_date,
        -cost_slices.quantity as quantity_micro,
        case when pooled_items.item_id is null then -cost_slices.value_amount end as value_amount_minor
    from {{ ref('engine_cost_slices') }} as cost_slices
    inner join {{ ref('int_costing_entries') }} as entries on entries.entry_id = cost_slices.issue_entry_id
    left join pooled_items
        on pooled_items.company_id = entries.company_id
        and pooled_items.item_id = entries.item_id
),

flows as (
    select * from laid
    union all
    select * from taken
),

changes as (
    select
        flows.company_id,
        flows.item_id,
        flows.warehouse_id,
        flows.layer_entry_id,
        flows.effective_date,
        min(flows.received_date) as received_date,
        {{ whole_sum('flows.quantity_micro') }} as quantity_micro,
        cast(sum(flows.value_amount_minor) as bigint) as value_amount_minor
    from flows
    group by flows.company_id, flows.item_id, flows.warehouse_id, flows.layer_entry_id, flows.effective_date
),

standing as (
    select
        changes.company_id,
        changes.item_id,
        changes.warehouse_id,
        changes.layer_entry_id,
        changes.effective_date as valid_from,
        lead(changes.effective_date) over layer_days as next_date,
        min(changes.received_date) over (
            partition by changes.company_id, changes.item_id, changes.warehouse_id, changes.layer_entry_id
        ) as received_date,
        sum(changes.quantity_micro) over layer_days as quantity_micro,
        sum(changes.value_amount_minor) over layer_days as value_amount_minor
    from changes
    window layer_days as (
        partition by changes.company_id, changes.item_id, changes.warehouse_id, changes.layer_entry_id
        order by changes.effective_date
        rows between unbounded preceding and current row
    )
)

select
    standing.company_id,
    standing.item_id,
    standing.warehouse_id,
    cast(standing.layer_entry_id // 2 as bigint) as layer_move_id,
    -- The end that goods leave: they went out before any receipt covered them.
    standing.layer_entry_id % 2 = 1 as is_uncovered,
    standing.valid_from,
    coalesce(standing.next_date - 1, {{ as_of() }}) as valid_to,
    -- Opening stock says since when it has been there.
    coalesce(moves.received_date, standing.received_date) as received_date,
    {{ quantity('standing.quantity_micro') }} as quantity,
    {{ amount('standing.value_amount_minor') }} as value_amount
from standing
inner join {{ ref('stg_companies') }} as companies on companies.company_id = standing.company_id
left join {{ ref('stg_stock_moves') }} as moves on moves.move_id = standing.layer_entry_id // 2
where standing.quantity_micro <> 0 or standing.value_amount_minor <> 0
