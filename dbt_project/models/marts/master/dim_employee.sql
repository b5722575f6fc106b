-- One row per employee, with the hourly rate in force at as_of.
with rates as (
    {{ versions_in_force(ref('stg_employee_rates'), 'employee_id', 'employee_rate_id') }}
)

select
    stg_employees.company_id,
    stg_employees.employee_id,
    stg_employees.employee_code,
    stg_employees.employee_name,
    stg_employees.department_id,
    stg_departments.department_code,
    stg_departments.department_name,
    stg_employees.position,
    stg_employees.is_salesperson,
    rates.hourly_rate
from {{ ref('stg_employees') }} as stg_employees
left join {{ ref('stg_departments') }} as stg_departments on stg_departments.department_id = stg_employees.department_id
left join rates on rates.employee_id = stg_employees.employee_id
