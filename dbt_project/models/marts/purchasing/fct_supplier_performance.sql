-- One row per supplier and month with receipts or bills; receipts count in the month they came, bills in theirs.
with receipts as (
    select
        company_id,
        supplier_id,
        {{ month_code('effective_date') }} as period_code,
        count(*) as receipt_line_count,
        sum(case when is_on_time then 1 else 0 end) as on_time_count,
        sum(case when is_on_time is not null then 1 else 0 end) as expected_count,
        sum(quantity) as received_quantity,
        sum(accepted_quantity) as accepted_quantity,
        percentile_disc(0.5) within group (order by lead_time_days) as lead_time_days_p50,
        percentile_disc(0.9) within group (order by lead_time_days) as lead_time_days_p90
    from {{ ref('fct_goods_receipts') }}
    group by company_id, supplier_id, {{ month_code('effective_date') }}
),

bills as (
    select
        compared.company_id,
        int_documents_dated.partner_id as supplier_id,
        {{ month_code('compared.effective_date') }} as period_code,
        {{ amount('sum(compared.billed_net_amount_minor)', 'max(int_documents_dated.amount_exponent)') }} as billed_net_amount,
        {{ amount(
            'sum(compared.billed_net_amount_minor - compared.asked_net_amount_minor)', 'max(int_documents_dated.amount_exponent)',
        ) }} as price_difference_amount
    from {{ ref('int_purchase_bill_links_compared') }} as compared
    inner join {{ ref('int_documents_dated') }} as int_documents_dated on int_documents_dated.document_id = compared.bill_id
    group by compared.company_id, int_documents_dated.partner_id, {{ month_code('compared.effective_date') }}
),

months as (
    select company_id, supplier_id, period_code from receipts
    union distinct
    select company_id, supplier_id, period_code from bills
)

select
    months.company_id,
    months.supplier_id,
    stg_partners.partner_code as supplier_code,
    stg_partners.partner_name as supplier_name,
    months.period_code,
    cast(coalesce(receipts.receipt_line_count, 0) as bigint) as receipt_line_count,
    {{ ratio('receipts.on_time_count', 'receipts.expected_count') }} as on_time_rate,
    {{ ratio('receipts.accepted_quantity', 'receipts.received_quantity') }} as accepted_rate,
    cast(coalesce(bills.billed_net_amount, 0) as {{ type_amount() }}) as billed_net_amount,
    cast(coalesce(bills.price_difference_amount, 0) as {{ type_amount() }}) as price_difference_amount,
    receipts.lead_time_days_p50,
    receipts.lead_time_days_p90
from months
left join receipts
    on
        receipts.company_id = months.company_id
        and receipts.supplier_id = months.supplier_id
        and receipts.period_code = months.period_code
left join bills
    on
        bills.company_id = months.company_id
        and bills.supplier_id = months.supplier_id
        and bills.period_code = months.period_code
left join {{ ref('stg_partners') }} as stg_partners on stg_partners.partner_id = months.supplier_id
