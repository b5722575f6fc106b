-- One row per partner and document (对账单): what was delivered or received, invoiced or billed, paid; returns and notes take off.
-- The running balance is invoiced − paid. A partner who is customer and supplier has one statement for each side.
with returned as (
    select
        links.link_type,
        links.from_line_id,
        return_lines.document_id,
        {{ whole_sum('links.quantity_micro') }} as quantity_micro
    from {{ ref('stg_line_links') }} as links
    inner join {{ ref('stg_document_lines') }} as return_lines on return_lines.document_line_id = links.to_line_id
    where links.link_type in ('customer_return', 'supplier_return')
    group by links.link_type, links.from_line_id, return_lines.document_id
),

-- What went back counts as what it came at: its share of the delivery's or receipt's line.
back as (
    select
        deliveries.company_id,
        deliveries.customer_id as partner_id,
        'customer' as side,
        returned.document_id,
        {{ millionths('deliveries.gross_amount') }} as gross_amount,
        {{ millionths('deliveries.quantity') }} as whole_quantity,
        returned.quantity_micro
    from {{ ref('fct_deliveries') }} as deliveries
    inner join returned
        on returned.from_line_id = deliveries.delivery_line_id
        and returned.link_type = 'customer_return'

    union all

    select
        receipts.company_id,
        receipts.supplier_id as partner_id,
        'supplier' as side,
        returned.document_id,
        {{ millionths('receipts.gross_amount') }} as gross_amount,
        {{ millionths('receipts.quantity') }} as whole_quantity,
        returned.quantity_micro
    from {{ ref('fct_goods_receipts') }} as receipts
    inner join returned
        on returned.from_line_id = receipts.receipt_line_id
        and returned.link_type = 'supplier_return'
),

movements as (
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

    union all

    select
        back.company_id,
        back.partner_id,
        back.side,
        back.document_id,
        documents.document_type,
        documents.document_number,
        documents.effective_date as document_date,
        documents.recorded_at,
        -sum({{ amount(
            rounded_ratio(
                'cast(back.gross_amount as decimal(38, 4)) * ' ~ minor_units('companies.amount_exponent') ~ ' * back.quantity_micro',
                'back.whole_quantity * 1000000',
            ),
            'companies.amount_exponent',
        ) }}) as delivered_amount,
        0 as invoiced_amount,
        0 as paid_amount
    from back
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = back.document_id
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = back.company_id
    group by
        back.company_id,
        back.partner_id,
        back.side,
        back.document_id,
        documents.document_type,
        documents.document_number,
        documents.effective_date,
        documents.recorded_at

    union all

    select
        company_id,
        partner_id,
        case when document_type = 'credit_note' then 'customer' else 'supplier' end as side,
        note_id as document_id,
        document_type,
        document_number,
        note_date as document_date,
        recorded_at,
        0 as delivered_amount,
        -settled_amount as invoiced_amount,
        0 as paid_amount
    from {{ ref('fct_notes') }}
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
