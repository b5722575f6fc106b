-- One row per check and company, from one per move, time entry or work order: what went into each order, against what came out of it,
-- is lost, is still in work, or is left over in a loop.
with

sides as (
    select
        'work_order_cost' as check_name,
        moves.company_id,
        cast(moves.work_order_id as varchar) as key,
        2 as suspicion,
        moves.effective_date,
        moves.document_number,
        cast(
            case moves.move_type
                when 'issue' then moves.value_amount
                when 'issue_return' then -moves.value_amount - moves.variance_amount
                else 0
            end
            as decimal(28, 6)
        ) as left_amount,
        cast(
            case when moves.move_type in ('output', 'by_product') then moves.value_amount + moves.variance_amount else 0 end
            as decimal(28, 6)
        ) as right_amount
    from {{ ref('fct_stock_moves') }} as moves
    where moves.work_order_id is not null

    union all

    select
        'work_order_cost' as check_name,
        time_entries.company_id,
        cast(time_entries.work_order_id as varchar) as key,
        2 as suspicion,
        time_entries.effective_date,
        documents.document_number,
        cast(
            {{ amount('(time_entries.labour_amount_minor + time_entries.overhead_amount_minor)') }} as decimal(28, 6)
        ) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from {{ ref('int_time_entries_priced') }} as time_entries
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = time_entries.company_id
    left join {{ ref('stg_documents') }} as documents on documents.document_id = time_entries.document_id
    where time_entries.work_order_id is not null

    union all

    select
        'work_order_cost' as check_name,
        subcontract_costs.company_id,
        cast(subcontract_costs.work_order_id as varchar) as key,
        2 as suspicion,
        subcontract_costs.effective_date,
        documents.document_number,
        cast(subcontract_costs.amount as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from {{ ref('stg_subcontract_costs') }} as subcontract_costs
    left join {{ ref('stg_documents') }} as documents on documents.document_id = subcontract_costs.document_id

    union all

    select
        'work_order_cost' as check_name,
        work_orders.company_id,
        cast(work_orders.work_order_id as varchar) as key,
        1 as suspicion,
        work_orders.planned_start_date as effective_date,
        work_orders.work_order_number as document_number,
        cast(0 as decimal(28, 6)) as left_amount,
        cast(work_orders.wip_amount + work_orders.loss_amount + work_orders.residual_amount as decimal(28, 6)) as right_amount
    from {{ ref('fct_work_orders') }} as work_orders

    union all

    -- What an order says it cost, against what is valued; and what by-products took.
    select
        'work_order_cost' as check_name,
        work_orders.company_id,
        'cost of ' || work_orders.work_order_id as key,
        1 as suspicion,
        work_orders.planned_start_date as effective_date,
        work_orders.work_order_number as document_number,
        cast(work_orders.total_cost as decimal(28, 6)) as left_amount,
        cast(
            work_orders.output_amount + work_orders.wip_amount + work_orders.loss_amount + work_orders.residual_amount as decimal(28, 6)
        ) as right_amount
    from {{ ref('fct_work_orders') }} as work_orders

    union all

    select
        'work_order_cost' as check_name,
        work_orders.company_id,
        'output of ' || work_orders.work_order_id as key,
        1 as suspicion,
        work_orders.planned_start_date as effective_date,
        work_orders.work_order_number as document_number,
        cast(work_orders.output_amount as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from {{ ref('fct_work_orders') }} as work_orders

    union all

    select
        'work_order_cost' as check_name,
        work_orders.company_id,
        'beside ' || work_orders.work_order_id as key,
        1 as suspicion,
        work_orders.planned_start_date as effective_date,
        work_orders.work_order_number as document_number,
        cast(work_orders.by_product_amount as decimal(28, 6)) as left_amount,
        cast(0 as decimal(28, 6)) as right_amount
    from {{ ref('fct_work_orders') }} as work_orders

    union all

    select
        'work_order_cost' as check_name,
        moves.company_id,
        case when sides.is_beside then 'beside ' else 'output of ' end || moves.work_order_id as key,
        2 as suspicion,
        moves.effective_date,
        moves.document_number,
        cast(0 as decimal(28, 6)) as left_amount,
        cast(moves.value_amount + moves.variance_amount as decimal(28, 6)) as right_amount
    from {{ ref('fct_stock_moves') }} as moves
    inner join (
        select true as is_beside
        union all
        select false as is_beside
    ) as sides on moves.move_type = 'by_product' or (moves.move_type = 'output' and not sides.is_beside)

    union all

    -- Estimated is only what came out of an order that is not closed or was issued something estimated, and what moves of an item of
    -- which something like that came out.
    select
        'work_order_cost' as check_name,
        moves.company_id,
        'estimate of move ' || moves.move_id as key,
        1 as suspicion,
        moves.effective_date,
        moves.document_number,
        cast(1 as decimal(28, 6)) as left_amount,
        cast(
            case
                when moves.move_type not in ('output', 'by_product') then case when made.item_id is null then 0 else 1 end
                when not work_orders.is_closed or issued.work_order_id is not null then 1
                else 0
            end
            as decimal(28, 6)
        ) as right_amount
    from {{ ref('fct_stock_moves') }} as moves
    left join {{ ref('fct_work_orders') }} as work_orders on work_orders.work_order_id = moves.work_order_id
    left join (
        select distinct work_order_id
        from {{ ref('fct_stock_moves') }}
        where
            is_estimated
            and move_type not in ('output', 'by_product', 'issue_return')
    ) as issued on issued.work_order_id = moves.work_order_id
    left join (
        select distinct
            company_id,
            item_id
        from {{ ref('fct_stock_moves') }}
        where
            is_estimated
            and move_type in ('output', 'by_product')
    ) as made
        on made.company_id = moves.company_id
        and made.item_id = moves.item_id
    where moves.is_estimated
)

{{ judged_sides() }}
