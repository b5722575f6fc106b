-- One row per proof; it holds unless a unit is called broken.
select
    'units add up' as check_name,
    'all' as scope,
    count(*) filter (where code = 'broken') as difference
from {{ source('raw', 'unit') }}
