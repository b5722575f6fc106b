-- One row per check and company, from one per receipt, bill or ledger line: what is received and not billed (bills ahead of receipts
-- negative), against the account.
with

receipts as (
    select
        prices.company_id,
        prices.item_id,
        prices.effective_date,
        documents.document_number,
        prices.unbilled_amount_minor as amount_minor
    from {{ ref('int_receipt_prices') }} as prices
    inner join {{ ref('stg_items') }} as items on items.item_id = prices.item_id
    inner join {{ ref('stg_document_lines') }} as receipt_lines on receipt_lines.document_line_id = prices.receipt_line_id
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = receipt_lines.document_id
    where items.kind <> 'service'
),

matched as (
    select
        matches.bill_link_id,
        sum(matches.amount_minor) as amount_minor
    from {{ ref('int_bills_matched') }} as matches
    group by matches.bill_link_id
),

bills as (
    select
        bill_links.company_id,
        bill_lines.item_id,
        bill_links.effective_date,
        documents.document_number,
        coalesce(matched.amount_minor, 0) - bill_links.amount_minor as amount_minor
    from {{ ref('int_bill_links_netted') }} as bill_links
    inner join {{ ref('stg_document_lines') }} as bill_lines on bill_lines.document_line_id = bill_links.bill_line_id
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = bill_links.bill_id
    inner join {{ ref('stg_items') }} as items on items.item_id = bill_lines.item_id
    left join matched on matched.bill_link_id = bill_links.bill_link_id
    where items.kind <> 'service'
),

expected as (
    select * from receipts
    union all
    select * from bills
),

sides as (
    select
        'goods_received_not_billed' as check_name,
        expected.company_id,
        coalesce(cast(expected.item_id as varchar), 'no item') as key,
        2 as suspicion,
        expected.effective_date,
        expected.document_number,
        cast({{ amount('expected.amount_minor') }} as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from expected
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = expected.company_id

    union all

    select
        'goods_received_not_billed' as check_name,
        journal_lines.company_id,
        coalesce(cast(journal_lines.item_id as varchar), 'no item') as key,
        case when journal_lines.posting in ('settlement', 'supplier_bill', 'debit_note') then 3 else 1 end as suspicion,
        case when journal_lines.posting <> 'settlement' then journal_lines.entry_date end as effective_date,
        case when journal_lines.posting <> 'settlement' then coalesce(journal_lines.document_number, journal_lines.entry_number) end
            as document_number,
        cast(0 as decimal(28, 6)) as left_amount,
        cast(journal_lines.credit_amount - journal_lines.debit_amount as decimal(28, 6)) as right_amount
    from {{ ref('fct_journal_lines') }} as journal_lines
    where journal_lines.account_role = 'goods_received_not_billed'
)

{{ judged_sides() }}
