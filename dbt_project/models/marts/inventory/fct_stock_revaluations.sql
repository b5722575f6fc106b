-- One row per item, warehouse and day on which a new standard cost, or a change to standard, changed the value of stock.
select
    variances.company_id,
    variances.item_id,
    variances.warehouse_id,
    variances.effective_date,
    {% for component in cost_components() -%}
    {{ amount('-sum(variances.' ~ component ~ '_amount)', 'min(companies.amount_exponent)') }} as {{ component }}_amount,
    {% endfor -%}
    {{ amount('-sum(variances.variance_amount)', 'min(companies.amount_exponent)') }} as value_amount
from {{ ref('engine_cost_variances') }} as variances
inner join {{ ref('stg_companies') }} as companies on companies.company_id = variances.company_id
where variances.rule = 'revaluation'
group by variances.company_id, variances.item_id, variances.warehouse_id, variances.effective_date
