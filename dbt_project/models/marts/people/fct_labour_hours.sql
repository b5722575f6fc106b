-- One row per employee, day, and work order or department; where no employee is named, per work centre instead.
with hours as (
    select
        company_id,
        effective_date,
        employee_id,
        case when employee_id is null then work_center_id end as work_center_id,
        work_order_id,
        case when work_order_id is null then department_id end as department_id,
        {{ whole_sum('minutes_micro') }} as minutes_micro,
        {{ whole_sum('labour_amount_minor') }} as labour_amount_minor
    from {{ ref('int_time_entries_priced') }}
    group by
        company_id,
        effective_date,
        employee_id,
        case when employee_id is null then work_center_id end,
        work_order_id,
        case when work_order_id is null then department_id end
)

select
    hours.company_id,
    hours.company_id
    || '|' || hours.effective_date
    || '|' || coalesce('employee-' || hours.employee_id, 'work_center-' || hours.work_center_id, '')
    || '|' || coalesce('work_order-' || hours.work_order_id, 'department-' || hours.department_id, '') as labour_key,
    hours.effective_date,
    hours.employee_id,
    stg_employees.employee_code,
    stg_employees.employee_name,
    hours.work_center_id,
    hours.work_order_id,
    stg_documents.document_number as work_order_number,
    hours.department_id,
    stg_departments.department_name,
    {{ quantity('hours.minutes_micro') }} as minutes,
    {{ amount('hours.labour_amount_minor', 'stg_companies.amount_exponent') }} as cost_amount
from hours
inner join {{ ref('stg_companies') }} as stg_companies on stg_companies.company_id = hours.company_id
left join {{ ref('stg_documents') }} as stg_documents on stg_documents.document_id = hours.work_order_id
left join {{ ref('stg_employees') }} as stg_employees on stg_employees.employee_id = hours.employee_id
left join {{ ref('stg_departments') }} as stg_departments on stg_departments.department_id = hours.department_id
