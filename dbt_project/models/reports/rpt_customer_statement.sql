-- One row per customer and document: the customer side of rpt_partner_statement.
select
    company_id,
    partner_id,
    partner_code,
    partner_name,
    document_id,
    document_type,
    document_number,
    document_date,
    delivered_amount,
    invoiced_amount,
    paid_amount,
    running_balance
from {{ ref('rpt_partner_statement') }}
where side = 'customer'
