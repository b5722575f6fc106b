"""People: employees with their department, position and hourly rates by date; who sells is marked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ingestion.sources.adventureworks.export import Export, table
from ingestion.sources.adventureworks.planned import COMPANY, Planned, Source, exact
from ingestion.sources.adventureworks.table_file import Row

DEPARTMENT = table("HumanResources.Department", "DepartmentID Name")
EMPLOYEE = table("HumanResources.Employee", "BusinessEntityID LoginID JobTitle HireDate")
DEPARTMENT_HISTORY = table(
    "HumanResources.EmployeeDepartmentHistory", "BusinessEntityID DepartmentID StartDate EndDate"
)
PAY_HISTORY = table("HumanResources.EmployeePayHistory", "BusinessEntityID RateChangeDate Rate")
SALES_PERSON = table("Sales.SalesPerson", "BusinessEntityID")


@dataclass(frozen=True, slots=True)
class Employee:
    """rates: (from, per hour), oldest first; department: number of the one where the person works now."""

    number: int
    code: str
    name: str
    position: str
    department: int | None
    sells: bool
    hired: date
    rates: list[tuple[date, Decimal, Source]]
    source: Source


@dataclass(frozen=True, slots=True)
class Department:
    number: int
    name: str
    source: Source

    @property
    def code(self) -> str:
        return f"D{self.number}"


def read_departments(export: Export) -> dict[int, Department]:
    return export.keyed(
        DEPARTMENT, "DepartmentID", lambda row: Department(row.whole("DepartmentID"), row.text("Name"), row.source)
    )


def read_employees(
    export: Export, names: Mapping[int, str], departments: Mapping[int, Department]
) -> dict[int, Employee]:
    """Employees by number; the code is the login name without its domain."""
    sellers = set(export.records(SALES_PERSON, lambda row: row.whole("BusinessEntityID")))
    works_in: dict[int, tuple[date, int]] = {}

    def stay(row: Row) -> tuple[int, date, int]:
        department = row.whole("DepartmentID")
        if department not in departments:
            raise row.bad("DepartmentID", f"{DEPARTMENT.name} has no such row, or a bad one")
        return row.whole("BusinessEntityID"), row.day("StartDate"), department

    for number, since, department in export.records(DEPARTMENT_HISTORY, stay):
        if number not in works_in or works_in[number][0] < since:
            works_in[number] = (since, department)

    rates: dict[int, list[tuple[date, Decimal, Source]]] = {}
    for number, since, rate, source in export.records(
        PAY_HISTORY,
        lambda row: (row.whole("BusinessEntityID"), row.day("RateChangeDate"), row.number("Rate"), row.source),
    ):
        rates.setdefault(number, []).append((since, rate, source))

    def employee(row: Row) -> Employee:
        number = row.whole("BusinessEntityID")
        if number not in names:
            raise row.bad("BusinessEntityID", "there is no such person, or the row is bad")
        return Employee(
            number, row.text("LoginID").rpartition("\\")[2], names[number], row.text("JobTitle"),
            works_in[number][1] if number in works_in else None, number in sellers, row.day("HireDate"),
            sorted(rates.get(number, [])), row.source,
        )  # fmt: skip

    return export.keyed(EMPLOYEE, "BusinessEntityID", employee)


def plan_departments(departments: Mapping[int, Department], first_day: date) -> Iterator[Planned]:
    for department in departments.values():
        data = {"company": COMPANY, "code": department.code, "name": department.name}
        key = f"aw:department:{department.number}"
        yield Planned(first_day, 0, key, "create_department", data, department.source)


def plan_employees(
    employees: Mapping[int, Employee], departments: Mapping[int, Department], first_day: date
) -> Iterator[Planned]:
    for employee in employees.values():
        data: dict[str, object] = {
            "company": COMPANY,
            "code": employee.code,
            "name": employee.name,
            "position": employee.position,
            "is_salesperson": employee.sells,
        }
        if employee.department is not None:
            data["department"] = departments[employee.department].code
        key = f"aw:employee:{employee.number}"
        yield Planned(first_day, 0, key, "create_employee", data, employee.source)
        for since, rate, source in employee.rates:
            data = {
                "company": COMPANY, "employee": employee.code, "hourly_rate": exact(rate),
                "effective_date": since.isoformat(),
            }  # fmt: skip
            key_of_rate = f"aw:employee_rate:{employee.number}:{since}"
            yield Planned(since, 0, key_of_rate, "set_employee_rate", data, source, (key,))
