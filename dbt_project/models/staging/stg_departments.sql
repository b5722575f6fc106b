-- One row per department.
select
    departments.id as department_id,
    departments.company_id,

    departments.code as department_code,
    departments.name as department_name
from {{ source('raw', 'department') }} as departments
