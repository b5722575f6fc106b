-- One row per role of a user.
select
    user_roles.id as user_role_id,
    user_roles.user_id,

    user_roles.role
from {{ source('raw', 'user_role') }} as user_roles
