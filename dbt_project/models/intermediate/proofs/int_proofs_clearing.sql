-- One row per check and company, from one per landed cost bill, subcontractor's bill or debit note of one, or ledger line: what is
-- billed and not yet shared out to receipts and work orders, against the clearing accounts.
with

-- A charge may be billed before its goods come.
shared as (
    select
        line_links.to_line_id as document_line_id,
        sum(line_links.amount_minor) as amount_minor
    from {{ ref('stg_line_links') }} as line_links
    inner join {{ ref('stg_document_lines') }} as receipt_lines on receipt_lines.document_line_id = line_links.from_line_id
    where line_links.link_type = 'landed_cost'
    group by line_links.to_line_id
),

charged as (
    select
        converted_lines.document_line_id,
        converted_lines.document_id,
        converted_lines.net_amount_minor as amount_minor
    from {{ ref('int_document_lines_converted') }} as converted_lines
    inner join {{ ref('int_documents_dated') }} as documents on documents.document_id = converted_lines.document_id
    where
        documents.document_type = 'landed_cost'
        and documents.state not in ('draft', 'cancelled')

    union all

    select
        notes.to_line_id as document_line_id,
        note_lines.document_id,
        -notes.amount_minor as amount_minor
    from {{ ref('stg_line_links') }} as notes
    inner join {{ ref('stg_document_lines') }} as note_lines on note_lines.document_line_id = notes.to_line_id
    inner join {{ ref('stg_document_lines') }} as bill_lines on bill_lines.document_line_id = notes.from_line_id
    inner join {{ ref('stg_documents') }} as bills on bills.document_id = bill_lines.document_id
    where
        notes.link_type = 'debit_note'
        and bills.document_type = 'landed_cost'
),

sides as (
    select
        'landed_cost_clearing' as check_name,
        documents.company_id,
        'all' as key,
        2 as suspicion,
        documents.effective_date,
        documents.document_number,
        cast({{ amount('(charged.amount_minor - coalesce(shared.amount_minor, 0))') }} as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from charged
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = charged.document_id
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = documents.company_id
    left join shared on shared.document_line_id = charged.document_line_id

    union all

    select
        'subcontract_clearing' as check_name,
        line_links.company_id,
        'all' as key,
        2 as suspicion,
        documents.effective_date,
        documents.document_number,
        cast({{ amount('(line_links.amount_minor - coalesce(subcontract_costs.amount_minor, 0))') }} as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from {{ ref('stg_line_links') }} as line_links
    inner join {{ ref('stg_document_lines') }} as bill_lines on bill_lines.document_line_id = line_links.to_line_id
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = bill_lines.document_id
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = documents.company_id
    left join {{ ref('stg_subcontract_costs') }} as subcontract_costs on subcontract_costs.document_line_id = line_links.to_line_id
    where line_links.link_type = 'subcontract'

    union all

    select
        journal_lines.account_role as check_name,
        journal_lines.company_id,
        'all' as key,
        case when journal_lines.posting in ('settlement', 'landed_cost', 'supplier_bill', 'debit_note') then 3 else 1 end as suspicion,
        case when journal_lines.posting <> 'settlement' then journal_lines.entry_date end as effective_date,
        case when journal_lines.posting <> 'settlement' then coalesce(journal_lines.document_number, journal_lines.entry_number) end
            as document_number,
        cast(0 as decimal(28, 6)) as left_amount,
        cast(journal_lines.debit_amount - journal_lines.credit_amount as decimal(28, 6)) as right_amount
    from {{ ref('fct_journal_lines') }} as journal_lines
    where journal_lines.account_role in ('landed_cost_clearing', 'subcontract_clearing')
)

{{ judged_sides() }}
