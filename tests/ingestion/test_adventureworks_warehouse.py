"""One quarter of AdventureWorks from the files to the marts: figures counted again here, from the CSV, in plain Python.

The whole of it is imported by `make bench` (import-adventureworks).
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.sources.adventureworks import import_adventureworks
from ingestion.sources.adventureworks.files import read_files
from ingestion.sources.adventureworks.importing import ImportReport
from ingestion.sources.adventureworks.plan import commands
from orchestration.dbt_run import DbtRun
from orchestration.refresh import Outcome, refresh
from tests.ingestion.test_adventureworks_import import facts, stock, summed
from tests.ingestion.test_adventureworks_plan import balances_after_each_command
from transactions import Door, make_home

LAST_DAY = date(2011, 6, 30)
ZERO = Decimal(0)


class Quarter:
    """The rows of the files up to the last day, and the published figures of the same days."""

    def __init__(self, files: Path, door: Door, report: ImportReport, published: Path, outcome: Outcome) -> None:
        self.files, self.door, self.report, self.outcome = files, door, report, outcome
        self.connection = duckdb.connect(str(published), read_only=True)
        self.orders = self.up_to("Sales.SalesOrderHeader", "OrderDate", "SalesOrderID")
        self.order_lines = self.lines("Sales.SalesOrderDetail", "SalesOrderID", self.orders)
        self.purchases = self.up_to("Purchasing.PurchaseOrderHeader", "OrderDate", "PurchaseOrderID")
        self.purchase_lines = self.lines("Purchasing.PurchaseOrderDetail", "PurchaseOrderID", self.purchases)
        self.work_orders = self.up_to("Production.WorkOrder", "StartDate", "WorkOrderID")
        self.routing = self.lines("Production.WorkOrderRouting", "WorkOrderID", self.work_orders)

    def rows(self, table: str) -> list[dict[str, str]]:
        with gzip.open(self.files / f"{table}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def up_to(self, table: str, day: str, key: str) -> dict[str, dict[str, str]]:
        return {row[key]: row for row in self.rows(table) if happened(row[day])}

    def lines(self, table: str, key: str, heads: dict[str, dict[str, str]]) -> list[dict[str, str]]:
        return [row for row in self.rows(table) if row[key] in heads]

    def figures(self, query: str) -> tuple[Any, ...]:
        (row,) = self.connection.execute(query).fetchall()
        return tuple(row)

    def table(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def quarter(shared_data: Path, tmp_path_factory: pytest.TempPathFactory, dbt: DbtRun) -> Iterator[Quarter]:
    files, home = shared_data / "adventureworks", tmp_path_factory.mktemp("adventureworks")
    door, _ = make_home(password="a long enough password", url=f"sqlite:///{home / 'bihuan.sqlite'}")
    report = import_adventureworks(files, door, until=LAST_DAY)
    assert report.is_clean, str(report)
    outcome = refresh(home, door.engine, as_of=LAST_DAY, dbt=dbt)
    build = home / "warehouse" / "builds" / outcome.build_id / "full.duckdb"
    found = Quarter(files, door, report, build, outcome)
    yield found
    found.connection.close()
    door.engine.dispose()


def happened(day: str) -> bool:
    return bool(day) and date.fromisoformat(day[:10]) <= LAST_DAY


def total(rows: list[dict[str, str]] | dict[str, dict[str, str]], field: str) -> Decimal:
    values = rows.values() if isinstance(rows, dict) else rows
    return sum((Decimal(row[field]) for row in values), ZERO)


def minor(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.0001"), ROUND_HALF_EVEN)


def net(rows: list[dict[str, str]]) -> Decimal:
    return sum((minor(Decimal(row["LineTotal"])) for row in rows), ZERO)


# ---------------------------------------------------------------- what arrives
def test_each_row_arrives_once(quarter: Quarter) -> None:
    """As stock and as amounts; a second import adds nothing."""
    plan = list(commands(read_files(quarter.files), until=LAST_DAY))
    assert quarter.report.accepted.total() == len(plan)
    expected, _ = balances_after_each_command(plan)
    assert stock(quarter.door) == {code: quantity for code, quantity in expected.items() if quantity}
    orders = [planned.data for planned in plan if planned.name == "create_sales_order"]
    sold = [line for order in orders for line in order["lines"]]
    assert summed(quarter.door, "sales_order", "tax_amount") == sum(Decimal(order["tax_amount"]) for order in orders)
    assert summed(quarter.door, "sales_order", "freight_amount") == sum(Decimal(order["freight"]) for order in orders)
    assert summed(quarter.door, "sales_order", "net_amount") == sum(
        round(
            Decimal(line["quantity"]) * Decimal(line["unit_price"]) * (1 - Decimal(line.get("discount_rate", "0"))), 4
        )
        for line in sold
    )
    before = facts(quarter.door)
    again = import_adventureworks(quarter.files, quarter.door, until=LAST_DAY)
    assert again.accepted.total() == 0
    assert again.already_there.total() == len(plan) - 1  # the opening stock is not even asked for: none is missing
    assert again.is_clean
    assert facts(quarter.door) == before


# ---------------------------------------------------------------- sales
def test_sales_orders(quarter: Quarter) -> None:
    lines = quarter.order_lines
    gross = net(lines) + total(quarter.orders, "TaxAmt") + total(quarter.orders, "Freight")
    assert quarter.figures(
        "select count(distinct sales_order_id), count(*), sum(ordered_quantity), sum(net_amount), sum(gross_amount) "
        "from marts.fct_sales_order_lines"
    ) == (len(quarter.orders), len(lines), total(lines, "OrderQty"), net(lines), gross)
    assert len(quarter.orders) > 150


def test_what_was_shipped_is_delivered_invoiced_and_owed(quarter: Quarter) -> None:
    """Each line delivers and invoices in full on its ship date; payment comes 30 days later, so all of June is owed."""
    shipped = {key for key, order in quarter.orders.items() if happened(order["ShipDate"])}
    lines = [row for row in quarter.order_lines if row["SalesOrderID"] in shipped]
    assert quarter.figures(
        "select count(distinct sales_order_id) filter (is_open), sum(delivered_quantity), sum(invoiced_quantity), "
        "sum(invoiced_net_amount) from marts.fct_sales_order_lines"
    ) == (len(quarter.orders) - len(shipped), total(lines, "OrderQty"), total(lines, "OrderQty"), net(lines))
    of_shipped = [quarter.orders[key] for key in shipped]
    owed = net(lines) + total(of_shipped, "TaxAmt") + total(of_shipped, "Freight")
    paid_by = LAST_DAY - timedelta(days=30)
    assert all(date.fromisoformat(order["ShipDate"][:10]) > paid_by for order in of_shipped)
    assert quarter.figures("select sum(open_amount), count(*) from marts.fct_receivables") == (owed, len(shipped))
    revenue = "select -sum(debit_amount - credit_amount) from marts.fct_journal_lines where account_role = 'revenue'"
    assert quarter.figures(revenue) == (net(lines),)


def test_every_sold_line_has_a_cost_with_components(quarter: Quarter) -> None:
    costless = (
        "select count(*) from marts.fct_order_profit where total_cost <= 0 or cost_status is null or total_cost <> "
        "material_cost + labour_cost + overhead_cost + subcontract_cost + landed_cost + other_cost"
    )
    assert quarter.figures(costless) == (0,)
    lines = "select count(*), sum(revenue), sum(profit) = sum(revenue) - sum(total_cost) from marts.fct_order_profit"
    assert quarter.figures(lines) == (len(quarter.order_lines), net(quarter.order_lines), True)


def test_what_is_neither_made_nor_bought_costs_its_standard_cost(quarter: Quarter) -> None:
    """Its opening stock is priced at the first standard cost; so is every delivery of it, and nothing is added."""
    flows = {row["ProductID"] for row in quarter.rows("Production.WorkOrder")}
    flows |= {row["ProductID"] for row in quarter.rows("Purchasing.PurchaseOrderDetail")}
    first_costs: dict[str, str] = {}
    for row in sorted(quarter.rows("Production.ProductCostHistory"), key=lambda row: row["StartDate"]):
        first_costs.setdefault(row["ProductID"], row["StandardCost"])
    codes = {row["ProductID"]: row["ProductNumber"] for row in quarter.rows("Production.Product")}
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for row in quarter.order_lines:
        product = row["ProductID"]
        if product not in flows and happened(quarter.orders[row["SalesOrderID"]]["ShipDate"]):
            expected[codes[product]] += Decimal(row["OrderQty"]) * Decimal(first_costs[product])
    costs = dict(
        quarter.table(
            "select item_code, sum(actual_cost) from marts.fct_order_profit where delivered_quantity > 0 group by all"
        )
    )
    assert expected
    assert {code: costs[code] for code in expected} == {code: minor(cost) for code, cost in expected.items()}


# ---------------------------------------------------------------- purchasing
def test_purchase_orders(quarter: Quarter) -> None:
    arrived = {key for key, order in quarter.purchases.items() if happened(order["ShipDate"])}
    lines = [row for row in quarter.purchase_lines if row["PurchaseOrderID"] in arrived]
    assert quarter.figures(
        "select count(distinct purchase_order_id), count(*), sum(ordered_quantity), sum(received_quantity), "
        "sum(returned_quantity), sum(billed_quantity), sum(net_amount) from marts.fct_purchase_order_lines"
    ) == (
        len(quarter.purchases), len(quarter.purchase_lines), total(quarter.purchase_lines, "OrderQty"),
        total(lines, "ReceivedQty"), total(lines, "RejectedQty"), total(lines, "StockedQty"),
        net(quarter.purchase_lines),
    )  # fmt: skip


# ---------------------------------------------------------------- production
def test_work_orders(quarter: Quarter) -> None:
    ended = [order for order in quarter.work_orders.values() if happened(order["EndDate"])]
    assert quarter.figures(
        "select count(*), count(*) filter (status = 'done'), sum(planned_quantity), sum(good_quantity), "
        "sum(scrap_quantity) from marts.fct_work_orders"
    ) == (
        len(quarter.work_orders), len(ended), total(quarter.work_orders, "OrderQty"), total(ended, "StockedQty"),
        total(ended, "ScrappedQty"),
    )  # fmt: skip
    assert 0 < len(ended) < len(quarter.work_orders)


def test_hours_and_what_they_cost(quarter: Quarter) -> None:
    """Hours at the rate of their location, which is overhead; what the orders absorbed is what the files say."""
    ended = {key for key, order in quarter.work_orders.items() if happened(order["EndDate"])}
    booked = [row for row in quarter.routing if row["WorkOrderID"] in ended]
    minutes = total(booked, "ActualResourceHrs") * 60
    assert quarter.figures("select sum(minutes) from marts.fct_labour_hours") == (minutes,)
    absorbed = (
        "select -sum(debit_amount - credit_amount) from marts.fct_journal_lines "
        "where account_role = 'overhead_absorbed'"
    )
    assert quarter.figures(absorbed) == (total(booked, "ActualCost"),)


# ---------------------------------------------------------------- what ties
def test_all_proofs_hold(quarter: Quarter) -> None:
    assert quarter.outcome.manifest["proofs_failed"] == 0
    broken = "select check_name, scope, first_document_number from marts.fct_proofs where difference <> 0"
    assert quarter.table(broken) == []
    assert quarter.figures("select count(*) > 10 from marts.fct_proofs") == (True,)


def test_the_trial_balance_is_zero(quarter: Quarter) -> None:
    assert quarter.figures("select sum(closing), sum(debit) - sum(credit) from reports.rpt_trial_balance")[1] == 0
    assert quarter.figures("select sum(debit_amount - credit_amount) from marts.fct_journal_lines") == (0,)


# ---------------------------------------------------------------- planning
def test_every_open_line_has_a_predicted_date_with_a_reason(quarter: Quarter) -> None:
    open_lines = "select count(*) from marts.fct_sales_order_lines where is_open"
    dated = (
        "select count(*) from marts.fct_delivery_dates where predicted_date is not null and coalesce(reason, '') <> ''"
    )
    assert quarter.figures(open_lines) == quarter.figures(dated)


def test_pegs_add_up_on_the_side_of_the_orders(quarter: Quarter) -> None:
    apart = (
        "select count(*) from marts.fct_delivery_dates left join (select sales_order_line_id, sum(quantity) as pegged "
        "from marts.fct_mrp_pegging where requirement_kind = 'sales_order' group by all) using (sales_order_line_id) "
        "where pegged is distinct from open_quantity"
    )
    assert quarter.figures(apart) == (0,)


def test_pegs_add_up_on_the_side_of_the_suggestions(quarter: Quarter) -> None:
    apart = (
        "select count(*) from marts.fct_mrp_suggestions left join (select supply_id, sum(quantity) as pegged "
        "from marts.fct_mrp_pegging group by all) on supply_id = suggestion_id where pegged is distinct from quantity"
    )
    assert quarter.figures(apart) == (0,)


def test_messages_name_work_orders_that_exist(quarter: Quarter) -> None:
    nameless = (
        "select count(*) from marts.fct_mrp_messages left join marts.fct_work_orders "
        "on work_order_number = document_number where work_order_id is null or status = 'done'"
    )
    assert quarter.figures(nameless) == (0,)
