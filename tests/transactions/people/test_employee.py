"""Employees, their departments, and their rates by date."""

from datetime import date

from tests.transactions.acting import Acting


def test_an_employee_has_a_rate_from_the_beginning_or_from_a_day(acting: Acting) -> None:
    acting("create_department", code="SHOP", name="Workshop")
    first = acting(
        "create_employee", code="E1", name="Ann", department="SHOP", position="Fitter", hourly_rate="28.125",
        is_salesperson=True,
    )  # fmt: skip
    acting("create_employee", code="E2", name="Bo", hourly_rate=20, effective_date="2026-03-01")
    acting("create_employee", code="E3", name="Cy")
    acting("set_employee_rate", employee="E1", hourly_rate=30, effective_date="2026-04-01")
    assert [(row["hourly_rate"], row["effective_date"]) for row in acting.rows("employee_rate")] == [
        (28_125_000, date(1900, 1, 1)),
        (20_000_000, date(2026, 3, 1)),
        (30_000_000, date(2026, 4, 1)),
    ]
    employee = acting.row("employee", id=first["id"])
    assert (employee["position"], employee["is_salesperson"]) == ("Fitter", True)
    assert employee["department_id"] == acting.row("department")["id"]


def test_codes_are_used_once_and_departments_exist(acting: Acting) -> None:
    acting("create_department", code="SHOP", name="Workshop")
    acting("create_employee", code="E1", name="Ann")
    assert acting.refused("create_department", code="SHOP", name="Again").fact == "AlreadyExists"
    assert acting.refused("create_employee", code="E1", name="Again").fact == "AlreadyExists"
    refusal = acting.refused("create_employee", code="E2", name="Bo", department="OFFICE")
    assert (refusal.fact, refusal.field) == ("NotFound", "department")
    assert acting.refused("set_employee_rate", employee="E9", hourly_rate=1, effective_date="2026-01-01").fact == (
        "NotFound"
    )
