-- One row per company, item and date from which a valuation method is in force; of one day's versions the last recorded.
with

versions as (
    {{ versions_with_spans(ref('stg_valuation_methods'), 'company_id, item_id', 'valuation_method_id') }}
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
    versions.valid_until as in_force_before
from versions
