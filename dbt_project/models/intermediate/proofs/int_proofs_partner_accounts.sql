-- One row per check and company, from one per open document or ledger line: what partners owe and are owed by documents and
-- allocations, against the ledger.
with

open_documents as (
    select
        'receivables' as check_name,
        receivables.company_id,
        receivables.partner_id,
        receivables.open_amount
    from {{ ref('fct_receivables') }} as receivables

    union all

    select
        'payables' as check_name,
        payables.company_id,
        payables.partner_id,
        payables.open_amount
    from {{ ref('fct_payables') }} as payables
),

ledger_lines as (
    select
        journal_lines.account_role as check_name,
        journal_lines.company_id,
        journal_lines.partner_id,
        journal_lines.document_id,
        journal_lines.entry_date,
        coalesce(journal_lines.document_number, journal_lines.entry_number) as document_number,
        case
            when journal_lines.account_role = 'receivables' then journal_lines.debit_amount - journal_lines.credit_amount
            else journal_lines.credit_amount - journal_lines.debit_amount
        end as amount
    from {{ ref('fct_journal_lines') }} as journal_lines
    where journal_lines.account_role in ('receivables', 'payables')
),

by_document as (
    select
        check_name,
        company_id,
        document_id,
        sum(amount) as amount
    from ledger_lines
    where document_id is not null
    group by check_name, company_id, document_id
),

-- A document whose own posting says something else than the document is the first suspect.
invoices as (
    select
        case when invoices.document_type = 'customer_invoice' then 'receivables' else 'payables' end as check_name,
        invoices.company_id,
        invoices.partner_id,
        invoices.invoice_date,
        invoices.document_number,
        invoices.gross_amount,
        invoices.invoice_id
    from {{ ref('fct_invoices') }} as invoices
),

allocations as (
    select
        payment_allocations.payment_id,
        sum(payment_allocations.amount) as amount
    from {{ ref('stg_payment_allocations') }} as payment_allocations
    group by payment_allocations.payment_id
),

sides as (
    select
        open_documents.check_name,
        open_documents.company_id,
        coalesce(cast(open_documents.partner_id as varchar), 'no partner') as key,
        4 as suspicion,
        cast(null as date) as effective_date,
        cast(null as varchar) as document_number,
        cast(open_documents.open_amount as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from open_documents

    union all

    select
        ledger_lines.check_name,
        ledger_lines.company_id,
        coalesce(cast(ledger_lines.partner_id as varchar), 'no partner') as key,
        case
            when ledger_lines.document_id is null then 1
            when allocations.payment_id is not null and abs(by_document.amount) <> allocations.amount then 1
            else 3
        end as suspicion,
        ledger_lines.entry_date as effective_date,
        ledger_lines.document_number,
        cast(0 as decimal(28, 6)) as left_amount,
        cast(ledger_lines.amount as decimal(28, 6)) as right_amount
    from ledger_lines
    left join by_document
        on by_document.check_name = ledger_lines.check_name
        and by_document.company_id = ledger_lines.company_id
        and by_document.document_id = ledger_lines.document_id
    left join allocations on allocations.payment_id = ledger_lines.document_id

    union all

    select
        invoices.check_name,
        invoices.company_id,
        coalesce(cast(invoices.partner_id as varchar), 'no partner') as key,
        1 as suspicion,
        invoices.invoice_date as effective_date,
        invoices.document_number,
        cast(0 as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from invoices
    left join by_document
        on by_document.check_name = invoices.check_name
        and by_document.company_id = invoices.company_id
        and by_document.document_id = invoices.invoice_id
    where invoices.gross_amount <> coalesce(by_document.amount, 0)
)

{{ judged_sides() }}
