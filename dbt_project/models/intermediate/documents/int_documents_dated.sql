-- One row per document that exists by as_of, in the state it has on that day, with its totals in company currency.
with turning_points as (
    select
        events.document_id,
        {{ last_state('events') }} as state,
        min(case when events.state = 'confirmed' then events.effective_date end) as confirmed_on,
        max(case when events.state = 'done' then events.effective_date end) as done_on,
        max(case when events.state = 'cancelled' then events.effective_date end) as cancelled_on
    from {{ ref('stg_document_events') }} as events
    group by events.document_id
)

select
    stg_documents.document_id,
    stg_documents.company_id,
    stg_documents.partner_id,
    stg_documents.warehouse_id,
    stg_documents.origin_document_id,
    stg_documents.salesperson_id,

    stg_documents.document_type,
    stg_documents.document_number,
    stg_documents.external_number,
    coalesce(turning_points.state, stg_documents.latest_state) as state,
    stg_documents.currency,

    stg_documents.effective_date,
    stg_documents.due_date,
    turning_points.confirmed_on,
    turning_points.done_on,
    turning_points.cancelled_on,
    stg_documents.recorded_at,

    stg_companies.amount_exponent,
    stg_documents.exchange_rate_nano,
    stg_documents.gross_amount_minor as gross_amount_document_currency_minor,
    cast({{ converted('stg_documents.net_amount_minor', 'stg_documents.exchange_rate_nano') }} as bigint) as net_amount_minor,
    cast({{ converted('stg_documents.tax_amount_minor', 'stg_documents.exchange_rate_nano') }} as bigint) as tax_amount_minor,
    cast({{ converted('stg_documents.freight_amount_minor', 'stg_documents.exchange_rate_nano') }} as bigint) as freight_amount_minor,
    cast({{ converted('stg_documents.gross_amount_minor', 'stg_documents.exchange_rate_nano') }} as bigint) as gross_amount_minor
from {{ ref('stg_documents') }} as stg_documents
inner join {{ ref('stg_companies') }} as stg_companies on stg_companies.company_id = stg_documents.company_id
left join turning_points on turning_points.document_id = stg_documents.document_id
