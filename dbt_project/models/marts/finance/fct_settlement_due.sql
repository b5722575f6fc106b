-- One row per period, account, event, item and sales order line that settlement would post now: the rows of command settle_cost.
with

last_settlements as (
    select
        cost_settlements.company_id,
        max(cost_settlements.cost_settlement_id) as last_settlement_id
    from {{ ref('stg_cost_settlements') }} as cost_settlements
    group by cost_settlements.company_id
)

select
    pending.company_id,
    companies.company_code as company,
    pending.period_code as period,
    accounts.account_code as account,
    accounts.account_name,
    pending.settled_event as event,
    items.item_code as item,
    pending.sales_order_line_id,
    {{ amount('pending.debit_amount_minor') }} as debit,
    {{ amount('pending.credit_amount_minor') }} as credit,
    pending.entry_date,
    cast(builds.build_id as varchar) as build_id,
    coalesce(last_settlements.last_settlement_id, 0) as last_settlement_id
from {{ ref('int_settlement_pending') }} as pending
cross join {{ ref('meta_build') }} as builds
inner join {{ ref('stg_companies') }} as companies on companies.company_id = pending.company_id
left join {{ ref('stg_accounts') }} as accounts on accounts.account_id = pending.account_id
left join {{ ref('stg_items') }} as items on items.item_id = pending.item_id
left join last_settlements on last_settlements.company_id = pending.company_id
order by company, period, event, account, item, pending.sales_order_line_id
