-- One row per check and company, from one per fact of a document that is told twice and differently, and one per check for all that
-- agree: heads against lines, lines against prices, shares, moves and links, links and moves against what they may join. All rows,
-- whatever as_of.
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
        sum(quantity) as quantity
    from {{ source('raw', 'stock_move') }}
    where move_type not in ('output_scrap', 'inspection')
    group by document_line_id
),

linked as (
    select
        to_line_id,
        sum(quantity) as quantity
    from {{ source('raw', 'line_link') }}
    where link_type not in ('landed_cost', 'requisition')
    group by to_line_id
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

    -- One number, one document.
    select
        'document_links' as check_name,
        documents.company_id,
        min(documents.document_id) as document_id,
        'number of document' as fact,
        min(documents.document_id) as fact_id,
        1 as left_amount,
        count(*) as right_amount
    from documents
    where documents.document_number is not null
    group by documents.company_id, documents.document_type, documents.document_number

    union all

    -- A link leads from its kind of document to its kind of document, for the same item.
    select
        'document_links' as check_name,
        lines.company_id,
        lines.document_id,
        'link' as fact,
        links.id as fact_id,
        1 as left_amount,
        case
            when from_lines.item_id <> lines.item_id then 0
            when (links.link_type, from_lines.document_type, lines.document_type) in (
                ('delivery', 'sales_order', 'delivery'),
                ('invoice', 'sales_order', 'customer_invoice'),
                ('receipt', 'purchase_order', 'goods_receipt'),
                ('bill', 'purchase_order', 'supplier_bill'),
                ('customer_return', 'delivery', 'customer_return'),
                ('supplier_return', 'goods_receipt', 'supplier_return'),
                ('landed_cost', 'goods_receipt', 'landed_cost'),
                ('landed_cost', 'goods_receipt', 'debit_note'),
                ('inspection', 'goods_receipt', 'inspection'),
                ('inspection', 'customer_return', 'inspection'),
                ('output', 'work_order', 'output'),
                ('credit_note', 'customer_invoice', 'credit_note'),
                ('debit_note', 'supplier_bill', 'debit_note'),
                ('debit_note', 'landed_cost', 'debit_note'),
                ('subcontract', 'work_order', 'supplier_bill'),
                ('subcontract', 'work_order', 'debit_note')
            ) then 1
            when links.link_type in (
                'delivery', 'invoice', 'receipt', 'bill', 'customer_return', 'supplier_return', 'landed_cost', 'inspection', 'output',
                'credit_note', 'debit_note', 'subcontract'
            ) then 0
            else 1
        end as right_amount
    from {{ source('raw', 'line_link') }} as links
    inner join lines on lines.id = links.to_line_id
    inner join lines as from_lines on from_lines.id = links.from_line_id

    union all

    -- What follows from a document of a partner is of the same partner.
    select
        'document_links' as check_name,
        followers.company_id,
        followers.document_id,
        'partner of document by link' as fact,
        linked_documents.first_link_id as fact_id,
        followed.partner_id as left_amount,
        followers.partner_id as right_amount
    from (
        select
            from_lines.document_id as from_document_id,
            lines.document_id,
            min(links.id) as first_link_id
        from {{ source('raw', 'line_link') }} as links
        inner join lines on lines.id = links.to_line_id
        inner join lines as from_lines on from_lines.id = links.from_line_id
        where
            links.link_type in (
                'delivery', 'invoice', 'receipt', 'bill', 'customer_return', 'supplier_return', 'credit_note', 'debit_note'
            )
        group by from_lines.document_id, lines.document_id
    ) as linked_documents
    inner join documents as followed on followed.document_id = linked_documents.from_document_id
    inner join documents as followers on followers.document_id = linked_documents.document_id

    union all

    -- A work order makes the item of its line.
    select
        'document_links' as check_name,
        lines.company_id,
        work_orders.document_id,
        'item of work order' as fact,
        work_orders.document_id as fact_id,
        lines.item_id as left_amount,
        work_orders.item_id as right_amount
    from {{ source('raw', 'work_order') }} as work_orders
    inner join lines on lines.document_id = work_orders.document_id

    union all

    -- Two lines are joined once in the same way.
    select
        'document_links' as check_name,
        joined.company_id,
        joined.document_id,
        'lines joined by link' as fact,
        joined.first_link_id as fact_id,
        1 as left_amount,
        joined.link_count as right_amount
    from (
        select
            lines.company_id,
            lines.document_id,
            min(links.id) as first_link_id,
            count(*) as link_count
        from {{ source('raw', 'line_link') }} as links
        inner join lines on lines.id = links.to_line_id
        group by lines.company_id, lines.document_id, links.link_type, links.from_line_id, links.to_line_id
    ) as joined

    union all

    -- Time is booked on the order that its booking is for.
    select
        'document_links' as check_name,
        documents.company_id,
        time_entries.document_id,
        'order of time entry' as fact,
        time_entries.id as fact_id,
        documents.origin_document_id as left_amount,
        time_entries.work_order_id as right_amount
    from {{ source('raw', 'time_entry') }} as time_entries
    inner join documents on documents.document_id = time_entries.document_id
    where documents.document_type = 'time_booking'

    union all

    -- A move is of its line's document and item, goes the way of its kind, and for the order or back from the move it belongs to.
    select
        'document_links' as check_name,
        documents.company_id,
        moves.document_id,
        'move' as fact,
        moves.id as fact_id,
        1 as left_amount,
        case
            when lines.document_id <> moves.document_id or lines.item_id <> moves.item_id then 0
            when documents.company_id <> moves.company_id then 0
            when (documents.document_type, moves.move_type) not in (
                ('adjustment', 'adjustment'), ('customer_return', 'customer_return'), ('delivery', 'delivery'),
                ('goods_receipt', 'receipt'), ('inspection', 'inspection'), ('inspection', 'scrap'), ('material_issue', 'issue'),
                ('material_issue', 'issue_return'), ('opening_stock', 'opening'), ('output', 'output'), ('output', 'output_scrap'),
                ('output', 'by_product'), ('output', 'issue'), ('output', 'issue_return'), ('scrap', 'scrap'),
                ('supplier_return', 'supplier_return'), ('transfer', 'transfer')
            ) then 0
            when
                moves.move_type in ('issue', 'issue_return', 'output', 'output_scrap', 'by_product')
                and coalesce(moves.work_order_id, 0) <> coalesce(documents.origin_document_id, 0)
                then 0
            when
                moves.move_type in ('delivery', 'receipt', 'customer_return', 'supplier_return', 'transfer', 'opening')
                and moves.work_order_id is not null
                then 0
            when moves.move_type in ('customer_return', 'supplier_return') and origins.id is null then 0
            when origins.item_id <> moves.item_id then 0
            when moves.move_type = 'customer_return' and origins.move_type <> 'delivery' then 0
            when moves.move_type = 'supplier_return' and origins.move_type <> 'receipt' then 0
            when moves.move_type not in ('customer_return', 'supplier_return', 'issue_return') and origins.move_type is not null
                and moves.move_type in ('delivery', 'receipt', 'issue', 'output', 'output_scrap', 'by_product', 'opening')
                then 0
            when (moves.move_type, from_locations.kind, to_locations.kind) in (
                ('opening', 'opening', 'stock'),
                ('receipt', 'supplier', 'stock'), ('receipt', 'supplier', 'inspection'),
                ('inspection', 'inspection', 'stock'),
                ('supplier_return', 'stock', 'supplier'), ('supplier_return', 'inspection', 'supplier'),
                ('delivery', 'stock', 'customer'),
                ('customer_return', 'customer', 'stock'), ('customer_return', 'customer', 'inspection'),
                ('issue', 'stock', 'production'), ('issue_return', 'production', 'stock'),
                ('output', 'production', 'stock'), ('output', 'production', 'inspection'), ('by_product', 'production', 'stock'),
                ('output_scrap', 'production', 'loss'),
                ('adjustment', 'loss', 'stock'), ('adjustment', 'stock', 'loss'),
                ('scrap', 'stock', 'loss'), ('scrap', 'inspection', 'loss'),
                ('transfer', 'stock', 'stock')
            ) then 1
            when moves.move_type in (
                'opening', 'receipt', 'supplier_return', 'delivery', 'customer_return', 'issue', 'issue_return', 'output_scrap'
            ) then 0
            else 1
        end as right_amount
    from {{ source('raw', 'stock_move') }} as moves
    inner join documents on documents.document_id = moves.document_id
    inner join lines on lines.id = moves.document_line_id
    left join {{ source('raw', 'location') }} as from_locations on from_locations.id = moves.from_location_id
    left join {{ source('raw', 'location') }} as to_locations on to_locations.id = moves.to_location_id
    left join {{ source('raw', 'stock_move') }} as origins on origins.id = moves.origin_move_id

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
        or (lines.document_type = 'output' and lines.line_number = 1 and lines.quantity > 0)

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
