-- One row per sales order line: what is delivered, returned, invoiced, credited and paid of it by as_of.
with order_lines as (
    select
        stg_document_lines.document_line_id as sales_order_line_id,
        stg_document_lines.document_id as sales_order_id,
        stg_document_lines.company_id,
        stg_document_lines.item_id,
        stg_document_lines.quantity_micro as ordered_quantity_micro,
        int_documents_dated.state as order_state,
        int_documents_dated.amount_exponent,
        int_document_lines_converted.net_amount_minor,
        int_document_lines_converted.gross_amount_minor
    from {{ ref('stg_document_lines') }} as stg_document_lines
    inner join {{ ref('int_documents_dated') }} as int_documents_dated
        on int_documents_dated.document_id = stg_document_lines.document_id
    inner join {{ ref('int_document_lines_converted') }} as int_document_lines_converted
        on int_document_lines_converted.document_line_id = stg_document_lines.document_line_id
    where int_documents_dated.document_type = 'sales_order'
),

delivered as (
    select
        from_line_id as sales_order_line_id,
        {{ whole_sum('quantity_micro') }} as delivered_quantity_micro,
        min(effective_date) as first_delivery_date,
        max(effective_date) as last_delivery_date
    from {{ ref('stg_line_links') }}
    where link_type = 'delivery'
    group by from_line_id
),

-- What comes back of a delivery line that serves several orders is shared among them by quantity, as its cost is.
delivery_spans as (
    select
        from_line_id as sales_order_line_id,
        to_line_id as delivery_line_id,
        quantity_micro,
        sum(quantity_micro) over (partition by to_line_id) as whole_micro,
        sum(quantity_micro) over (
            partition by to_line_id order by line_link_id rows between unbounded preceding and current row
        ) as upto_micro
    from {{ ref('stg_line_links') }}
    where link_type = 'delivery'
),

returned as (
    select
        deliveries.sales_order_line_id,
        {{ whole_sum(share_of_span(
            'customer_returns.quantity_micro', 'deliveries.upto_micro - deliveries.quantity_micro', 'deliveries.upto_micro',
            'deliveries.whole_micro',
        )) }} as returned_quantity_micro
    from delivery_spans as deliveries
    inner join {{ ref('stg_line_links') }} as customer_returns
        on customer_returns.from_line_id = deliveries.delivery_line_id
        and customer_returns.link_type = 'customer_return'
    group by deliveries.sales_order_line_id
),

-- A credit note's line belongs to the order lines of its invoice line, by invoiced quantity.
noted as (
    select
        invoices.line_link_id,
        invoices.sales_order_line_id,
        credit_notes.line_link_id as note_link_id,
        credit_notes.quantity_micro as note_quantity_micro,
        credit_notes.amount_minor as note_amount_minor,
        invoices.quantity_micro as weight_micro
    from {{ ref('int_invoice_links_valued') }} as invoices
    inner join {{ ref('stg_line_links') }} as credit_notes
        on credit_notes.from_line_id = invoices.invoice_line_id
        and credit_notes.link_type = 'credit_note'
),

noted_amounts as (
    {{ split_by_weight(
        relation='noted', total='note_amount_minor', weight='weight_micro',
        group='note_link_id', order_by='line_link_id', part='part_minor',
    ) }}
),

noted_quantities as (
    {{ split_by_weight(
        relation='noted', total='note_quantity_micro', weight='weight_micro',
        group='note_link_id', order_by='line_link_id', part='part_micro',
    ) }}
),

credited as (
    select
        noted_amounts.sales_order_line_id,
        {{ whole_sum('noted_amounts.part_minor') }} as credited_net_amount_minor,
        {{ whole_sum('noted_quantities.part_micro') }} as credited_quantity_micro
    from noted_amounts
    inner join noted_quantities
        on noted_quantities.note_link_id = noted_amounts.note_link_id
        and noted_quantities.line_link_id = noted_amounts.line_link_id
    group by noted_amounts.sales_order_line_id
),

invoiced as (
    select
        sales_order_line_id,
        {{ whole_sum('quantity_micro') }} as invoiced_quantity_micro,
        {{ whole_sum('net_amount_minor') }} as invoiced_net_amount_minor,
        {{ whole_sum('gross_amount_minor') }} as invoiced_gross_amount_minor,
        {{ whole_sum('paid_amount_minor') }} as paid_amount_minor,
        max(effective_date) as last_invoice_date
    from {{ ref('int_invoice_links_valued') }}
    group by sales_order_line_id
)

select
    order_lines.sales_order_line_id,
    order_lines.sales_order_id,
    order_lines.company_id,
    order_lines.item_id,
    order_lines.order_state,
    order_lines.order_state in ('confirmed', 'released')
    and order_lines.ordered_quantity_micro > coalesce(delivered.delivered_quantity_micro, 0) as is_open,

    delivered.first_delivery_date,
    delivered.last_delivery_date,
    invoiced.last_invoice_date,

    order_lines.amount_exponent,
    order_lines.ordered_quantity_micro,
    coalesce(delivered.delivered_quantity_micro, 0) as delivered_quantity_micro,
    coalesce(returned.returned_quantity_micro, 0) as returned_quantity_micro,
    coalesce(invoiced.invoiced_quantity_micro, 0) as invoiced_quantity_micro,
    order_lines.net_amount_minor,
    order_lines.gross_amount_minor,
    coalesce(invoiced.invoiced_net_amount_minor, 0) as invoiced_net_amount_minor,
    coalesce(invoiced.invoiced_gross_amount_minor, 0) as invoiced_gross_amount_minor,
    coalesce(credited.credited_quantity_micro, 0) as credited_quantity_micro,
    coalesce(credited.credited_net_amount_minor, 0) as credited_net_amount_minor,
    greatest(coalesce(returned.returned_quantity_micro, 0), coalesce(credited.credited_quantity_micro, 0))
        as taken_back_quantity_micro,
    coalesce(invoiced.paid_amount_minor, 0) as paid_amount_minor
from order_lines
left join delivered on delivered.sales_order_line_id = order_lines.sales_order_line_id
left join returned on returned.sales_order_line_id = order_lines.sales_order_line_id
left join invoiced on invoiced.sales_order_line_id = order_lines.sales_order_line_id
left join credited on credited.sales_order_line_id = order_lines.sales_order_line_id
