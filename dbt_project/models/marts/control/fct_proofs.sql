-- One row per check and company: two sides that must agree, from different tables written by different code.
{% set proofs = [
    'int_proofs_stock_balances',
    'int_proofs_stock_quantity',
    'int_proofs_value_conservation',
    'int_proofs_cost_slices',
    'int_proofs_stock_layers',
    'int_proofs_stock_value',
    'int_proofs_work_orders',
    'int_proofs_work_in_progress',
    'int_proofs_goods_received',
    'int_proofs_clearing',
    'int_proofs_cost_of_sales',
    'int_proofs_partner_accounts',
    'int_proofs_ledger',
    'int_proofs_costs',
    'int_proofs_documents',
    'int_proofs_document_links',
    'int_proofs_postings',
    'int_proofs_rows',
    'int_proofs_entries',
    'int_proofs_commands',
] -%}
with

checks as (
    select check_name, left_side, right_side
    from (
        values
        ('stock_balances', 'stock moves', 'stock balances'),
        ('stock_quantity', 'stock moves', 'layers on hand'),
        ('value_conservation', 'value of stock moves', 'value of layers on hand'),
        ('cost_slices', 'value of what went out', 'slices of layers taken'),
        ('stock_layers', 'layers of stock on every day', 'stock balances on every day'),
        ('stock_value', 'value of layers on hand', 'inventory account'),
        ('work_order_cost', 'issues and time', 'outputs, losses and work in progress'),
        ('work_in_progress', 'work orders', 'work in progress account'),
        ('goods_received_not_billed', 'receipts less bills', 'goods received, not billed account'),
        ('landed_cost_clearing', 'landed cost bills less shares', 'landed cost clearing account'),
        ('subcontract_clearing', 'subcontract bills less costs', 'subcontract clearing account'),
        ('order_cost', 'actual cost of orders', 'cost of sales account'),
        ('order_revenue', 'actual revenue of orders', 'revenue and sales returns accounts'),
        ('receipt_costs', 'price facts of receipts', 'value of receipts'),
        ('cost_variances', 'variances by cause', 'settled variances, of moves and of work orders'),
        ('company_value', 'value come in and work', 'on hand, in work, sold, lost and variances'),
        ('document_amounts', 'heads and prices', 'lines'),
        ('document_quantities', 'lines', 'entries, moves and links'),
        ('document_dates', 'days and times of documents', 'days and times of what was recorded with them'),
        ('document_links', 'numbers, links and moves', 'what they may join'),
        ('postings', 'documents', 'entries of documents'),
        ('commands', 'what commands said', 'what they recorded'),
        ('costing_entries', 'results of costing', 'their parts, prices, slices and layers'),
        ('repeated_rows', 'rows of marts', 'records and results that they repeat'),
        ('receivables', 'open customer invoices', 'receivables account'),
        ('payables', 'open bills', 'payables account'),
        ('journal_entries', 'debits of entries', 'credits of entries'),
        ('trial_balance', 'debits', 'credits'),
        ('cost_settlement', 'cost settled and due', 'computed cost')
    ) as named (check_name, left_side, right_side)
),

judged as (
    {% for proof in proofs -%}
    select * from {{ ref(proof) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- A check of sums cannot always tell the document; then the first that another check of the company names is told.
named_elsewhere as (
    select
        judged.company_id,
        judged.effective_date,
        judged.document_number,
        row_number() over (
            partition by judged.company_id order by judged.suspicion, judged.effective_date, judged.document_number
        ) as turn
    from judged
    where judged.document_number is not null
)

select
    companies.company_id,
    checks.check_name,
    companies.company_code as scope,
    checks.left_side,
    checks.right_side,
    cast(coalesce(judged.left_amount, 0) as decimal(28, 6)) as left_amount,
    cast(coalesce(judged.right_amount, 0) as decimal(28, 6)) as right_amount,
    cast(
        case
            when coalesce(judged.left_amount, 0) <> coalesce(judged.right_amount, 0) then judged.left_amount - judged.right_amount
            else coalesce(judged.key_difference, 0)
        end as decimal(28, 6)
    ) as difference,
    coalesce(judged.key_difference, 0) = 0 as is_green,
    cast(coalesce(judged.key_count, 0) as bigint) as key_count,
    cast(coalesce(judged.failing_key_count, 0) as bigint) as failing_key_count,
    case when judged.key_difference > 0 then coalesce(judged.document_number, named_elsewhere.document_number) end
        as first_document_number,
    case when judged.key_difference > 0
        then case when judged.document_number is not null then judged.effective_date else named_elsewhere.effective_date end
    end as first_document_date
from checks
cross join {{ ref('stg_companies') }} as companies
left join judged
    on judged.check_name = checks.check_name
    and judged.company_id = companies.company_id
left join named_elsewhere
    on named_elsewhere.company_id = companies.company_id
    and named_elsewhere.turn = 1
order by companies.company_id, checks.check_name
