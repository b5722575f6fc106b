"""What valuation methods do when they change, by lot, in loops and within a month: in the marts, proved and settled."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dashboards.edition import Edition
from dashboards.questions.question import answered
from dbt_project.published import PublishedBuild
from tests.warehouse.raw_company import RawCompany, micro
from tests.warehouse.warehouse_run import WarehouseRun, rows

AS_OF = "2012-06-30"
MARTS = ("+fct_settlement_due", "+fct_proofs", "+fct_stock_on_hand", "+fct_stock_revaluations", "+fct_cost_variances",
         "+fct_stock_layers_daily", "+dim_item", "+dim_warehouse", "+dim_company")  # fmt: skip


def june(day: int) -> date:
    return date(2012, 6, day)


def on_method(company: RawCompany, item: int, method: str, since: date) -> None:
    company.add("valuation_method", company_id=company.company, item_id=item, method=method, effective_date=since,
                recorded_at=0)  # fmt: skip


@pytest.fixture(scope="module")
def build(warehouse_run: WarehouseRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    company = RawCompany()
    supplier, customer = company.partner("S"), company.partner("C")

    into_average = company.item("INTO-AVERAGE")
    on_method(company, into_average, "month_average", june(15))
    for price, bought, sold in ((1, 5, 10), (2, 12, 20)):
        company.purchase(into_average, 10, price, june(bought), supplier)
        company.deliver(company.sale(into_average, 10, 5, june(sold), customer), 10, june(sold))

    into_standard = company.item("INTO-STANDARD")
    company.purchase(into_standard, 10, 5, june(1), supplier)
    company.add("standard_cost", company_id=company.company, item_id=into_standard, unit_cost=micro(6),
                effective_date=june(15), recorded_at=0)  # fmt: skip
    on_method(company, into_standard, "standard", june(20))

    lots = company.item("LOTS", method="specific")
    for code, quantity, price in (("L1", 2, 10), ("L2", 1, 30)):
        lot = company.add("lot", item_id=lots, code=code, expiry_date=None, recorded_at=0)
        company.purchase(lots, quantity, price, june(5), supplier)
        company.rows["stock_move"][-1]["lot_id"] = lot
        balance = {"location_id": company.locations["stock:MAIN"], "last_effective_date": june(5)}
        company.add("stock_balance", item_id=lots, lot_id=lot, quantity=micro(quantity), **balance)
    without_lot = [row for row in company.rows["stock_balance"] if (row["item_id"], row["lot_id"]) == (lots, 0)]
    company.rows["stock_balance"].remove(
        next(row for row in without_lot if row["location_id"] == balance["location_id"])
    )

    itself = company.item("ITSELF", "made")
    loop = company.work_order(itself, 1, june(10), [])
    company.issue(loop, itself, 1, june(10))
    company.time(loop, 60, 1, june(10))
    company.output(loop, itself, 1, june(10))
    company.close(loop, june(10))

    by_month = company.item("BY-MONTH", method="month_average")
    company.purchase(by_month, 10, 5, june(5), supplier)
    company.deliver(company.sale(by_month, 10, 9, june(7), customer), 10, june(7))
    company.purchase(by_month, 10, 8, june(20), supplier)

    path = tmp_path_factory.mktemp("methods") / "work.duckdb"
    company.write(path)
    warehouse_run.build(path, AS_OF, *MARTS)
    return path


def test_all_proofs_hold(build: Path) -> None:
    assert rows(build, "select check_name, difference from marts.fct_proofs where not is_green") == []


def test_what_was_delivered_before_the_change_to_month_average_keeps_its_cost(build: Path) -> None:
    costs = """select effective_date, value_amount from marts.fct_stock_moves
        where item_code = 'INTO-AVERAGE' and move_type = 'delivery' order by 1"""
    assert rows(build, costs) == [(june(10), Decimal("10.00")), (june(20), Decimal("20.00"))]


def test_a_change_to_standard_after_the_last_move_is_a_revaluation_and_is_due(build: Path) -> None:
    assert rows(build, "select effective_date, value_amount from marts.fct_stock_revaluations") == [
        (june(20), Decimal("10.00"))
    ]
    assert rows(
        build, "select quantity, value_amount from marts.fct_stock_on_hand where item_code = 'INTO-STANDARD'"
    ) == [(10, Decimal("60.00"))]
    due = """select period, account_name, debit - credit from marts.fct_settlement_due
        where item = 'INTO-STANDARD' and event = 'revaluation' order by 2"""
    assert rows(build, due) == [
        ("2012-06", "inventory", Decimal("10.00")),
        ("2012-06", "inventory_gain_loss", Decimal("-10.00")),
    ]


def test_lots_on_specific_cost_stand_at_their_own_value(build: Path) -> None:
    on_hand = "select lot_code, quantity, value_amount from marts.fct_stock_on_hand where item_code = 'LOTS' order by 1"
    assert rows(build, on_hand) == [("L1", 2, Decimal("20.00")), ("L2", 1, Decimal("30.00"))]


def test_a_loop_says_what_it_leaves(build: Path) -> None:
    [(cost, output, residual)] = rows(
        build, "select total_cost, output_amount, residual_amount from marts.fct_work_orders where item_code = 'ITSELF'"
    )
    assert residual == cost - output != 0
    due = """select sum(debit - credit) from marts.fct_settlement_due
        where event = 'work_order_variance' and account_name = 'production_variance'"""
    assert rows(build, due) == [(residual,)]


def test_on_days_within_the_month_value_is_what_came_in_less_what_went_out_at_its_average(build: Path) -> None:
    balances = """select valid_from, quantity, value_amount from marts.fct_stock_balances_daily
        where item_code = 'BY-MONTH' order by 1"""
    assert rows(build, balances) == [
        (june(5), 10, Decimal("50.00")),
        (june(7), 0, Decimal("-15.00")),
        (june(20), 10, Decimal("65.00")),
    ]


def test_the_stock_board_shows_what_overview_adds_up_on_days_within_the_month(build: Path, tmp_path: Path) -> None:
    shutil.copy(build, tmp_path / "full.duckdb")
    edition = Edition(PublishedBuild("methods", tmp_path, {"as_of": AS_OF}), "full")
    value = "select sum(value_amount) from marts.fct_stock_balances_daily where ? between valid_from and valid_to"
    for day in map(june, range(1, 30)):
        shown = answered(edition, "stock_total", {"on": day.isoformat()}).row(0, named=True)
        assert shown["value_amount"] == edition.rows(value, [day]).item(), day
    of_item = {"on": june(7).isoformat(), "item": "BY-MONTH"}
    [place] = answered(edition, "stock_on_hand", of_item).rows(named=True)
    assert (place["quantity"], place["value_amount"], place["unit_cost"]) == (0, Decimal("-15.00"), None)
    total = answered(edition, "stock_total", of_item).row(0, named=True)
    assert (total["item_count"], total["place_count"]) == (0, 0)
