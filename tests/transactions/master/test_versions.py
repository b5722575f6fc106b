"""Masters that change by date: rates, costs, methods, and which version is in force."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from tests.transactions.acting import Acting
from transactions.kernel.work import Work
from transactions.master.lookup import in_force, version_added
from transactions.master.tables import exchange_rate


@pytest.fixture
def item(acting: Acting) -> int:
    made: int = acting("create_item", code="A", name="A", unit="pcs", kind="bought")["id"]
    return made


def test_an_exchange_rate_has_nine_decimals(acting: Acting) -> None:
    acting("set_exchange_rate", currency="EUR", rate="1.123456789", effective_date="2026-01-01")
    assert acting.row("exchange_rate")["rate"] == 1_123_456_789
    refusal = acting.refused("set_exchange_rate", currency="EUR", rate="1.1234567891", effective_date="2026-01-01")
    assert refusal.fact == "InvalidData"
    assert acting.refused("set_exchange_rate", currency="USD", rate=1, effective_date="2026-01-01").fact == (
        "CurrencyIsTheCompanys"
    )


def test_the_version_recorded_last_wins_on_its_day_and_holds_until_the_next(acting: Acting) -> None:
    for rate, on in (("1.1", "2026-01-01"), ("1.3", "2026-03-01"), ("1.2", "2026-03-01")):
        acting("set_exchange_rate", currency="EUR", rate=rate, effective_date=on)
    company_id = acting.row("company")["id"]
    with acting.door.engine.begin() as connection:
        rates = _rates(connection, company_id, ["2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01", "2026-12-31"])
    assert rates == [None, 1_100_000_000, 1_100_000_000, 1_200_000_000, 1_200_000_000]


def _rates(connection: Connection, company_id: int, days: list[str]) -> list[int | None]:
    work = Work(connection, {})
    found = [
        in_force(work, exchange_rate, date.fromisoformat(on), company_id=company_id, currency="EUR") for on in days
    ]
    return [version.rate if version else None for version in found]


def test_a_new_version_is_seen_at_once(acting: Acting) -> None:
    acting("create_partner", code="S", name="S", is_supplier=True, currency="EUR")
    acting("create_item", code="A", name="A", unit="pcs", kind="bought")
    order = {"supplier": "S", "order_date": "2026-02-01", "lines": [{"item": "A", "quantity": 1, "unit_price": 1}]}
    assert acting.refused("create_purchase_order", **order).fact == "RateIsMissing"
    acting("set_exchange_rate", currency="EUR", rate="1.1", effective_date="2026-01-01")
    first = acting("create_purchase_order", **order)
    acting("set_exchange_rate", currency="EUR", rate="1.5", effective_date="2026-01-15")
    second = acting("create_purchase_order", **order)
    assert acting.row("document", id=first["id"])["exchange_rate"] == 1_100_000_000
    assert acting.row("document", id=second["id"])["exchange_rate"] == 1_500_000_000


def test_adding_a_version_tells_other_processes(acting: Acting) -> None:
    with acting.door.engine.begin() as connection:
        work = Work(connection, {})
        before = work.state.master_version
        version_added(work, exchange_rate, company_id=1, currency="EUR")
        assert work.state.master_version == before + 1


def test_standard_cost_and_method_are_versions(acting: Acting, item: int) -> None:
    acting("set_standard_cost", item="A", cost="12.345678", effective_date="2026-02-01")
    acting("set_valuation_method", item="A", method="standard", effective_date="2026-02-01")
    assert acting.row("standard_cost", item_id=item)["unit_cost"] == 12_345_678
    assert [row["method"] for row in acting.rows("valuation_method", item_id=item)] == ["fifo", "standard"]


def test_a_standard_cost_may_tell_its_parts(acting: Acting, item: int) -> None:
    parts = {"material": "7.5", "labour": "1.25", "overhead": "0.75", "subcontract": "0.4", "landed": "0.1"}
    acting("set_standard_cost", item="A", cost=10, effective_date="2026-02-01", **parts)
    acting("set_standard_cost", item="A", cost=8, effective_date="2026-03-01", material=8)
    acting("set_standard_cost", item="A", cost=9, effective_date="2026-04-01")
    names = [f"{part}_unit_cost" for part in parts]
    assert [[row[name] for name in names] for row in acting.rows("standard_cost", item_id=item)] == [
        [7_500_000, 1_250_000, 750_000, 400_000, 100_000], [8_000_000, 0, 0, 0, 0], [None] * 5,
    ]  # fmt: skip
    refusal = acting.refused("set_standard_cost", item="A", cost="10.000001", effective_date="2026-05-01", **parts)
    assert (refusal.fact, refusal.field) == ("ComponentsDoNotAddUp", "cost")
    assert refusal.rule == "the parts make 10, the cost is 10.000001"


@pytest.mark.parametrize(
    "table", ["exchange_rate", "standard_cost", "valuation_method", "category_valuation_method", "bom", "line_link"]
)
def test_what_an_engine_reads_is_never_changed_even_by_hand(acting: Acting, item: int, table: str) -> None:
    acting("set_exchange_rate", currency="EUR", rate="1.1", effective_date="2026-01-01")
    acting("set_standard_cost", item="A", cost=1, effective_date="2026-02-01")
    acting("set_category_valuation_method", category="C", method="fifo", effective_date="2026-02-01")
    acting("create_item", code="B", name="B", unit="pcs", kind="made")
    acting("create_bom", item="B", effective_date="2026-01-01", lines=[{"item": "A", "quantity": 1}])
    acting("create_partner", code="C", name="C", is_customer=True)
    acting("record_opening_stock", effective_date="2026-01-01", lines=[{"item": "A", "quantity": 1, "unit_cost": 1}])
    acting("create_sales_order", customer="C", order_date="2026-01-02", confirm=True, external_number="S",
           lines=[{"item": "A", "quantity": 1, "unit_price": 1}])  # fmt: skip
    acting("deliver_goods", order="S", effective_date="2026-01-03")
    for statement in (f"update {table} set recorded_at = 1", f"delete from {table}"):
        with pytest.raises(DBAPIError, match="AppendOnly"), acting.door.engine.begin() as connection:
            connection.execute(text(statement))


def test_a_service_has_no_valuation(acting: Acting) -> None:
    acting("create_item", code="S", name="S", unit="h", kind="service")
    assert acting.refused("set_standard_cost", item="S", cost=1, effective_date="2026-02-01").fact == (
        "ServiceHasNoStock"
    )


@pytest.mark.parametrize(
    ("command", "data"),
    [
        ("set_standard_cost", {"item": "A", "cost": 1}),
        ("set_valuation_method", {"item": "A", "method": "standard"}),
        ("set_work_center_rate", {"work_center": "WC", "labour_rate": 1, "overhead_rate": 1}),
        ("set_employee_rate", {"employee": "E", "hourly_rate": 1}),
    ],
)
def test_no_cost_reaches_back_into_a_locked_period(
    acting: Acting, item: int, command: str, data: dict[str, object]
) -> None:
    acting("create_work_center", code="WC", name="WC", labour_rate=20, overhead_rate=10)
    acting("create_employee", code="E", name="E", hourly_rate=20)
    acting("lock_period", period="2026-03")
    refusal = acting.refused(command, effective_date="2026-02-15", **data)  # in force through March
    assert (refusal.fact, refusal.field) == ("VersionReachesLockedPeriod", "effective_date")
    acting(command, effective_date="2026-04-01", **data)


def test_a_tax_code_has_a_rate(acting: Acting) -> None:
    acting("create_tax_code", code="VAT13", name="VAT 13 %", rate="0.13")
    assert acting.row("tax_code")["rate"] == 130_000
    assert acting.refused("create_tax_code", code="VAT13", name="Again", rate=0).fact == "AlreadyExists"
    assert acting.refused("create_tax_code", code="V", name="Too much", rate="1.1").fact == "InvalidData"


def test_a_day_is_a_holiday_once(acting: Acting) -> None:
    acting("create_holiday", holiday_date="2026-10-01", name="National Day")
    assert acting.row("holiday")["holiday_date"] == date(2026, 10, 1)
    assert acting.refused("create_holiday", holiday_date="2026-10-01").fact == "AlreadyExists"


def test_a_work_centre_has_eight_hours_unless_said(acting: Acting) -> None:
    acting("create_work_center", code="WC", name="Assembly", labour_rate="21.5", overhead_rate=4)
    acting("create_work_center", code="M", name="Mill", labour_rate=1, overhead_rate=1, capacity_hours_per_day="7.25")
    assert [row["capacity_minutes_per_day"] for row in acting.rows("work_center")] == [480_000_000, 435_000_000]
    rate = acting.rows("work_center_rate")[0]
    assert (rate["labour_rate"], rate["overhead_rate"]) == (21_500_000, 4_000_000)
    assert acting.refused("create_work_center", code="M", name="M", labour_rate=1, overhead_rate=1).fact == (
        "AlreadyExists"
    )
