-- One row per company, item and date from which a valuation method is in force; of one day's versions the last recorded.
with

versions as (
    select
        valuation_methods.company_id,
        valuation_methods.item_id,
        valuation_methods.effective_date,
        valuation_methods.method,
        row_number() over (
            partition by valuation_methods.company_id, valuation_methods.item_id, valuation_methods.effective_date
            order by valuation_methods.recorded_at_microseconds desc, valuation_methods.valuation_method_id desc
        ) as newest
    from {{ ref('stg_valuation_methods') }} as valuation_methods
)

select
    versions.company_id,
    versions.item_id,
    versions.effective_date,
    versions.method,
    -- Before its first version an item is already kept by it.
    case
        when lag(versions.effective_date) over (
            partition by versions.company_id, versions.item_id
            order by versions.effective_date
        ) is null then date '0001-01-01'
        else versions.effective_date
    end as in_force_from,
    coalesce(
        lead(versions.effective_date) over (
            partition by versions.company_id, versions.item_id
            order by versions.effective_date
        ),
        date '9999-12-31'
    ) as in_force_before
from versions
where versions.newest = 1
