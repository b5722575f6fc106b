-- One row per version of an item's valuation method.
select
    valuation_methods.id as valuation_method_id,
    valuation_methods.company_id,
    valuation_methods.item_id,

    valuation_methods.method,

    valuation_methods.effective_date,
    {{ recorded_time('valuation_methods.recorded_at') }} as recorded_at,

    valuation_methods.recorded_at as recorded_at_microseconds
from {{ source('raw', 'valuation_method') }} as valuation_methods
where
    valuation_methods.effective_date <= {{ as_of() }}
