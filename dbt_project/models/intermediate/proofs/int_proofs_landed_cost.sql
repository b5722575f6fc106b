-- One row per landed cost bill or debit note of one with its shares, or ledger line: what is billed and not yet shared out to
-- receipts, against the clearing account.
{{ config(materialized='view') }}
with

shared as (
    select
        line_links.to_line_id as document_line_id,
        sum(line_links.amount_minor) as amount_minor
    from {{ ref('stg_line_links') }} as line_links
    where line_links.link_type = 'landed_cost'
    group by line_links.to_line_id
)

select
    'landed_cost_clearing' as check_name,
    documents.company_id,
    'all' as key,
    2 as suspicion,
    documents.effective_date,
    documents.document_number,
    cast(
        {{ amount(
            "(case when documents.document_type = 'debit_note' then -1 else 1 end * converted_lines.net_amount_minor"
            ~ ' - coalesce(shared.amount_minor, 0))'
        ) }} as decimal(28, 6)
    ) as left_amount,
    cast(0 as decimal(28, 6)) as right_amount
from {{ ref('int_document_lines_converted') }} as converted_lines
inner join {{ ref('int_documents_dated') }} as documents on documents.document_id = converted_lines.document_id
inner join {{ ref('stg_companies') }} as companies on companies.company_id = documents.company_id
left join {{ ref('stg_documents') }} as origins on origins.document_id = documents.origin_document_id
left join shared on shared.document_line_id = converted_lines.document_line_id
where
    (documents.document_type = 'landed_cost' or origins.document_type = 'landed_cost')
    and documents.state not in ('draft', 'cancelled')

union all

select
    'landed_cost_clearing' as check_name,
    journal_lines.company_id,
    'all' as key,
    case when journal_lines.posting in ('settlement', 'landed_cost', 'debit_note') then 3 else 1 end as suspicion,
    case when journal_lines.posting <> 'settlement' then journal_lines.entry_date end as effective_date,
    case when journal_lines.posting <> 'settlement' then coalesce(journal_lines.document_number, journal_lines.entry_number) end
        as document_number,
    cast(0 as decimal(28, 6)) as left_amount,
    cast(journal_lines.debit_amount - journal_lines.credit_amount as decimal(28, 6)) as right_amount
from {{ ref('fct_journal_lines') }} as journal_lines
where journal_lines.account_role = 'landed_cost_clearing'
