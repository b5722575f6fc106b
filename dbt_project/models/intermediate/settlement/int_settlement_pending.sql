-- One row per company, period, account, event, item and sales order line: what is still to be settled, computed less settled.
with

both_sides as (
    select
        company_id,
        period_code,
        account_id,
        settled_event,
        item_id,
        sales_order_line_id,
        amount_minor
    from {{ ref('int_settlement_expected') }}

    union all

    select
        company_id,
        period_code,
        account_id,
        settled_event,
        item_id,
        sales_order_line_id,
        -amount_minor as amount_minor
    from {{ ref('int_settlement_settled') }}
),

due as (
    select
        both_sides.company_id,
        both_sides.period_code,
        both_sides.account_id,
        both_sides.settled_event,
        both_sides.item_id,
        both_sides.sales_order_line_id,
        {{ whole_sum('both_sides.amount_minor') }} as amount_minor
    from both_sides
    group by
        both_sides.company_id,
        both_sides.period_code,
        both_sides.account_id,
        both_sides.settled_event,
        both_sides.item_id,
        both_sides.sales_order_line_id
    having sum(both_sides.amount_minor) <> 0
),

-- After a locked month comes the first that is not: the day after the last of the locked months that follow each other. A month that
-- nobody needed yet is open.
periods as (
    select
        fiscal_periods.company_id,
        fiscal_periods.period_code,
        fiscal_periods.period_state,
        (
            select min(cast(locked_periods.end_date + interval 1 day as date))
            from {{ ref('stg_fiscal_periods') }} as locked_periods
            where
                locked_periods.company_id = fiscal_periods.company_id
                and locked_periods.period_state <> 'open'
                and locked_periods.start_date >= fiscal_periods.start_date
                and not exists (
                    select 1
                    from {{ ref('stg_fiscal_periods') }} as following_periods
                    where
                        following_periods.company_id = locked_periods.company_id
                        and following_periods.period_state <> 'open'
                        and following_periods.start_date = cast(locked_periods.end_date + interval 1 day as date)
                )
        ) as first_open_date
    from {{ ref('stg_fiscal_periods') }} as fiscal_periods
    where fiscal_periods.period_state <> 'open'
)

select
    due.company_id,
    due.period_code,
    due.account_id,
    due.settled_event,
    due.item_id,
    due.sales_order_line_id,
    -- In its own period while that is open, else on the first day of the first open one; never later than today.
    coalesce(periods.first_open_date, least(last_day(cast(due.period_code || '-01' as date)), {{ as_of() }})) as entry_date,
    greatest(due.amount_minor, 0) as debit_amount_minor,
    greatest(-due.amount_minor, 0) as credit_amount_minor
from due
left join periods
    on periods.company_id = due.company_id
    and periods.period_code = due.period_code
