-- One row per check and company, from one per fact that was recorded otherwise than the command in the audit trail said, and one per
-- kind of fact for all that agree: times worked, scrap, what was taken back, and the days that orders state. What a later command
-- changed is not compared.
{% set same %}is not distinct from{% endset %}
with

said as (
    select
        audit_records.recorded_at,
        audit_records.command,
        audit_records.data,
        {{ json_lines('audit_records.data', 'lines') }}
    from {{ source('raw', 'audit_record') }} as audit_records
    where audit_records.command in (
        'book_time', 'report_output', 'take_back_time', 'take_back_output', 'create_sales_order', 'create_purchase_order',
        'create_work_order'
    )
),

documents as (
    select
        documents.id as document_id,
        documents.company_id,
        documents.document_type,
        documents.number as document_number,
        documents.effective_date,
        documents.origin_document_id,
        documents.recorded_at
    from {{ source('raw', 'document') }} as documents
    where documents.document_type in ('time_booking', 'output', 'sales_order', 'purchase_order', 'work_order')
),

-- Rows that a later command changed.
changed as (
    select distinct
        {{ json_text('changes.line', 'table') }} as table_name,
        cast({{ json_text('changes.line', 'id') }} as bigint) as row_id
    from (
        select {{ json_lines("'{\"changes\":' || audit_records.changes || '}'", 'changes') }}
        from {{ source('raw', 'audit_record') }} as audit_records
        where
            audit_records.changes like '%"document_line"%'
            or audit_records.changes like '%"work_order"%'
    ) as changes
),

-- A document that none of these commands made is not compared.
bookings as (
    select
        documents.document_id,
        documents.origin_document_id,
        said.line_number,
        said.line
    from said
    inner join documents
        on documents.recorded_at = said.recorded_at
        and documents.document_type = 'time_booking'
    where said.command = 'book_time'
),

booked as (
    select
        time_entries.*,
        row_number() over (partition by time_entries.document_id order by time_entries.id) as line_number
    from {{ source('raw', 'time_entry') }} as time_entries
    where time_entries.document_id in (select bookings.document_id from bookings)
),

scrapped as (
    select
        document_id,
        sum(quantity) as quantity
    from {{ source('raw', 'stock_move') }}
    where move_type = 'output_scrap'
    group by document_id
),

-- Times and outputs, and of what takes some back what that is.
undoable as (
    select id, document_id, origin_entry_id as origin_id
    from {{ source('raw', 'time_entry') }}
    union all
    select id, document_id, origin_move_id as origin_id
    from {{ source('raw', 'stock_move') }}
    where move_type in ('output', 'output_scrap', 'by_product')
),

undone as (
    select
        takings.document_id,
        min(taken.document_id) as taken_document_id,
        count(*) as undone_count
    from undoable as takings
    inner join undoable as taken on taken.id = takings.origin_id
    group by takings.document_id
),

recorded as (
    select
        document_id,
        count(*) as fact_count
    from undoable
    group by document_id
),

order_lines as (
    select
        lines.id as line_id,
        lines.document_id,
        lines.requested_date,
        lines.promised_date,
        lines.first_promised_date,
        documents.document_type,
        cast({{ json_text('said.line', 'requested_date') }} as date) as said_requested_date,
        cast(
            case said.command when 'create_sales_order'
                then {{ json_text('said.line', 'promised_date') }}
                else {{ json_text('said.line', 'expected_date') }}
            end as date
        ) as said_promised_date
    from said
    inner join documents
        on documents.recorded_at = said.recorded_at
        and documents.document_type = case said.command when 'create_sales_order' then 'sales_order' else 'purchase_order' end
    inner join {{ source('raw', 'document_line') }} as lines
        on lines.document_id = documents.document_id
        and lines.line_number = said.line_number
    where said.command in ('create_sales_order', 'create_purchase_order')
),

compared as (
    select
        'times' as fact,
        coalesce(bookings.document_id, booked.document_id) as document_id,
        coalesce(bookings.line_number, booked.line_number) as line_number,
        (
            booked.minutes {{ same }} coalesce({{ json_micro('bookings.line', 'minutes') }}, 0)
            {% for member, column in [
                ('machine_minutes', 'machine_minutes'), ('rate', 'labour_rate'), ('overhead_rate', 'overhead_rate'),
            ] -%}
            and booked.{{ column }} {{ same }} {{ json_micro('bookings.line', member) }}
            {% endfor -%}
            and case when {{ json_text('bookings.line', 'employee') }} is null then booked.employee_id is null
                else {{ json_text('bookings.line', 'employee') }} in (employees.code, cast(employees.id as varchar))
            end
            and case
                when {{ json_text('bookings.line', 'work_center') }} is not null
                    then {{ json_text('bookings.line', 'work_center') }} in (work_centers.code, cast(work_centers.id as varchar))
                when {{ json_text('bookings.line', 'sequence') }} is null then booked.work_center_id is null
                else booked.work_center_id {{ same }} operations.work_center_id
            end
        ) as is_same
    from bookings
    full join booked
        on booked.document_id = bookings.document_id
        and booked.line_number = bookings.line_number
    left join {{ source('raw', 'employee') }} as employees on employees.id = booked.employee_id
    left join {{ source('raw', 'work_center') }} as work_centers on work_centers.id = booked.work_center_id
    left join {{ source('raw', 'work_order_operation') }} as operations
        on operations.document_id = bookings.origin_document_id
        and operations.sequence = cast({{ json_text('bookings.line', 'sequence') }} as bigint)

    union all

    select
        'scrap' as fact,
        documents.document_id,
        1 as line_number,
        (
            coalesce(scrapped.quantity, 0)
            {{ same }} coalesce({{ json_micro('said.data', 'scrap_quantity') }}, 0)
        ) as is_same
    from said
    inner join documents
        on documents.recorded_at = said.recorded_at
        and documents.document_type = 'output'
    left join scrapped on scrapped.document_id = documents.document_id
    where
        said.command = 'report_output'
        and said.line_number = 1

    union all

    -- The document that the command named is taken back, all of it.
    select
        'taken back' as fact,
        documents.document_id,
        1 as line_number,
        coalesce(
            coalesce({{ json_text('said.data', 'booking') }}, {{ json_text('said.data', 'output') }}) in (
                taken.number, coalesce(taken.external_number, ''), cast(taken.id as varchar)
            )
            and undone.undone_count = recorded.fact_count,
            false
        ) as is_same
    from said
    inner join documents
        on documents.recorded_at = said.recorded_at
        and documents.document_type = case said.command when 'take_back_time' then 'time_booking' else 'output' end
    left join undone on undone.document_id = documents.document_id
    left join recorded on recorded.document_id = undone.taken_document_id
    left join {{ source('raw', 'document') }} as taken on taken.id = undone.taken_document_id
    where
        said.command in ('take_back_time', 'take_back_output')
        and said.line_number = 1

    union all

    select
        'days' as fact,
        order_lines.document_id,
        order_lines.line_id as line_number,
        (
            (order_lines.said_requested_date is null or order_lines.requested_date {{ same }} order_lines.said_requested_date)
            and order_lines.promised_date {{ same }} order_lines.said_promised_date
            and order_lines.first_promised_date {{ same }} order_lines.said_promised_date
        ) as is_same
    from order_lines
    left join changed
        on changed.table_name = 'document_line'
        and changed.row_id = order_lines.line_id
    where changed.row_id is null

    union all

    select
        'start' as fact,
        documents.document_id,
        1 as line_number,
        (
            work_orders.start_date {{ same }} cast({{ json_text('said.data', 'start_date') }} as date)
        ) as is_same
    from said
    inner join documents
        on documents.recorded_at = said.recorded_at
        and documents.document_type = 'work_order'
    inner join {{ source('raw', 'work_order') }} as work_orders on work_orders.document_id = documents.document_id
    left join changed
        on changed.table_name = 'work_order'
        and changed.row_id = work_orders.id
    where
        said.command = 'create_work_order'
        and changed.row_id is null
),

sides as (
    select
        'commands' as check_name,
        documents.company_id,
        compared.fact || case when compared.is_same then '' else ' ' || compared.document_id || '/' || compared.line_number end as key,
        1 as suspicion,
        min(case when not compared.is_same then documents.effective_date end) as effective_date,
        min(case when not compared.is_same then documents.document_number end) as document_number,
        cast(count(*) as decimal(28, 6)) as left_amount,
        cast(sum(case when compared.is_same then 1 else 0 end) as decimal(28, 6)) as right_amount
    from compared
    inner join documents on documents.document_id = compared.document_id
    group by
        documents.company_id,
        compared.fact || case when compared.is_same then '' else ' ' || compared.document_id || '/' || compared.line_number end
)

{{ judged_sides() }}
