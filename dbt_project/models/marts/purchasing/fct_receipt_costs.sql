-- One row per goods receipt line and fact that says what its goods cost: order price, bill, difference of rates, allowance, goods
-- that went back, landed cost. The rows of a receipt line add up to the value that it brought into stock.
with

receipts as (
    select
        prices.receipt_line_id,
        prices.company_id,
        prices.item_id,
        prices.purchase_order_line_id,
        prices.effective_date as receipt_date,
        prices.unbilled_quantity_micro,
        prices.unbilled_amount_minor,
        receipt_lines.document_id as receipt_id,
        receipt_lines.line_number as receipt_line_number,
        documents.document_number as receipt_number,
        documents.partner_id as supplier_id,
        documents.exchange_rate_nano,
        coalesce(order_lines.document_id, receipt_lines.document_id) as price_document_id,
        coalesce(prices.purchase_order_line_id, prices.receipt_line_id) as price_line_id
    from {{ ref('int_receipt_prices') }} as prices
    inner join {{ ref('stg_document_lines') }} as receipt_lines on receipt_lines.document_line_id = prices.receipt_line_id
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = receipt_lines.document_id
    inner join {{ ref('stg_items') }} as items on items.item_id = prices.item_id
    left join {{ ref('stg_document_lines') }} as order_lines on order_lines.document_line_id = prices.purchase_order_line_id
    where items.kind <> 'service'
),

-- What a bill charges, as if its rate were the receipt's; the rest is the difference of the rates.
billed as (
    select
        matches.receipt_line_id,
        matches.bill_line_id,
        matches.bill_link_id,
        bill_lines.document_id as bill_id,
        matches.quantity_micro,
        matches.from_quantity_micro,
        matches.upto_quantity_micro,
        matches.bill_quantity_micro,
        matches.billed_amount_minor,
        {{ rounded_ratio(
            'cast(matches.billed_amount_minor as ' ~ type_whole() ~ ') * receipts.exchange_rate_nano', 'bills.exchange_rate_nano'
        ) }} as amount_at_receipt_rate_minor
    from {{ ref('int_bills_matched') }} as matches
    inner join receipts on receipts.receipt_line_id = matches.receipt_line_id
    inner join {{ ref('stg_document_lines') }} as bill_lines on bill_lines.document_line_id = matches.bill_line_id
    inner join {{ ref('stg_documents') }} as bills on bills.document_id = bill_lines.document_id
),

-- Allowances one by one, cut so that they add up to what the bill line got of them together.
allowances as (
    select
        notes.from_line_id as bill_line_id,
        notes.to_line_id as note_line_id,
        note_lines.document_id as note_id,
        notes.amount_minor,
        sum(notes.amount_minor) over (
            partition by notes.from_line_id order by notes.line_link_id rows between unbounded preceding and current row
        ) as upto_amount_minor
    from {{ ref('stg_line_links') }} as notes
    inner join {{ ref('stg_document_lines') }} as note_lines on note_lines.document_line_id = notes.to_line_id
    where
        notes.link_type = 'debit_note'
        and notes.quantity_micro = 0
),

facts as (
    select
        receipts.receipt_line_id,
        'order_price' as price_fact,
        receipts.price_line_id as document_line_id,
        receipts.price_document_id as document_id,
        receipts.unbilled_quantity_micro as quantity_micro,
        receipts.unbilled_amount_minor as amount_minor
    from receipts
    where receipts.unbilled_quantity_micro > 0

    union all

    select
        billed.receipt_line_id,
        'bill' as price_fact,
        billed.bill_line_id as document_line_id,
        billed.bill_id as document_id,
        billed.quantity_micro,
        billed.amount_at_receipt_rate_minor as amount_minor
    from billed

    union all

    select
        billed.receipt_line_id,
        'rate_difference' as price_fact,
        billed.bill_line_id as document_line_id,
        billed.bill_id as document_id,
        0 as quantity_micro,
        billed.billed_amount_minor - billed.amount_at_receipt_rate_minor as amount_minor
    from billed
    where billed.billed_amount_minor <> billed.amount_at_receipt_rate_minor

    union all

    select
        billed.receipt_line_id,
        'allowance' as price_fact,
        allowances.note_line_id as document_line_id,
        allowances.note_id as document_id,
        0 as quantity_micro,
        {{ share_of_span(
            '(allowances.upto_amount_minor - allowances.amount_minor)', 'billed.from_quantity_micro', 'billed.upto_quantity_micro',
            'billed.bill_quantity_micro',
        ) }}
        - {{ share_of_span(
            'allowances.upto_amount_minor', 'billed.from_quantity_micro', 'billed.upto_quantity_micro', 'billed.bill_quantity_micro'
        ) }} as amount_minor
    from billed
    inner join allowances on allowances.bill_line_id = billed.bill_line_id

    union all

    select
        supplier_returns.receipt_line_id,
        'returned' as price_fact,
        supplier_returns.return_line_id as document_line_id,
        return_lines.document_id,
        supplier_returns.quantity_micro,
        supplier_returns.received_amount_minor as amount_minor
    from {{ ref('int_supplier_returns_priced') }} as supplier_returns
    inner join {{ ref('stg_document_lines') }} as return_lines on return_lines.document_line_id = supplier_returns.return_line_id

    union all

    select
        line_links.from_line_id as receipt_line_id,
        'landed_cost' as price_fact,
        line_links.to_line_id as document_line_id,
        landed_lines.document_id,
        0 as quantity_micro,
        line_links.amount_minor
    from {{ ref('stg_line_links') }} as line_links
    inner join {{ ref('stg_document_lines') }} as landed_lines on landed_lines.document_line_id = line_links.to_line_id
    where line_links.link_type = 'landed_cost'
),

summed as (
    select
        facts.receipt_line_id,
        facts.price_fact,
        facts.document_line_id,
        min(facts.document_id) as document_id,
        sum(facts.quantity_micro) as quantity_micro,
        sum(facts.amount_minor) as amount_minor
    from facts
    group by facts.receipt_line_id, facts.price_fact, facts.document_line_id
)

select
    receipts.company_id,
    summed.receipt_line_id || '-' || summed.price_fact || '-' || summed.document_line_id as receipt_cost_key,
    receipts.receipt_id,
    receipts.receipt_number,
    receipts.receipt_line_id,
    receipts.receipt_line_number,
    receipts.receipt_date,
    receipts.purchase_order_line_id,
    receipts.supplier_id,
    suppliers.partner_code as supplier_code,
    receipts.item_id,
    items.item_code,
    items.item_name,
    summed.price_fact,
    case when summed.price_fact = 'landed_cost' then 'landed' else 'material' end as cost_component,
    summed.document_id,
    documents.document_type,
    documents.document_number,
    summed.document_line_id,
    documents.effective_date as document_date,
    documents.recorded_at,
    documents.currency as document_currency,
    documents.exchange_rate,
    {{ quantity('summed.quantity_micro') }} as quantity,
    {{ amount('summed.amount_minor', 'companies.amount_exponent') }} as amount
from summed
inner join receipts on receipts.receipt_line_id = summed.receipt_line_id
inner join {{ ref('stg_companies') }} as companies on companies.company_id = receipts.company_id
inner join {{ ref('stg_items') }} as items on items.item_id = receipts.item_id
inner join {{ ref('stg_documents') }} as documents on documents.document_id = summed.document_id
left join {{ ref('stg_partners') }} as suppliers on suppliers.partner_id = receipts.supplier_id
