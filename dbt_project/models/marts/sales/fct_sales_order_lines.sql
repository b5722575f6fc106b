-- One row per sales order line, drafts and cancelled orders included (see status).
with order_lines as (
    select
        fulfilled.sales_order_line_id,
        fulfilled.sales_order_id,
        fulfilled.company_id,
        int_documents_dated.document_number as order_number,
        int_documents_dated.external_number,
        stg_document_lines.line_number,
        int_documents_dated.partner_id as customer_id,
        int_documents_dated.salesperson_id,
        fulfilled.item_id,
        stg_document_lines.description,
        coalesce(stg_document_lines.warehouse_id, int_documents_dated.warehouse_id) as warehouse_id,
        int_documents_dated.currency as document_currency,
        int_documents_dated.effective_date as order_date,
        stg_document_lines.requested_date,
        stg_document_lines.promised_date,
        -- what was first promised; where nothing was, what the customer asked for
        coalesce(
            stg_document_lines.first_promised_date, stg_document_lines.promised_date, stg_document_lines.requested_date
        ) as first_promised_date,
        fulfilled.first_delivery_date,
        fulfilled.last_delivery_date,
        fulfilled.last_invoice_date,
        fulfilled.order_state,
        fulfilled.is_open,
        fulfilled.amount_exponent,
        fulfilled.ordered_quantity_micro,
        fulfilled.delivered_quantity_micro,
        fulfilled.returned_quantity_micro,
        fulfilled.invoiced_quantity_micro,
        case when fulfilled.is_open then fulfilled.ordered_quantity_micro - fulfilled.delivered_quantity_micro else 0 end
            as open_quantity_micro,
        fulfilled.net_amount_minor,
        fulfilled.gross_amount_minor,
        fulfilled.invoiced_net_amount_minor,
        fulfilled.invoiced_gross_amount_minor,
        fulfilled.credited_quantity_micro,
        fulfilled.credited_net_amount_minor,
        fulfilled.paid_amount_minor,
        case
            when fulfilled.order_state in ('draft', 'cancelled') then null
            when fulfilled.is_open then {{ as_of() }}
            else fulfilled.last_delivery_date
        end as lateness_date,
        stg_document_lines.extra as extra_fields
    from {{ ref('int_sales_order_lines_fulfilled') }} as fulfilled
    inner join {{ ref('int_documents_dated') }} as int_documents_dated
        on int_documents_dated.document_id = fulfilled.sales_order_id
    inner join {{ ref('stg_document_lines') }} as stg_document_lines
        on stg_document_lines.document_line_id = fulfilled.sales_order_line_id
)

select
    order_lines.company_id,
    order_lines.sales_order_line_id,
    order_lines.sales_order_id,
    order_lines.order_number,
    order_lines.external_number,
    order_lines.line_number,
    order_lines.customer_id,
    stg_partners.partner_code as customer_code,
    stg_partners.partner_name as customer_name,
    order_lines.salesperson_id,
    order_lines.item_id,
    stg_items.item_code,
    stg_items.item_name,
    order_lines.description,
    order_lines.warehouse_id,
    order_lines.document_currency,
    order_lines.order_date,
    order_lines.requested_date,
    order_lines.promised_date,
    order_lines.first_promised_date,
    predicted.predicted_date,
    order_lines.first_delivery_date,
    order_lines.last_delivery_date,
    order_lines.last_invoice_date,
    {{ quantity('order_lines.ordered_quantity_micro') }} as ordered_quantity,
    {{ quantity('order_lines.delivered_quantity_micro') }} as delivered_quantity,
    {{ quantity('order_lines.returned_quantity_micro') }} as returned_quantity,
    {{ quantity('order_lines.invoiced_quantity_micro') }} as invoiced_quantity,
    {{ quantity('order_lines.open_quantity_micro') }} as open_quantity,
    {{ amount('order_lines.net_amount_minor', 'order_lines.amount_exponent') }} as net_amount,
    {{ amount('order_lines.gross_amount_minor', 'order_lines.amount_exponent') }} as gross_amount,
    stg_document_lines.net_amount as net_amount_document_currency,
    {{ amount('order_lines.invoiced_net_amount_minor', 'order_lines.amount_exponent') }} as invoiced_net_amount,
    {{ amount('order_lines.invoiced_gross_amount_minor', 'order_lines.amount_exponent') }} as invoiced_gross_amount,
    {{ amount('order_lines.credited_net_amount_minor', 'order_lines.amount_exponent') }} as credited_net_amount,
    {{ amount('order_lines.paid_amount_minor', 'order_lines.amount_exponent') }} as paid_amount,
    order_lines.is_open,
    lateness_day.working_day_number - promised_day.working_day_number as days_late,
    case
        when order_lines.order_state in ('draft', 'cancelled') then order_lines.order_state
        when order_lines.is_open and order_lines.delivered_quantity_micro = 0 then 'open'
        when order_lines.is_open then 'partly_delivered'
        when order_lines.invoiced_quantity_micro < order_lines.delivered_quantity_micro - order_lines.returned_quantity_micro
            then 'delivered'
        when
            order_lines.invoiced_gross_amount_minor > 0
            and order_lines.paid_amount_minor >= order_lines.invoiced_gross_amount_minor
            then 'paid'
        when order_lines.invoiced_quantity_micro > 0 then 'invoiced'
        else 'closed'
    end as status,
    order_lines.extra_fields
from order_lines
inner join {{ ref('stg_document_lines') }} as stg_document_lines
    on stg_document_lines.document_line_id = order_lines.sales_order_line_id
left join {{ ref('int_sales_order_lines_predicted') }} as predicted
    on predicted.sales_order_line_id = order_lines.sales_order_line_id
left join {{ ref('stg_partners') }} as stg_partners on stg_partners.partner_id = order_lines.customer_id
left join {{ ref('stg_items') }} as stg_items on stg_items.item_id = order_lines.item_id
left join {{ ref('int_calendar_working_days') }} as promised_day
    on
        promised_day.company_id = order_lines.company_id
        and promised_day.calendar_date = order_lines.first_promised_date
left join {{ ref('int_calendar_working_days') }} as lateness_day
    on
        lateness_day.company_id = order_lines.company_id
        and lateness_day.calendar_date = order_lines.lateness_date
