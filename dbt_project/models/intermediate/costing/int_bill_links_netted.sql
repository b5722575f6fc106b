-- One row per supplier bill line and the purchase order line it bills: what the bill still says after its debit notes. Minor
-- units of company currency.
-- A note without a quantity is an allowance: the price falls. A note with a quantity takes goods off the bill: what went back is
-- credited at the note's amount while it was worth what was billed; what never came leaves the bill at the note's amount.
with

bill_links as (
    select
        line_links.line_link_id as bill_link_id,
        line_links.company_id,
        line_links.from_line_id as purchase_order_line_id,
        line_links.to_line_id as bill_line_id,
        bill_lines.document_id as bill_id,
        documents.effective_date,
        documents.recorded_at_microseconds,
        line_links.quantity_micro,
        cast(line_links.amount_minor as {{ type_whole() }}) as amount_minor
    from {{ ref('stg_line_links') }} as line_links
    inner join {{ ref('stg_document_lines') }} as bill_lines on bill_lines.document_line_id = line_links.to_line_id
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = bill_lines.document_id
    where line_links.link_type = 'bill'
),

-- A bill line bills one order line.
notes as (
    select
        line_links.from_line_id as bill_line_id,
        sum(line_links.quantity_micro) as quantity_micro,
        sum(case when line_links.quantity_micro > 0 then line_links.amount_minor else 0 end) as amount_minor,
        sum(case when line_links.quantity_micro > 0 then 0 else line_links.amount_minor end) as allowance_minor
    from {{ ref('stg_line_links') }} as line_links
    where line_links.link_type = 'debit_note'
    group by line_links.from_line_id
),

returned as (
    select
        receipts.from_line_id as purchase_order_line_id,
        sum(returns.quantity_micro) as quantity_micro
    from {{ ref('stg_line_links') }} as returns
    inner join {{ ref('stg_line_links') }} as receipts
        on receipts.to_line_id = returns.from_line_id
        and receipts.link_type = 'receipt'
    where returns.link_type = 'supplier_return'
    group by receipts.from_line_id
),

noted as (
    select
        bill_links.*,
        coalesce(notes.quantity_micro, 0) as noted_quantity_micro,
        coalesce(notes.amount_minor, 0) as noted_amount_minor,
        coalesce(notes.allowance_minor, 0) as allowance_minor,
        least(
            greatest(
                coalesce(returned.quantity_micro, 0)
                - sum(coalesce(notes.quantity_micro, 0)) over (
                    partition by bill_links.purchase_order_line_id
                    order by bill_links.effective_date, bill_links.recorded_at_microseconds, bill_links.bill_link_id
                    rows between unbounded preceding and current row
                )
                + coalesce(notes.quantity_micro, 0),
                0
            ),
            coalesce(notes.quantity_micro, 0)
        ) as returned_quantity_micro
    from bill_links
    left join notes on notes.bill_line_id = bill_links.bill_line_id
    left join returned on returned.purchase_order_line_id = bill_links.purchase_order_line_id
),

split as (
    select
        noted.*,
        noted.quantity_micro - noted.noted_quantity_micro as left_quantity_micro,
        coalesce({{ rounded_ratio('noted.amount_minor * noted.returned_quantity_micro', 'noted.quantity_micro') }}, 0)
            as returned_amount_minor,
        coalesce({{ rounded_ratio('noted.noted_amount_minor * noted.returned_quantity_micro', 'noted.noted_quantity_micro') }}, 0)
            as credited_amount_minor
    from noted
)

select
    split.bill_link_id,
    split.company_id,
    split.purchase_order_line_id,
    split.bill_line_id,
    split.bill_id,
    split.effective_date,
    cast(split.left_quantity_micro as bigint) as quantity_micro,
    cast(split.amount_minor - split.returned_amount_minor - split.noted_amount_minor + split.credited_amount_minor as bigint)
        as billed_amount_minor,
    cast(split.allowance_minor as bigint) as allowance_minor,
    cast(
        split.amount_minor - split.returned_amount_minor - split.noted_amount_minor + split.credited_amount_minor
        - split.allowance_minor
        as bigint
    ) as amount_minor,
    cast(split.returned_quantity_micro as bigint) as returned_quantity_micro,
    cast(split.returned_amount_minor as bigint) as returned_amount_minor,
    cast(split.credited_amount_minor as bigint) as credited_amount_minor,
    cast(
        sum(split.left_quantity_micro) over (
            partition by split.purchase_order_line_id
            order by split.effective_date, split.recorded_at_microseconds, split.bill_link_id
            rows between unbounded preceding and current row
        ) as bigint
    ) as span_end_micro
from split
