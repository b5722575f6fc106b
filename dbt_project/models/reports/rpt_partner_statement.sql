-- One row per partner and document (对账单): what was delivered or received, invoiced or billed, paid; the running balance is
-- invoiced − paid. A partner who is customer and supplier has one statement for each side.
with movements as (
    select
        company_id,
        customer_id as partner_id,
        'customer' as side,
        delivery_id as document_id,
        'delivery' as document_type,
        delivery_number as document_number,
        effective_date as document_date,
        recorded_at,
        sum(gross_amount) as delivered_amount,
        0 as invoiced_amount,
        0 as paid_amount
    from {{ ref('fct_deliveries') }}
    group by company_id, customer_id, delivery_id, delivery_number, effective_date, recorded_at

    union all

    select
        company_id,
        supplier_id as partner_id,
        'supplier' as side,
        receipt_id as document_id,
        'goods_receipt' as document_type,
        receipt_number as document_number,
        effective_date as document_date,
        recorded_at,
        sum(gross_amount) as delivered_amount,
        0 as invoiced_amount,
        0 as paid_amount
    from {{ ref('fct_goods_receipts') }}
    group by company_id, supplier_id, receipt_id, receipt_number, effective_date, recorded_at

    union all

    select
        company_id,
        partner_id,
        case when document_type = 'customer_invoice' then 'customer' else 'supplier' end as side,
        invoice_id as document_id,
        document_type,
        document_number,
        invoice_date as document_date,
        recorded_at,
        0 as delivered_amount,
        gross_amount as invoiced_amount,
        0 as paid_amount
    from {{ ref('fct_invoices') }}

    union all

    select
        company_id,
        partner_id,
        case when document_type = 'customer_payment' then 'customer' else 'supplier' end as side,
        payment_id as document_id,
        document_type,
        document_number,
        payment_date as document_date,
        recorded_at,
        0 as delivered_amount,
        0 as invoiced_amount,
        settled_amount as paid_amount
    from {{ ref('fct_payments') }}
)

select
    movements.company_id,
    movements.partner_id,
    dim_partner.partner_code,
    dim_partner.partner_name,
    movements.side,
    movements.document_id,
    movements.document_type,
    movements.document_number,
    movements.document_date,
    cast(movements.delivered_amount as {{ type_amount() }}) as delivered_amount,
    cast(movements.invoiced_amount as {{ type_amount() }}) as invoiced_amount,
    cast(movements.paid_amount as {{ type_amount() }}) as paid_amount,
    cast(
        sum(movements.invoiced_amount - movements.paid_amount) over (
            partition by movements.company_id, movements.partner_id, movements.side
            order by movements.document_date, movements.recorded_at, movements.document_id
            rows between unbounded preceding and current row
        ) as {{ type_amount() }}
    ) as running_balance
from movements
inner join {{ ref('dim_partner') }} as dim_partner
    on
        dim_partner.company_id = movements.company_id
        and dim_partner.partner_id = movements.partner_id
