-- One row per unit; the cost and pay columns stand for what not everybody may see.
select
    id as unit_id,
    code as unit_code,
    'canary-cost-' || code as cost_text,
    'canary-pay-' || code as pay_text,
    'canary-unlabelled-' || code as unlabelled_text,
    date '{{ var("as_of") }}' as as_of
from {{ source('raw', 'unit') }}
