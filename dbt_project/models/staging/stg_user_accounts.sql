-- One row per user.
select
    user_accounts.id as user_id,

    user_accounts.username,
    user_accounts.display_name,
    user_accounts.language,

    user_accounts.is_active,

    {{ recorded_time('user_accounts.recorded_at') }} as recorded_at,

    user_accounts.recorded_at as recorded_at_microseconds
from {{ source('raw', 'user_account') }} as user_accounts
