-- One row per partner.
select
    partners.id as partner_id,

    partners.code as partner_code,
    partners.name as partner_name,
    partners.currency,
    partners.country,
    nullif(partners.extra, 'null') as extra,

    partners.is_customer,
    partners.is_supplier,
    partners.is_blocked,

    partners.payment_term_days,

    {{ recorded_time('partners.recorded_at') }} as recorded_at,

    partners.recorded_at as recorded_at_microseconds
from {{ source('raw', 'partner') }} as partners
