-- One row per item of a company and day from which a valuation method is in force.
select
    valuation_methods.company_id,
    valuation_methods.item_id,
    valuation_methods.effective_date,
    valuation_methods.method as valuation_method
from {{ ref('int_valuation_methods') }} as valuation_methods
