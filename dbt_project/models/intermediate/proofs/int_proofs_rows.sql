-- One row per check and company, from one per row of a mart that says something else than the record or result that it repeats, and one
-- per mart for all that agree.
with

-- A move as recorded, with the value that its end in a warehouse took in, or gave where it only left.
moves as (
    select
        moves.move_id,
        moves.company_id,
        moves.move_type,
        moves.item_id,
        moves.from_location_id,
        moves.to_location_id,
        moves.quantity,
        moves.effective_date,
        moves.document_id,
        moves.document_line_id,
        moves.work_order_id,
        moves.origin_move_id,
        moves.is_taken_back,
        documents.document_number,
        {% for component in cost_components() -%}
        {{ amount('coalesce(came.' ~ component ~ '_amount, -gone.' ~ component ~ '_amount, 0)') }} as {{ component }}_amount,
        {% endfor -%}
        coalesce(came.is_estimated, false) or coalesce(gone.is_estimated, false) as is_estimated
    from {{ ref('stg_stock_moves') }} as moves
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = moves.company_id
    left join {{ ref('stg_documents') }} as documents on documents.document_id = moves.document_id
    left join {{ ref('engine_valued_entries') }} as came on came.entry_id = 2 * moves.move_id
    left join {{ ref('engine_valued_entries') }} as gone on gone.entry_id = 2 * moves.move_id + 1
),

facts_of_receipts as (
    select
        'order_price' as price_fact,
        receipt_line_id,
        unbilled_quantity_micro as quantity_micro,
        unbilled_amount_minor as amount_minor,
        cast(null as bigint) as document_line_id
    from {{ ref('int_receipt_prices') }}

    union all

    -- The price of a bill and the difference of its rate are what it charges.
    select
        'bill' as price_fact,
        receipt_line_id,
        sum(quantity_micro) as quantity_micro,
        sum(billed_amount_minor) as amount_minor,
        bill_line_id as document_line_id
    from {{ ref('int_bills_matched') }}
    group by receipt_line_id, bill_line_id

    union all

    select
        'landed_cost' as price_fact,
        from_line_id as receipt_line_id,
        0 as quantity_micro,
        sum(amount_minor) as amount_minor,
        to_line_id as document_line_id
    from {{ ref('stg_line_links') }}
    where link_type = 'landed_cost'
    group by from_line_id, to_line_id

    union all

    select
        'returned' as price_fact,
        receipt_line_id,
        sum(quantity_micro) as quantity_micro,
        sum(received_amount_minor) as amount_minor,
        return_line_id as document_line_id
    from {{ ref('int_supplier_returns_priced') }}
    group by receipt_line_id, return_line_id
),

receipt_costs as (
    select
        receipt_line_id,
        case price_fact when 'rate_difference' then 'bill' else price_fact end as price_fact,
        case when price_fact <> 'order_price' then document_line_id end as document_line_id,
        company_id,
        min(document_number) as document_number,
        min(document_date) as document_date,
        min(document_id) as document_id,
        min(receipt_id) as receipt_id,
        min(receipt_date) as receipt_date,
        sum(quantity) as quantity,
        sum(amount) as amount,
        count(distinct document_date) = 1 and count(distinct receipt_date) = 1 and count(distinct exchange_rate) = 1 as is_of_one_day,
        min(exchange_rate) as exchange_rate
    from {{ ref('fct_receipt_costs') }}
    where price_fact <> 'allowance'
    group by
        receipt_line_id,
        case price_fact when 'rate_difference' then 'bill' else price_fact end,
        case when price_fact <> 'order_price' then document_line_id end,
        company_id
),

-- When a work order was worked at, how much came of it, and its plan.
worked as (
    select
        work_order_id,
        min(effective_date) as first_date,
        max(case when move_type = 'output' then effective_date end) as last_output_date,
        sum(case when move_type = 'output_scrap' then quantity_micro else 0 end) as scrap_quantity_micro
    from {{ ref('stg_stock_moves') }}
    where
        work_order_id is not null
        and not is_taken_back
    group by work_order_id
),

timed as (
    select
        work_order_id,
        min(effective_date) as first_date
    from {{ ref('stg_time_entries') }}
    where
        work_order_id is not null
        and not is_taken_back
    group by work_order_id
),

good as (
    select
        moves.work_order_id,
        sum(moves.quantity_micro) as quantity_micro
    from {{ ref('stg_stock_moves') }} as moves
    inner join {{ ref('stg_work_orders') }} as plans
        on plans.work_order_id = moves.work_order_id
        and plans.item_id = moves.item_id
    where moves.move_type = 'output'
    group by moves.work_order_id
),

closed as (
    select
        document_id,
        min(effective_date) as closed_date
    from {{ ref('stg_document_events') }}
    where state in ('done', 'cancelled')
    group by document_id
),

paid as (
    select
        allocations.invoice_id,
        max(allocations.effective_date) as last_paid_date
    from {{ ref('stg_payment_allocations') }} as allocations
    inner join {{ ref('stg_documents') }} as payments on payments.document_id = allocations.payment_id
    where payments.document_type not in ('credit_note', 'debit_note')
    group by allocations.invoice_id
),

{% set same %}is not distinct from{% endset %}
compared as (
    select
        'fct_stock_moves' as mart,
        coalesce(told.company_id, moves.company_id) as company_id,
        cast(coalesce(told.move_id, moves.move_id) as varchar) as key,
        coalesce(told.document_number, moves.document_number) as document_number,
        coalesce(moves.effective_date, told.effective_date) as effective_date,
        (
            {% for column in [
                'move_id', 'company_id', 'move_type', 'item_id', 'from_location_id', 'to_location_id', 'quantity', 'effective_date',
                'document_id', 'document_line_id', 'work_order_id', 'origin_move_id', 'document_number', 'material_amount', 'labour_amount',
                'overhead_amount', 'subcontract_amount', 'landed_amount', 'is_estimated', 'is_taken_back',
            ] -%}
            {{ 'and ' if not loop.first }}told.{{ column }} {{ same }} moves.{{ column }}
            {% endfor -%}
        ) as is_same
    from {{ ref('fct_stock_moves') }} as told
    full join moves on moves.move_id = told.move_id

    union all

    select
        'fct_cost_slices' as mart,
        told.company_id,
        told.issue_move_id || '/' || coalesce(told.layer_move_id, 0) as key,
        coalesce(issues.document_number, told.issue_document_number) as document_number,
        issues.effective_date,
        (
            told.issue_date {{ same }} issues.effective_date
            and told.layer_date {{ same }} layers.effective_date
            and told.item_id {{ same }} issues.item_id
            and (layers.move_id is null or layers.item_id = issues.item_id)
            and told.issue_document_number {{ same }} issues.document_number
            and told.layer_document_number {{ same }} layers.document_number
            and told.issue_work_order_id {{ same }} issues.work_order_id
            and told.layer_work_order_id {{ same }} layers.work_order_id
        ) as is_same
    from {{ ref('fct_cost_slices') }} as told
    left join moves as issues on issues.move_id = told.issue_move_id
    left join moves as layers on layers.move_id = told.layer_move_id

    union all

    select
        'fct_receipt_costs' as mart,
        coalesce(told.company_id, receipts.company_id) as company_id,
        coalesce(told.receipt_line_id, facts.receipt_line_id) || ' ' || coalesce(told.price_fact, facts.price_fact)
        || coalesce(told.document_line_id, facts.document_line_id, 0) as key,
        coalesce(told.document_number, documents.document_number, receipts.document_number) as document_number,
        coalesce(told.document_date, documents.effective_date) as effective_date,
        (
            told.is_of_one_day
            and told.receipt_date {{ same }} receipts.effective_date
            and told.document_date {{ same }} documents.effective_date
            and told.exchange_rate {{ same }} documents.exchange_rate
            and told.quantity {{ same }} {{ quantity('facts.quantity_micro') }}
            and told.amount {{ same }} {{ amount('facts.amount_minor') }}
        ) as is_same
    from receipt_costs as told
    full join (
        select * from facts_of_receipts
        where price_fact <> 'order_price' or quantity_micro > 0
    ) as facts
        on facts.receipt_line_id = told.receipt_line_id
        and facts.price_fact = told.price_fact
        and facts.document_line_id {{ same }} told.document_line_id
    inner join {{ ref('stg_document_lines') }} as receipt_lines
        on receipt_lines.document_line_id = coalesce(told.receipt_line_id, facts.receipt_line_id)
    inner join {{ ref('stg_items') }} as items
        on items.item_id = receipt_lines.item_id
        and items.kind <> 'service'
    inner join {{ ref('stg_documents') }} as receipts
        on receipts.document_id = receipt_lines.document_id
        and receipts.document_type = 'goods_receipt'
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = receipts.company_id
    left join {{ ref('stg_document_lines') }} as fact_lines on fact_lines.document_line_id = facts.document_line_id
    left join {{ ref('stg_documents') }} as documents on documents.document_id = coalesce(fact_lines.document_id, told.document_id)

    union all

    select
        'fct_work_orders' as mart,
        coalesce(told.company_id, documents.company_id) as company_id,
        cast(coalesce(told.work_order_id, plans.work_order_id) as varchar) as key,
        coalesce(documents.document_number, told.work_order_number) as document_number,
        documents.effective_date,
        (
            told.work_order_id {{ same }} plans.work_order_id
            and told.item_id {{ same }} plans.item_id
            and told.planned_quantity {{ same }} {{ quantity('plans.planned_quantity_micro') }}
            and told.good_quantity {{ same }} {{ quantity('coalesce(good.quantity_micro, 0)') }}
            and told.scrap_quantity {{ same }} {{ quantity('coalesce(worked.scrap_quantity_micro, 0)') }}
            and told.actual_start_date {{ same }} least(worked.first_date, timed.first_date)
            and told.actual_end_date {{ same }} coalesce(
                closed.closed_date, case when good.quantity_micro >= plans.planned_quantity_micro then worked.last_output_date end
            )
        ) as is_same
    from {{ ref('fct_work_orders') }} as told
    full join {{ ref('stg_work_orders') }} as plans on plans.work_order_id = told.work_order_id
    inner join {{ ref('stg_documents') }} as documents on documents.document_id = coalesce(told.work_order_id, plans.work_order_id)
    left join worked on worked.work_order_id = plans.work_order_id
    left join timed on timed.work_order_id = plans.work_order_id
    left join good on good.work_order_id = plans.work_order_id
    left join closed on closed.document_id = plans.work_order_id

    union all

    select
        'fct_invoices' as mart,
        told.company_id,
        cast(told.invoice_id as varchar) as key,
        coalesce(documents.document_number, told.document_number) as document_number,
        documents.effective_date,
        (
            told.partner_id {{ same }} documents.partner_id
            and told.document_type {{ same }} documents.document_type
            and told.document_number {{ same }} documents.document_number
            and told.last_paid_date {{ same }} paid.last_paid_date
        ) as is_same
    from {{ ref('fct_invoices') }} as told
    left join {{ ref('stg_documents') }} as documents on documents.document_id = told.invoice_id
    left join paid on paid.invoice_id = told.invoice_id

    union all

    select
        'fct_journal_lines' as mart,
        coalesce(told.company_id, posted.company_id) as company_id,
        coalesce(told.journal_line_key, cast(posted.journal_line_id as varchar)) as key,
        coalesce(documents.document_number, entries.entry_number) as document_number,
        entries.entry_date as effective_date,
        (
            told.is_pending {{ same }} false
            and told.entry_number {{ same }} entries.entry_number
            and told.entry_date {{ same }} entries.entry_date
            and told.posting {{ same }} entries.posting
            and told.debit_amount_document_currency {{ same }} posted.document_debit_amount
            and told.credit_amount_document_currency {{ same }} posted.document_credit_amount
            {% for column in [
                'account_id', 'debit_amount', 'credit_amount', 'partner_id', 'item_id', 'sales_order_line_id', 'department_id', 'due_date',
                'settled_event', 'settled_period',
            ] -%}
            and told.{{ column }} {{ same }} posted.{{ column }}
            {% endfor -%}
        ) as is_same
    from (
        select * from {{ ref('fct_journal_lines') }}
        where journal_line_id is not null
    ) as told
    full join {{ ref('stg_journal_lines') }} as posted on posted.journal_line_id = told.journal_line_id
    left join {{ ref('stg_journal_entries') }} as entries on entries.journal_entry_id = posted.journal_entry_id
    left join {{ ref('stg_documents') }} as documents on documents.document_id = coalesce(posted.document_id, entries.document_id)

    union all

    -- What is pending is what settlement would post now.
    select
        'fct_settlement_due' as mart,
        coalesce(told.company_id, due.company_id) as company_id,
        coalesce(told.settled_period, due.period) || ' ' || coalesce(told.settled_event, due.event) || ' '
        || coalesce(told.account_code, due.account) as key,
        orders.document_number,
        orders.effective_date,
        (
            told.is_pending {{ same }} true
            and told.entry_date {{ same }} due.entry_date
            and told.debit_amount {{ same }} due.debit
            and told.credit_amount {{ same }} due.credit
            and told.debit_amount_document_currency {{ same }} due.debit
            and told.credit_amount_document_currency {{ same }} due.credit
            and told.due_date is null
        ) as is_same
    from (
        select
            pending.*,
            items.item_code
        from {{ ref('fct_journal_lines') }} as pending
        left join {{ ref('stg_items') }} as items on items.item_id = pending.item_id
        where pending.journal_line_id is null
    ) as told
    full join {{ ref('fct_settlement_due') }} as due
        on due.company_id = told.company_id
        and due.period = told.settled_period
        and due.event = told.settled_event
        and due.account = told.account_code
        and due.item {{ same }} told.item_code
        and due.sales_order_line_id {{ same }} told.sales_order_line_id
    left join {{ ref('stg_document_lines') }} as order_lines
        on order_lines.document_line_id = coalesce(told.sales_order_line_id, due.sales_order_line_id)
    left join {{ ref('stg_documents') }} as orders on orders.document_id = order_lines.document_id

    union all

    select
        'fct_cost_variances' as mart,
        told.company_id,
        told.cost_variance_key as key,
        coalesce(moves.document_number, told.document_number) as document_number,
        moves.effective_date,
        (
            told.effective_date {{ same }} moves.effective_date
            and told.document_number {{ same }} moves.document_number
            and told.item_id {{ same }} moves.item_id
        ) as is_same
    from {{ ref('fct_cost_variances') }} as told
    left join moves on moves.move_id = told.move_id
    where told.move_id is not null
),

sides as (
    {{ agreeing_rows('repeated_rows', 'compared.mart', 1) }}
)

{{ judged_sides() }}
