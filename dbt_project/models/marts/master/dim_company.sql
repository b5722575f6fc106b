-- One row per company.
select
    company_id,
    company_code,
    company_name,
    currency,
    cast(amount_exponent as bigint) as amount_exponent,
    cast(stage as bigint) as stage
from {{ ref('stg_companies') }}
