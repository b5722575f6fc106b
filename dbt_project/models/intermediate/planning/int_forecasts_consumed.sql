-- One row per item, warehouse and span of a forecast that still counts: what customer orders wanted in the span leave of it
-- (micro, ≥ 0). Each order line consumes the span that holds its day, whether it is delivered or not.
with

{{ main_warehouses() }},

versions as (
    select
        forecasts.*,
        row_number() over (
            partition by forecasts.company_id, forecasts.item_id, forecasts.warehouse_id, forecasts.from_date
            order by forecasts.effective_date desc, forecasts.recorded_at_microseconds desc, forecasts.forecast_id desc
        ) as newest_first
    from {{ ref('stg_forecasts') }} as forecasts
),

orders as (
    select
        documents.company_id,
        document_lines.item_id,
        coalesce(document_lines.warehouse_id, documents.warehouse_id, main_warehouses.warehouse_id) as warehouse_id,
        coalesce(document_lines.requested_date, document_lines.promised_date, documents.effective_date) as wanted_on,
        document_lines.quantity_micro
    from {{ ref('stg_document_lines') }} as document_lines
    inner join {{ ref('int_documents_dated') }} as documents on documents.document_id = document_lines.document_id
    inner join main_warehouses on main_warehouses.company_id = documents.company_id
    where
        documents.document_type = 'sales_order'
        and documents.state in ('confirmed', 'done')
),

consumed as (
    select
        versions.forecast_id,
        versions.company_id,
        versions.item_id,
        versions.warehouse_id,
        versions.from_date,
        versions.to_date,
        versions.quantity_micro,
        {{ whole_sum('coalesce(orders.quantity_micro, 0)') }} as ordered_quantity_micro
    from versions
    left join orders
        on orders.company_id = versions.company_id
        and orders.item_id = versions.item_id
        and orders.warehouse_id = versions.warehouse_id
        and orders.wanted_on >= versions.from_date
        and orders.wanted_on <= versions.to_date
    where
        versions.newest_first = 1
        and versions.to_date >= {{ as_of() }}
    group by
        versions.forecast_id, versions.company_id, versions.item_id, versions.warehouse_id, versions.from_date,
        versions.to_date, versions.quantity_micro
)

select
    consumed.forecast_id,
    consumed.company_id,
    consumed.item_id,
    consumed.warehouse_id,
    consumed.from_date,
    consumed.to_date,
    consumed.quantity_micro as forecast_quantity_micro,
    cast(consumed.quantity_micro - consumed.ordered_quantity_micro as bigint) as quantity_micro
from consumed
where consumed.quantity_micro > consumed.ordered_quantity_micro
