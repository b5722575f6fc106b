-- One row per company and partner: partners are shared; currency is the partner's, else the company's.
select
    stg_companies.company_id,
    stg_partners.partner_id,
    stg_partners.partner_code,
    stg_partners.partner_name,
    stg_partners.is_customer,
    stg_partners.is_supplier,
    stg_partners.country,
    coalesce(stg_partners.currency, stg_companies.currency) as currency,
    stg_partners.payment_term_days,
    stg_partners.is_blocked,
    stg_partners.extra as extra_fields
from {{ ref('stg_partners') }} as stg_partners
cross join {{ ref('stg_companies') }} as stg_companies
