-- One row per check and company, from one per fact of a document that is told twice and differently, and one per check for all that
-- agree: heads against lines, lines against prices, shares, moves and links. All rows, whatever as_of.
with

{{ all_documents() }},

line_sums as (
    select
        document_id,
        sum(net_amount) as net_amount,
        sum(tax_amount) as tax_amount,
        sum(gross_amount) as gross_amount
    from lines
    group by document_id
),

moved as (
    select
        document_line_id,
        -- What comes back of an issue, and what takes an output back, stands on its line as less than nothing.
        sum(
            case
                when move_type = 'issue_return' then -quantity
                when move_type in ('output', 'by_product') and origin_move_id is not null then -quantity
                else quantity
            end
        ) as quantity
    from {{ source('raw', 'stock_move') }}
    where move_type not in ('output_scrap', 'inspection')
    group by document_line_id
),

-- A debit note for subcontracted work takes as much off the work order as it takes off the bill.
linked as (
    select
        to_line_id,
        sum(quantity) as quantity
    from {{ source('raw', 'line_link') }}
    where
        link_type not in ('landed_cost', 'requisition')
        and not (link_type = 'subcontract' and quantity < 0)
    group by to_line_id
),

-- A bill at its order's price is for its share of what the order says, or for what it states; only another price makes its amount.
billed_at_order_price as (
    select line_links.to_line_id as document_line_id
    from {{ source('raw', 'line_link') }} as line_links
    inner join {{ source('raw', 'document_line') }} as order_lines on order_lines.id = line_links.from_line_id
    inner join {{ source('raw', 'document_line') }} as bill_lines on bill_lines.id = line_links.to_line_id
    where
        line_links.link_type = 'bill'
        and bill_lines.unit_price = order_lines.unit_price
        and bill_lines.discount_rate = order_lines.discount_rate
),

compared as (
    {% for amount in ['net', 'tax', 'gross'] -%}
    select
        'document_amounts' as check_name,
        documents.company_id,
        documents.document_id,
        '{{ amount }} of document' as fact,
        documents.document_id as fact_id,
        documents.{{ amount }}_amount as left_amount,
        line_sums.{{ amount }}_amount{{ ' + documents.freight_amount' if amount == 'gross' }} as right_amount
    from documents
    inner join line_sums on line_sums.document_id = documents.document_id

    union all
    {% endfor %}
    select
        'document_amounts' as check_name,
        lines.company_id,
        lines.document_id,
        'gross of line' as fact,
        lines.id as fact_id,
        lines.gross_amount as left_amount,
        lines.net_amount + lines.tax_amount as right_amount
    from lines

    union all

    select
        'document_amounts' as check_name,
        lines.company_id,
        lines.document_id,
        'price of line' as fact,
        lines.id as fact_id,
        lines.net_amount as left_amount,
        {{ rounded_ratio(
            '(cast(lines.entered_quantity as ' ~ type_whole() ~ ') * lines.unit_price * (1000000 - lines.discount_rate) * '
            ~ minor_units('documents.amount_exponent') ~ ')',
            '1000000000000000000',
        ) }} as right_amount
    from lines
    inner join documents on documents.document_id = lines.document_id
    where
        lines.document_type in ('sales_order', 'purchase_order', 'supplier_bill')
        and lines.item_id is not null
        and lines.id not in (select document_line_id from billed_at_order_price)

    union all

    -- Only what is bought or sold has a price of its own; opening stock and found goods say what a unit of them costs, as their moves do.
    select
        'document_amounts' as check_name,
        lines.company_id,
        lines.document_id,
        'price without a sale of line' as fact,
        lines.id as fact_id,
        lines.unit_price as left_amount,
        coalesce(moves.unit_cost, 0) as right_amount
    from lines
    left join {{ source('raw', 'stock_move') }} as moves
        on moves.document_line_id = lines.id
        and moves.move_type in ('opening', 'adjustment')
    where
        lines.document_type in (
            'delivery', 'customer_return', 'supplier_return', 'material_issue', 'output', 'scrap', 'adjustment', 'transfer', 'inspection',
            'work_order', 'opening_stock', 'landed_cost'
        )
        or (lines.document_type = 'goods_receipt' and exists (select 1 from linked where linked.to_line_id = lines.id))

    union all

    select
        'document_amounts' as check_name,
        documents.company_id,
        documents.document_id,
        'rate of document' as fact,
        documents.document_id as fact_id,
        documents.exchange_rate as left_amount,
        1000000000 as right_amount
    from documents
    where documents.is_own_currency

    union all

    select
        'document_quantities' as check_name,
        lines.company_id,
        lines.document_id,
        'entered on line' as fact,
        lines.id as fact_id,
        lines.quantity as left_amount,
        {{ rounded_ratio('(cast(lines.entered_quantity as ' ~ type_whole() ~ ') * lines.unit_numerator)', 'lines.unit_denominator') }}
            as right_amount
    from lines

    union all

    select
        'document_quantities' as check_name,
        lines.company_id,
        lines.document_id,
        'moved of line' as fact,
        lines.id as fact_id,
        lines.quantity as left_amount,
        coalesce(moved.quantity, 0) as right_amount
    from lines
    inner join {{ source('raw', 'item') }} as items on items.id = lines.item_id
    left join moved on moved.document_line_id = lines.id
    where
        lines.document_type in (
            'delivery', 'goods_receipt', 'material_issue', 'output', 'customer_return', 'supplier_return', 'opening_stock', 'scrap'
        )
        and items.kind <> 'service'

    union all

    -- Landed cost is shared out whole; what subcontractors charge is the cost of its work order.
    select
        'document_amounts' as check_name,
        lines.company_id,
        lines.document_id,
        'shares of line' as fact,
        lines.id as fact_id,
        {{ rounded_ratio(
            '(cast(lines.net_amount as ' ~ type_whole() ~ ') * documents.exchange_rate)', '1000000000'
        ) }} as left_amount,
        coalesce(sum(links.amount), 0) as right_amount
    from lines
    inner join documents on documents.document_id = lines.document_id
    left join {{ source('raw', 'line_link') }} as links
        on links.to_line_id = lines.id
        and links.link_type = 'landed_cost'
    where lines.document_type = 'landed_cost'
    group by lines.company_id, lines.document_id, lines.id, lines.net_amount, documents.exchange_rate

    union all

    select
        'document_amounts' as check_name,
        lines.company_id,
        lines.document_id,
        'subcontracted on line' as fact,
        lines.id as fact_id,
        links.amount as left_amount,
        (
            select sum(costs.amount)
            from {{ source('raw', 'subcontract_cost') }} as costs
            where costs.document_line_id = lines.id
        ) as right_amount
    from lines
    inner join {{ source('raw', 'line_link') }} as links
        on links.to_line_id = lines.id
        and links.link_type = 'subcontract'

    union all

    select
        'document_quantities' as check_name,
        counted.company_id,
        counted.document_id,
        'lines of document' as fact,
        counted.document_id as fact_id,
        counted.last_number as left_amount,
        counted.line_count as right_amount
    from (
        select
            company_id,
            document_id,
            max(line_number) as last_number,
            case when count(distinct line_number) = count(*) and min(line_number) = 1 then count(*) end as line_count
        from lines
        group by company_id, document_id
    ) as counted

    union all

    select
        'document_quantities' as check_name,
        documents.company_id,
        documents.document_id,
        'times of document' as fact,
        documents.document_id as fact_id,
        1 as left_amount,
        case when count(time_entries.id) > 0 then 1 else 0 end as right_amount
    from documents
    left join {{ source('raw', 'time_entry') }} as time_entries on time_entries.document_id = documents.document_id
    where documents.document_type = 'time_booking'
    group by documents.company_id, documents.document_id

    union all

    -- What follows an order up says which line of it.
    select
        'document_quantities' as check_name,
        lines.company_id,
        lines.document_id,
        'linked to line' as fact,
        lines.id as fact_id,
        lines.quantity as left_amount,
        linked.quantity as right_amount
    from lines
    left join linked on linked.to_line_id = lines.id
    where
        linked.to_line_id is not null
        or (
            lines.item_id is not null
            and exists (
                select 1
                from documents
                inner join documents as origins on origins.document_id = documents.origin_document_id
                where
                    documents.document_id = lines.document_id
                    and (documents.document_type, origins.document_type) in (
                        ('delivery', 'sales_order'), ('customer_invoice', 'sales_order'), ('goods_receipt', 'purchase_order'),
                        ('supplier_bill', 'purchase_order'), ('customer_return', 'delivery'), ('supplier_return', 'goods_receipt')
                    )
            )
        )
        -- The first line of an output is of what its work order makes, where any of it was good.
        or (lines.document_type = 'output' and lines.line_number = 1 and lines.quantity <> 0)

    union all

    select
        'document_quantities' as check_name,
        lines.company_id,
        work_orders.document_id,
        'planned of line' as fact,
        lines.id as fact_id,
        lines.quantity as left_amount,
        work_orders.planned_quantity as right_amount
    from {{ source('raw', 'work_order') }} as work_orders
    inner join lines on lines.document_id = work_orders.document_id
),

sides as (
    {{ differing_documents() }}
)

{{ judged_sides() }}
