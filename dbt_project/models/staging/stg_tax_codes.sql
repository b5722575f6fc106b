-- One row per tax code.
select
    tax_codes.id as tax_code_id,
    tax_codes.company_id,

    tax_codes.code as tax_code_code,
    tax_codes.name as tax_code_name,

    {{ quantity('tax_codes.rate') }} as rate,

    tax_codes.rate as rate_micro
from {{ source('raw', 'tax_code') }} as tax_codes
