-- One row per account.
select
    company_id,
    account_id,
    account_code,
    account_name,
    account_type,
    role as account_role,
    is_manual as allows_manual_entries
from {{ ref('stg_accounts') }}
