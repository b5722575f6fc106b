-- One row per alert: something that asks somebody to act. The key names rule and subject, so it is the same in every build.
with late_order_lines as (
    select
        company_id,
        'late_order_line|' || sales_order_line_id as alert_key,
        'late_order_line' as rule,
        case when days_late > 5 then 'critical' else 'warning' end as severity,
        item_code as subject,
        order_number as document_number,
        first_promised_date + 1 as first_seen,
        cast({{ ratio('cast(net_amount as decimal(38, 4)) * open_quantity', 'ordered_quantity') }} as {{ type_amount() }}) as amount
    from {{ ref('fct_sales_order_lines') }}
    where
        is_open
        and days_late > 0
),

late_purchase_lines as (
    select
        company_id,
        'late_purchase_line|' || purchase_order_line_id as alert_key,
        'late_purchase_line' as rule,
        case when days_late > 5 then 'critical' else 'warning' end as severity,
        item_code as subject,
        order_number as document_number,
        first_expected_date + 1 as first_seen,
        cast({{ ratio('cast(net_amount as decimal(38, 4)) * open_quantity', 'ordered_quantity') }} as {{ type_amount() }}) as amount
    from {{ ref('fct_purchase_order_lines') }}
    where
        is_open
        and days_late > 0
),

overdue_receivables as (
    select
        company_id,
        'overdue_receivable|' || invoice_id as alert_key,
        'overdue_receivable' as rule,
        case when days_overdue > 30 then 'critical' else 'warning' end as severity,
        partner_code as subject,
        document_number,
        due_date + 1 as first_seen,
        open_amount as amount
    from {{ ref('fct_receivables') }}
    where days_overdue > 0
),

-- Stock per item and warehouse since when it has been below zero without a break.
non_negative_ends as (
    select
        company_id,
        item_id,
        warehouse_id,
        max(case when quantity >= 0 then valid_to end) as last_sound_date
    from {{ ref('fct_stock_balances_daily') }}
    group by company_id, item_id, warehouse_id
),

negative_stock as (
    select
        balances.company_id,
        'negative_stock|' || balances.warehouse_id || '|' || balances.item_id as alert_key,
        'negative_stock' as rule,
        'critical' as severity,
        min(balances.item_code) || ' @ ' || min(balances.warehouse_code) as subject,
        cast(null as varchar) as document_number,
        min(balances.valid_from) as first_seen,
        cast(sum(case when balances.valid_to = {{ as_of() }} then balances.value_amount else 0 end) as {{ type_amount() }}) as amount
    from {{ ref('fct_stock_balances_daily') }} as balances
    inner join non_negative_ends as ends
        on
            ends.company_id = balances.company_id
            and ends.item_id = balances.item_id
            and ends.warehouse_id = balances.warehouse_id
    where
        ends.last_sound_date is null
        or (ends.last_sound_date < {{ as_of() }} and balances.valid_from > ends.last_sound_date)
    group by balances.company_id, balances.item_id, balances.warehouse_id
),

-- Stock per item over all warehouses, on each day on which it changed.
warehouse_changes as (
    select
        company_id,
        item_id,
        valid_from as changed_on,
        quantity - lag(quantity, 1, 0) over (partition by company_id, item_id, warehouse_id order by valid_from) as change_quantity
    from {{ ref('fct_stock_balances_daily') }}
),

item_changes as (
    select
        company_id,
        item_id,
        changed_on,
        sum(change_quantity) as change_quantity
    from warehouse_changes
    group by company_id, item_id, changed_on
),

item_balances as (
    select
        company_id,
        item_id,
        changed_on,
        sum(change_quantity) over (
            partition by company_id, item_id order by changed_on rows between unbounded preceding and current row
        ) as quantity,
        lead(changed_on) over (partition by company_id, item_id order by changed_on) as next_changed_on
    from item_changes
),

safety as (
    select
        dim_item.company_id,
        dim_item.item_id,
        dim_item.item_code,
        coalesce(max(case when item_balances.next_changed_on is null then item_balances.quantity end), 0) as quantity,
        dim_item.safety_stock,
        -- the day after which it has been too low; it was enough up to the day before the next change
        max(case when item_balances.quantity >= dim_item.safety_stock then item_balances.next_changed_on end) as low_since,
        min(item_balances.changed_on) as first_changed_on
    from {{ ref('dim_item') }} as dim_item
    left join item_balances
        on
            item_balances.company_id = dim_item.company_id
            and item_balances.item_id = dim_item.item_id
    where
        dim_item.safety_stock > 0
        and not dim_item.is_blocked
    group by dim_item.company_id, dim_item.item_id, dim_item.item_code, dim_item.safety_stock
),

below_safety_stock as (
    select
        company_id,
        'below_safety_stock|' || company_id || '|' || item_id as alert_key,
        'below_safety_stock' as rule,
        case when quantity <= 0 then 'critical' else 'warning' end as severity,
        item_code as subject,
        cast(null as varchar) as document_number,
        coalesce(low_since, first_changed_on, {{ as_of() }}) as first_seen,
        cast(null as {{ type_amount() }}) as amount
    from safety
    where quantity < safety_stock
),

loss_making_lines as (
    select
        company_id,
        'loss_making_line|' || sales_order_line_id as alert_key,
        'loss_making_line' as rule,
        -- While more is to be delivered the loss can still be kept small.
        case when estimated_cost = 0 then 'warning' else 'critical' end as severity,
        item_code as subject,
        order_number as document_number,
        order_date as first_seen,
        profit as amount
    from {{ ref('fct_order_profit') }}
    where profit < 0
),

failed_proofs as (
    select
        company_id,
        'proof_failed|' || company_id || '|' || check_name as alert_key,
        'proof_failed' as rule,
        'critical' as severity,
        check_name as subject,
        first_document_number as document_number,
        coalesce(first_document_date, {{ as_of() }}) as first_seen,
        cast(difference as {{ type_amount() }}) as amount
    from {{ ref('fct_proofs') }}
    where difference <> 0
),

all_alerts as (
    select * from late_order_lines
    union all
    select * from late_purchase_lines
    union all
    select * from overdue_receivables
    union all
    select * from negative_stock
    union all
    select * from below_safety_stock
    union all
    select * from loss_making_lines
    union all
    select * from failed_proofs
)

select
    company_id,
    alert_key,
    rule,
    severity,
    subject,
    document_number,
    first_seen,
    amount
from all_alerts
