-- One row per employee.
select
    employees.id as employee_id,
    employees.company_id,
    employees.department_id,

    employees.code as employee_code,
    employees.name as employee_name,
    employees.position,

    employees.is_salesperson,

    {{ recorded_time('employees.recorded_at') }} as recorded_at,

    employees.recorded_at as recorded_at_microseconds
from {{ source('raw', 'employee') }} as employees
