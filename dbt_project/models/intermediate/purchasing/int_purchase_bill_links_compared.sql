-- One row per link from a purchase order line to a bill line: what was billed against what the order's price asks for the
-- same quantity, both in company currency. The asked amounts of a line are cut from its net amount by cumulative quantity,
-- so that a fully billed line is asked its net amount, to the last unit.
with bills as (
    select
        stg_line_links.line_link_id,
        stg_line_links.company_id,
        stg_line_links.from_line_id as purchase_order_line_id,
        stg_line_links.to_line_id as bill_line_id,
        bill_lines.document_id as bill_id,
        stg_line_links.effective_date,
        stg_line_links.quantity_micro,
        stg_line_links.amount_minor as billed_net_amount_minor,
        order_lines.quantity_micro as ordered_quantity_micro,
        int_document_lines_converted.net_amount_minor as ordered_net_amount_minor,
        sum(stg_line_links.quantity_micro) over (
            partition by stg_line_links.from_line_id
            order by stg_line_links.effective_date, stg_line_links.line_link_id
            rows between unbounded preceding and current row
        ) as upto_quantity_micro
    from {{ ref('stg_line_links') }} as stg_line_links
    inner join {{ ref('stg_document_lines') }} as bill_lines on bill_lines.document_line_id = stg_line_links.to_line_id
    inner join {{ ref('stg_document_lines') }} as order_lines on order_lines.document_line_id = stg_line_links.from_line_id
    inner join {{ ref('int_document_lines_converted') }} as int_document_lines_converted
        on int_document_lines_converted.document_line_id = stg_line_links.from_line_id
    where stg_line_links.link_type = 'bill'
)

select
    line_link_id,
    company_id,
    purchase_order_line_id,
    bill_line_id,
    bill_id,
    effective_date,
    quantity_micro,
    billed_net_amount_minor,
    cast(
        {{ rounded_ratio('cast(ordered_net_amount_minor as ' ~ type_whole() ~ ') * upto_quantity_micro', 'ordered_quantity_micro') }}
        - {{ rounded_ratio(
            'cast(ordered_net_amount_minor as ' ~ type_whole() ~ ') * (upto_quantity_micro - quantity_micro)', 'ordered_quantity_micro',
        ) }} as bigint
    ) as asked_net_amount_minor
from bills
