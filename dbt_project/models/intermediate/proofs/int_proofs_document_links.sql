-- One row per company, from one per number, link, move and origin of a document that joins what it may not, and one for all that join
-- what they may. All rows, whatever as_of.
{% set followed_by = [
    ('delivery', 'sales_order'), ('customer_invoice', 'sales_order'), ('customer_return', 'delivery'), ('credit_note', 'customer_invoice'),
    ('goods_receipt', 'purchase_order'), ('supplier_bill', 'purchase_order'), ('supplier_bill', 'work_order'),
    ('supplier_return', 'goods_receipt'), ('debit_note', 'supplier_bill'), ('debit_note', 'landed_cost'),
    ('inspection', 'goods_receipt'), ('inspection', 'customer_return'),
    ('material_issue', 'work_order'), ('output', 'work_order'), ('time_booking', 'work_order'),
] -%}
{% set followers = "'" ~ followed_by | map('first') | unique | join("', '") ~ "'" -%}
with

{{ all_documents() }},

-- Documents of which one follows the other up by its lines.
linked_documents as (
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
),

compared as (
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
    from linked_documents
    inner join documents as followed on followed.document_id = linked_documents.from_document_id
    inner join documents as followers on followers.document_id = linked_documents.document_id

    union all

    -- What follows a document up names it as its origin: one of the kind that it follows, of its company and partner, and one that it is
    -- linked to where its lines say what they follow.
    select
        'document_links' as check_name,
        followers.company_id,
        followers.document_id,
        'origin of document' as fact,
        followers.document_id as fact_id,
        1 as left_amount,
        case
            when followers.origin_document_id is null
                then case when followers.document_type in ({{ followers }}) then 0 else 1 end
            when (followers.document_type, origins.document_type) not in ({{ followed_by | join(', ') }}) then 0
            when origins.company_id <> followers.company_id or origins.partner_id <> followers.partner_id then 0
            when
                exists (select 1 from linked_documents where linked_documents.document_id = followers.document_id)
                and not exists (
                    select 1
                    from linked_documents
                    where
                        linked_documents.document_id = followers.document_id
                        and linked_documents.from_document_id = followers.origin_document_id
                )
                then 0
            else 1
        end as right_amount
    from documents as followers
    left join documents as origins on origins.document_id = followers.origin_document_id

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

    -- A note settles first what it takes back from.
    select
        'document_links' as check_name,
        documents.company_id,
        documents.document_id,
        'allocation of a note' as fact,
        allocations.id as fact_id,
        documents.origin_document_id as left_amount,
        allocations.invoice_id as right_amount
    from {{ source('raw', 'payment_allocation') }} as allocations
    inner join documents on documents.document_id = allocations.payment_id
    where
        documents.document_type in ('credit_note', 'debit_note')
        and documents.origin_document_id is not null
        and documents.recorded_at = allocations.recorded_at

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

    -- An entry takes back one of another booking of the order, all of it, and no entry is taken back twice.
    select
        'document_links' as check_name,
        documents.company_id,
        time_entries.document_id,
        'time taken back' as fact,
        time_entries.id as fact_id,
        1 as left_amount,
        case
            when time_entries.origin_entry_id is null and time_entries.minutes >= 0 then 1
            when
                taken.origin_entry_id is null
                and taken.work_order_id = time_entries.work_order_id
                and taken.effective_date <= time_entries.effective_date
                and taken.minutes = -time_entries.minutes
                and (-taken.machine_minutes is not distinct from time_entries.machine_minutes)
                {% for column in ['employee_id', 'work_center_id', 'department_id', 'labour_rate', 'overhead_rate'] -%}
                and (taken.{{ column }} is not distinct from time_entries.{{ column }})
                {% endfor -%}
                then takings.taking_count
            else 0
        end as right_amount
    from {{ source('raw', 'time_entry') }} as time_entries
    inner join documents on documents.document_id = time_entries.document_id
    left join {{ source('raw', 'time_entry') }} as taken on taken.id = time_entries.origin_entry_id
    left join (
        select origin_entry_id, count(*) as taking_count
        from {{ source('raw', 'time_entry') }}
        group by origin_entry_id
    ) as takings on takings.origin_entry_id = time_entries.origin_entry_id

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
            when origins.id is not null and moves.move_type in ('delivery', 'receipt', 'issue', 'opening') then 0
            -- What takes an output back is its move turned round, all of it, once.
            when origins.id is not null and moves.move_type in ('output', 'output_scrap', 'by_product')
                then case
                    when
                        origins.origin_move_id is null
                        and origins.move_type = moves.move_type
                        and origins.work_order_id = moves.work_order_id
                        and origins.quantity = moves.quantity
                        and (origins.lot_id is not distinct from moves.lot_id)
                        and (origins.cost_share is not distinct from moves.cost_share)
                        and origins.from_location_id = moves.to_location_id
                        and origins.to_location_id = moves.from_location_id
                        and origins.effective_date <= moves.effective_date
                        then takings.taking_count
                    else 0
                end
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
    left join (
        select origin_move_id, count(*) as taking_count
        from {{ source('raw', 'stock_move') }}
        where move_type in ('output', 'output_scrap', 'by_product')
        group by origin_move_id
    ) as takings on takings.origin_move_id = moves.origin_move_id
),

sides as (
    {{ differing_documents() }}
)

{{ judged_sides() }}
