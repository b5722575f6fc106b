-- One row per purchase order line and work order that was begun: how long it took, or takes so far.
select
    observed.company_id || '-' || observed.kind || '-' || observed.source_id as observation_key,
    observed.company_id,
    observed.kind,
    observed.source_id,
    observed.supplier_id,
    suppliers.partner_code as supplier_code,
    observed.item_id,
    items.item_code,
    cast(observed.begun_date as date) as begun_date,
    cast(observed.started_date as date) as started_date,
    cast(observed.expected_date as date) as expected_date,
    cast(observed.done_date as date) as done_date,
    cast(observed.known_date as date) as known_date
from {{ ref('int_lead_times_observed') }} as observed
inner join {{ ref('stg_items') }} as items on items.item_id = observed.item_id
left join {{ ref('stg_partners') }} as suppliers on suppliers.partner_id = observed.supplier_id
