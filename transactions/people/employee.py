"""An employee: who works, in which department, what an hour of theirs costs from a date on, and who sells."""

from datetime import date

from pydantic import Field

from transactions.kernel.command import Answer, Code, Command, Name, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import UnitPrice, micro
from transactions.kernel.work import Work
from transactions.master.company import company_named
from transactions.master.item import BEGINNING
from transactions.master.locked import refuse_locked_day
from transactions.master.lookup import named, refuse_known_code, version_added
from transactions.master.tables import department, employee, employee_rate


class CreateDepartment(Command):
    """Make a department."""

    code: Code
    name: Name


@handles(CreateDepartment, permission="people.department", stage=1)
def create_department(work: Work, new: CreateDepartment) -> Answer:
    """Make a department."""
    company = company_named(work, new.company)
    refuse_known_code(work, department, new.code, company.id)
    department_id = work.insert(department, company_id=company.id, code=new.code, name=new.name)
    return {"id": department_id, "code": new.code}


class CreateEmployee(Command):
    """Make an employee, with the cost of an hour (company currency) where it is known."""

    code: Code
    name: Name
    department: Reference | None = None
    position: Name | None = None
    hourly_rate: UnitPrice | None = None
    effective_date: Day = Field(BEGINNING, description="from when the rate holds")
    is_salesperson: bool = False


@handles(CreateEmployee, permission="people.employee", stage=1)
def create_employee(work: Work, new: CreateEmployee) -> Answer:
    """Make an employee, with the cost of an hour (company currency) where it is known."""
    company = company_named(work, new.company)
    refuse_known_code(work, employee, new.code, company.id)
    department_id = None
    if new.department is not None:
        department_id = named(work, department, new.department, "department", company.id).id
    employee_id = work.insert(
        employee, company_id=company.id, code=new.code, name=new.name, department_id=department_id,
        position=new.position, is_salesperson=new.is_salesperson, recorded_at=work.recorded_at,
    )  # fmt: skip
    if new.hourly_rate is not None:
        _add_rate(work, employee_id, new.hourly_rate, new.effective_date)
    return {"id": employee_id, "code": new.code}


class SetEmployeeRate(Command):
    """Say what an hour of an employee costs from a date on, in company currency."""

    employee: Reference
    hourly_rate: UnitPrice
    effective_date: Day


@handles(SetEmployeeRate, permission="people.rate", stage=1)
def set_employee_rate(work: Work, new: SetEmployeeRate) -> Answer:
    """Say what an hour of an employee costs from a date on, in company currency."""
    company = company_named(work, new.company)
    refuse_locked_day(work, company.id, new.effective_date)
    subject = named(work, employee, new.employee, "employee", company.id)
    return {"id": _add_rate(work, subject.id, new.hourly_rate, new.effective_date)}


def _add_rate(work: Work, employee_id: int, hourly_rate: UnitPrice, on: date) -> int:
    rate_id = work.insert(
        employee_rate, employee_id=employee_id, hourly_rate=micro(hourly_rate), effective_date=on,
        recorded_at=work.recorded_at,
    )  # fmt: skip
    version_added(work, employee_rate, employee_id=employee_id)
    return rate_id
