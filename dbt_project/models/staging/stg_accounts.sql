-- One row per account.
select
    accounts.id as account_id,
    accounts.company_id,

    accounts.code as account_code,
    accounts.name as account_name,
    accounts.account_type,
    accounts.role,

    accounts.is_manual
from {{ source('raw', 'account') }} as accounts
