-- One row per check and company, from one per layer, ledger line or move of an item: value of the layers left, against the inventory
-- account, posted and pending.
with

sides as (
    select
        'stock_value' as check_name,
        ageing.company_id,
        coalesce(cast(ageing.item_id as varchar), 'no item') as key,
        3 as suspicion,
        cast(null as date) as effective_date,
        cast(null as varchar) as document_number,
        cast(ageing.value_amount as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from {{ ref('fct_stock_ageing') }} as ageing

    union all

    select
        'stock_value' as check_name,
        journal_lines.company_id,
        coalesce(cast(journal_lines.item_id as varchar), 'no item') as key,
        -- What settlement did not post has no business in an inventory account.
        case when journal_lines.posting = 'settlement' then 3 else 1 end as suspicion,
        case when journal_lines.posting <> 'settlement' then journal_lines.entry_date end as effective_date,
        case when journal_lines.posting <> 'settlement' then coalesce(journal_lines.document_number, journal_lines.entry_number) end
            as document_number,
        cast(0 as decimal(28, 6)) as left_amount,
        cast(journal_lines.debit_amount - journal_lines.credit_amount as decimal(28, 6)) as right_amount
    from {{ ref('fct_journal_lines') }} as journal_lines
    where journal_lines.account_role = 'inventory'

    union all

    -- Moves name the first document of an item where nothing else is suspicious.
    select
        'stock_value' as check_name,
        moves.company_id,
        cast(moves.item_id as varchar) as key,
        2 as suspicion,
        moves.effective_date,
        moves.document_number,
        cast(0 as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from {{ ref('fct_stock_moves') }} as moves
)

{{ judged_sides() }}
