-- One row per purchase order line, drafts and cancelled orders included (see status).
with order_lines as (
    select
        matched.*,
        int_documents_dated.document_number as order_number,
        int_documents_dated.external_number,
        int_documents_dated.partner_id as supplier_id,
        int_documents_dated.currency as document_currency,
        int_documents_dated.exchange_rate_nano,
        int_documents_dated.effective_date as order_date,
        stg_document_lines.line_number,
        stg_document_lines.item_id,
        stg_document_lines.description,
        coalesce(stg_document_lines.warehouse_id, int_documents_dated.warehouse_id) as warehouse_id,
        coalesce(stg_document_lines.promised_date, stg_document_lines.requested_date) as expected_date,
        coalesce(
            stg_document_lines.first_promised_date, stg_document_lines.promised_date, stg_document_lines.requested_date
        ) as first_expected_date,
        stg_document_lines.unit_price as unit_price_document_currency,
        stg_document_lines.unit_price_micro,
        stg_document_lines.discount_rate_micro,
        stg_document_lines.unit_numerator,
        stg_document_lines.unit_denominator,
        stg_document_lines.extra as extra_fields,
        case
            when matched.order_state in ('draft', 'cancelled') then null
            when matched.is_open then {{ as_of() }}
            else matched.last_received_date
        end as lateness_date
    from {{ ref('int_purchase_order_lines_matched') }} as matched
    inner join {{ ref('int_documents_dated') }} as int_documents_dated
        on int_documents_dated.document_id = matched.purchase_order_id
    inner join {{ ref('stg_document_lines') }} as stg_document_lines
        on stg_document_lines.document_line_id = matched.purchase_order_line_id
)

select
    order_lines.company_id,
    order_lines.purchase_order_line_id,
    order_lines.purchase_order_id,
    order_lines.order_number,
    order_lines.external_number,
    order_lines.line_number,
    order_lines.supplier_id,
    stg_partners.partner_code as supplier_code,
    stg_partners.partner_name as supplier_name,
    order_lines.item_id,
    stg_items.item_code,
    stg_items.item_name,
    order_lines.description,
    order_lines.warehouse_id,
    order_lines.document_currency,
    order_lines.order_date,
    order_lines.expected_date,
    order_lines.first_expected_date,
    order_lines.last_received_date as received_date,
    {{ quantity('order_lines.ordered_quantity_micro') }} as ordered_quantity,
    {{ quantity('order_lines.received_quantity_micro') }} as received_quantity,
    {{ quantity('order_lines.accepted_quantity_micro') }} as accepted_quantity,
    {{ quantity('order_lines.returned_quantity_micro') }} as returned_quantity,
    {{ quantity('order_lines.billed_quantity_micro') }} as billed_quantity,
    {{ quantity('case when order_lines.is_open then order_lines.ordered_quantity_micro - order_lines.received_quantity_micro else 0 end') }}
        as open_quantity,
    -- per base unit, after discount, at the order's rate
    {{ quantity(rounded_ratio(
        'cast(order_lines.unit_price_micro as ' ~ type_whole() ~ ') * (1000000 - order_lines.discount_rate_micro)'
        ~ ' * order_lines.unit_denominator * order_lines.exchange_rate_nano',
        'cast(order_lines.unit_numerator as ' ~ type_whole() ~ ') * 1000000000000000',
    )) }} as unit_price,
    order_lines.unit_price_document_currency,
    {{ amount('order_lines.net_amount_minor', 'order_lines.amount_exponent') }} as net_amount,
    {{ amount('order_lines.gross_amount_minor', 'order_lines.amount_exponent') }} as gross_amount,
    {{ amount('order_lines.billed_net_amount_minor', 'order_lines.amount_exponent') }} as billed_net_amount,
    {{ amount('order_lines.price_difference_amount_minor', 'order_lines.amount_exponent') }} as price_difference_amount,
    order_lines.is_open,
    lateness_day.working_day_number - expected_day.working_day_number as days_late,
    case
        when order_lines.order_state in ('draft', 'cancelled') then order_lines.order_state
        when order_lines.is_open and order_lines.received_quantity_micro = 0 then 'open'
        when order_lines.is_open then 'partly_received'
        when order_lines.billed_quantity_micro >= order_lines.accepted_quantity_micro and order_lines.billed_quantity_micro > 0
            then 'billed'
        when order_lines.received_quantity_micro > 0 then 'received'
        else 'closed'
    end as status,
    order_lines.extra_fields
from order_lines
left join {{ ref('stg_partners') }} as stg_partners on stg_partners.partner_id = order_lines.supplier_id
left join {{ ref('stg_items') }} as stg_items on stg_items.item_id = order_lines.item_id
left join {{ ref('int_calendar_working_days') }} as expected_day
    on
        expected_day.company_id = order_lines.company_id
        and expected_day.calendar_date = order_lines.first_expected_date
left join {{ ref('int_calendar_working_days') }} as lateness_day
    on
        lateness_day.company_id = order_lines.company_id
        and lateness_day.calendar_date = order_lines.lateness_date
