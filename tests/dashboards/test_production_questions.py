"""Why orders cost more or less than they should: what goes to plan has no cause, and causes add up to the variance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboards.boards.document import MOVES
from dashboards.boards.production import VARIANCES
from dashboards.edition import Edition, current_edition
from dashboards.questions.question import answered
from dashboards.questions.standard_cost import CAUSES
from dbt_project.published import published_build
from orchestration.dbt_run import DbtRun
from orchestration.refresh import refresh
from tests.dashboards.conftest import dwelling_in
from transactions import make_home
from transactions.document.tables import line_link
from transactions.kernel.clock import SetClock


class Shop:
    """Commands by the administrator; every order starts on 10 January."""

    def __init__(self, home: Path, dbt: DbtRun) -> None:
        self.clock = SetClock(datetime(2026, 2, 15, 9, tzinfo=UTC))
        self.door, _password = make_home(password="a long password", clock=self.clock)
        self.home, self.dbt = home, dbt

    def __call__(self, command: str, /, **data: Any) -> dict[str, Any]:
        return self.door.execute(command, data, "administrator")

    def item(self, code: str, kind: str = "made", **more: Any) -> None:
        self("create_item", code=code, name=code, unit="pcs", kind=kind, **more)

    def bom(self, item: str, component: str, **more: Any) -> None:
        self("create_bom", item=item, effective_date="2026-01-01", lines=[{"item": component, "quantity": 1}], **more)

    def routing(self, item: str, work_center: str, **operation: Any) -> None:
        step = {"sequence": 10, "work_center": work_center, **operation}
        self("create_routing", item=item, effective_date="2026-01-01", operations=[step])

    def standard(self, item: str, cost: str, **parts: str) -> None:
        self("set_standard_cost", item=item, cost=cost, effective_date="2026-01-01", **parts)

    def order(self, name: str, item: str, quantity: int) -> None:
        day = "2026-01-10"
        self(
            "create_work_order", item=item, quantity=quantity, start_date=day, due_date=day, order_date=day,
            external_number=name, release=True,
        )  # fmt: skip

    def share_of_delivery(self, order: str, other: str, quantity: int) -> None:
        """Lets what was delivered on the line of an order serve the line of another, too: no command does so yet."""
        line = ("select line.id from document_line line join document on document.id = line.document_id "
                "where document.external_number = '{}'")  # fmt: skip
        where = f"where link_type = 'delivery' and from_line_id = ({line.format(order)})"
        others = {"id": "null", "from_line_id": f"({line.format(other)})", "quantity": str(quantity * 1_000_000)}
        columns = [column.name for column in line_link.columns]
        values = ", ".join(others.get(name, name) for name in columns)
        with self.door.engine.begin() as connection:
            connection.exec_driver_sql(
                f"insert into line_link ({', '.join(columns)}) select {values} from line_link {where}"
            )
            guards = connection.exec_driver_sql(
                "select name, sql from sqlite_master "
                "where type = 'trigger' and tbl_name = 'line_link' and sql like '%AppendOnly%'"
            ).all()
            for name, _sql in guards:
                connection.exec_driver_sql(f"drop trigger {name}")
            connection.exec_driver_sql(f"update line_link set quantity = quantity - {quantity * 1_000_000} {where}")
            for _name, sql in guards:
                connection.exec_driver_sql(str(sql))

    def build(self) -> None:
        refresh(self.home, self.door.engine, clock=self.clock, as_of=date(2026, 2, 15), dbt=self.dbt)

    def settle(self) -> None:
        """Posts all that the build says is due."""
        names = ("period", "account", "event", "item", "sales_order_line_id", "debit", "credit")
        with published_build(self.home).open("full") as build:
            rows = build.sql(f"select {', '.join(names)}, build_id, last_settlement_id from marts.fct_settlement_due")
            due = rows.fetchall()
        lines = [dict(zip(names, row, strict=False)) for row in due]
        self("settle_cost", build_id=due[0][-2], last_settlement_id=due[0][-1], as_of="2026-02-15", rows=lines)

    def on(self, command: str, order: str, day: int, month: str = "2026-01", **more: Any) -> dict[str, Any]:
        return self(command, order=order, effective_date=f"{month}-{day}", **more)


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory, dbt: DbtRun) -> Iterator[Edition]:
    """PANE with a yield of 80 %, LAMP with machine time, TOLD beside its standard, BENT made outside."""
    with dwelling_in(tmp_path_factory.mktemp("shop")) as home:
        shop = Shop(home, dbt)
        shop("create_company", code="SHOP", name="Shop", currency="USD", amount_exponent=2, stage=4)
        shop("create_warehouse", code="MAIN", name="Main")
        shop("create_partner", code="BEND", name="Bender", is_supplier=True)
        shop("create_work_center", code="OVEN", name="Oven", labour_rate=60, overhead_rate=0)
        shop("create_work_center", code="LATHE", name="Lathe", labour_rate=30, overhead_rate=12)
        shop.item("SAND", "bought")
        sand = {"item": "SAND", "quantity": 200, "unit_cost": 2}
        shop("record_opening_stock", effective_date="2026-01-02", warehouse="MAIN", lines=[sand])

        # A pane takes 1.25 of sand at 2.00, for 80 % come out good, and a minute of the oven at 1.00.
        shop.item("PANE", valuation_method="standard")
        shop.bom("PANE", "SAND", yield_rate="0.8")
        shop.routing("PANE", "OVEN", run_minutes=1)
        shop.standard("PANE", "3.5")
        shop.order("HALVES", "PANE", 8)
        for day in (11, 12):
            shop.on("book_time", "HALVES", day, minutes=4, work_center="OVEN")
            shop.on("report_output", "HALVES", day, good_quantity=4, scrap_quantity=1, back_flush=True, close=day == 12)
        shop.order("AT ONCE", "PANE", 8)
        shop.on("issue_material", "AT ONCE", 10)
        shop.on("book_time", "AT ONCE", 11, minutes=8, work_center="OVEN")
        shop.on("report_output", "AT ONCE", 12, good_quantity=8, scrap_quantity=2, close=True)
        shop.order("LUCKY", "PANE", 8)
        shop.on("book_time", "LUCKY", 11, minutes=8, work_center="OVEN")
        shop.on("report_output", "LUCKY", 12, good_quantity=8, back_flush=True, close=True)
        shop.order("HALFWAY", "PANE", 8)
        shop.on("report_output", "HALFWAY", 12, good_quantity=4, scrap_quantity=1, back_flush=True)
        shop.order("BEYOND", "PANE", 8)
        shop.on("book_time", "BEYOND", 11, minutes=8, work_center="OVEN")
        for close in (False, True):
            shop.on("report_output", "BEYOND", 12, good_quantity=4, scrap_quantity=6, back_flush=True, close=close)

        shop.item("LAMP", valuation_method="standard")
        shop.routing("LAMP", "LATHE", run_minutes=60)
        shop.standard("LAMP", "42", labour="30", overhead="12")
        shop.order("LIT", "LAMP", 1)
        shop.on("book_time", "LIT", 11, minutes=60, machine_minutes=30, work_center="LATHE")
        shop.on("report_output", "LIT", 12, good_quantity=1, close=True)

        shop.item("TOLD")
        shop.bom("TOLD", "SAND")
        shop.standard("TOLD", "15")
        shop.order("CHEAP", "TOLD", 1)
        shop.on("issue_material", "CHEAP", 10)
        shop.on("report_output", "CHEAP", 12, good_quantity=1, close=True)
        shop.order("WASTED", "TOLD", 3)
        shop.on(
            "report_output", "WASTED", 12, "2026-02", good_quantity=0, scrap_quantity=3, back_flush=True, close=True
        )

        # Billed at 5.60 (ordered at 5.50) with 2.00 freight, then at 5.25 (4.75); standard 5.00, from 10 February 6.00.
        shop("create_partner", code="GLAZE", name="Glazier", is_supplier=True)
        shop.item("GLASS", "bought", valuation_method="standard")
        shop.standard("GLASS", "5")
        shop("set_standard_cost", item="GLASS", cost="6", effective_date="2026-02-10")
        for name, quantity, price, on in (("G1", 10, "5.50", "2026-01-12"), ("G2", 4, "4.75", "2026-02-03")):
            shop("create_purchase_order", supplier="GLAZE", order_date=on, external_number=name, confirm=True,
                 lines=[{"item": "GLASS", "quantity": quantity, "unit_price": price}])  # fmt: skip
            shop("receive_goods", order=name, effective_date=on, external_number=f"R{name}")
        shop("bill_supplier", order="G1", bill_date="2026-01-14",
             lines=[{"line": 1, "quantity": 10, "unit_price": "5.60"}])  # fmt: skip
        shop("add_landed_cost", receipts=["RG1"], bill_date="2026-01-15", supplier="GLAZE", amount="2", basis="value")
        shop("create_partner", code="BUYER", name="Buyer", is_customer=True)
        for name, quantity in (("FIRST", 1), ("SECOND", 3)):
            shop("create_sales_order", customer="BUYER", order_date="2026-02-11", external_number=name, confirm=True,
                 lines=[{"item": "GLASS", "quantity": quantity, "unit_price": 20}])  # fmt: skip
        shop("deliver_goods", order="SECOND", effective_date="2026-02-12")
        shop.share_of_delivery("SECOND", "FIRST", 1)

        shop.item("SPLIT")
        shop.order("LOST", "SPLIT", 1)
        shop.on("book_time", "LOST", 11, minutes=5, work_center="OVEN")
        shop.on("close_work_order", "LOST", 12)

        shop.item("BENT")
        shop.bom("BENT", "SAND")
        shop.routing("BENT", "OVEN", subcontractor="BEND", subcontract_price=7)
        shop.order("OUTSIDE", "BENT", 1)
        shop.on("issue_material", "OUTSIDE", 10)
        shop("bill_subcontract", bill_date="2026-01-11", lines=[{"work_order": "OUTSIDE"}])
        shop.on("report_output", "OUTSIDE", 12, good_quantity=1, close=True)

        shop.build()
        shop.settle()
        shop("bill_supplier", order="G2", bill_date="2026-02-14",
             lines=[{"line": 1, "quantity": 4, "unit_price": "5.25"}])  # fmt: skip
        shop.build()
        shop.door.engine.dispose()
        yield current_edition("full")


def causes(edition: Edition, order: str) -> dict[str, Decimal]:
    rows = edition.rows(
        "select variances.cause, sum(variances.variance_amount) as amount from marts.fct_cost_variances as variances "
        "inner join marts.fct_documents as orders on orders.document_number = variances.work_order_number "
        "where orders.document_type = 'work_order' and orders.external_number = ? group by variances.cause",
        [order],
    )
    return dict(rows.iter_rows())


def issued(edition: Edition, order: str) -> list[Decimal]:
    rows = edition.rows(
        "select quantity from marts.fct_stock_moves as moves inner join marts.fct_documents as orders "
        "on orders.document_id = moves.work_order_id where moves.move_type = 'issue' and orders.external_number = ? "
        "order by moves.move_id",
        [order],
    )
    return rows["quantity"].to_list()


def test_all_proofs_hold(edition: Edition) -> None:
    assert edition.rows("select check_name from marts.fct_proofs where not is_green").rows() == []


def test_back_flush_takes_the_share_of_what_is_started(edition: Edition) -> None:
    """10 started ones of 8 planned; beyond them on top."""
    assert issued(edition, "HALVES") == [5, 5]
    assert issued(edition, "LUCKY") == [8]
    assert issued(edition, "BEYOND") == [10, 10]


def test_what_is_left_to_issue_is_what_planning_needs_for_the_rest(edition: Edition) -> None:
    """4 of 8 are still to come, of which 5 are to be started."""
    left = "select quantity from marts.fct_planning_demands where kind = 'work_order_component'"
    assert edition.rows(left).rows() == [(5,)]
    assert edition.rows("select quantity from marts.fct_planning_supplies where kind = 'work_order'").rows() == [(4,)]


@pytest.mark.parametrize("order", ["HALVES", "AT ONCE"])
def test_what_went_to_plan_has_no_cause(edition: Edition, order: str) -> None:
    assert causes(edition, order) == {}


def test_a_better_or_worse_yield_than_planned_is_a_cause(edition: Edition) -> None:
    """2 fewer started at 2.00 and 1.6 minutes of 1.00 less; 10 more started and 8 minutes more allowed than worked."""
    worked = {"yield": Decimal("-5.6"), "labour_efficiency": Decimal("1.6")}
    assert causes(edition, "LUCKY") == worked
    assert causes(edition, "BEYOND") == {"yield": Decimal("28"), "labour_efficiency": Decimal("-8")}


def test_overhead_is_judged_by_machine_minutes(edition: Edition) -> None:
    """30 machine minutes of 60 at 12 an hour, at that rate."""
    assert causes(edition, "LIT") == {"overhead_efficiency": Decimal("-6")}


def test_a_standard_without_a_bom_is_estimated_in_the_parts_that_its_stock_has(edition: Edition) -> None:
    """A lamp is labour and overhead alone: its routing says so, and its standard, by which it enters stock."""
    parts = ("material", "labour", "overhead", "subcontract", "landed")
    estimated = (
        f"select {', '.join(f'{part}_unit_cost' for part in parts)} from marts.fct_item_costs where item_code = ?"
    )
    valued = f"""select {", ".join(f"{part}_amount" for part in parts)} from marts.fct_stock_moves as moves
        inner join marts.dim_item as items on items.item_id = moves.item_id
        where items.item_code = ? and moves.move_type = 'output'"""
    assert edition.rows(estimated, ["LAMP"]).rows() == edition.rows(valued, ["LAMP"]).rows() == [(0, 30, 12, 0, 0)]


def test_causes_add_up_to_the_tile(edition: Edition) -> None:
    [total] = answered(edition, "production_total", {}).to_dicts()
    by_cause = dict(answered(edition, "production_by_cause", {}).select("cause", "amount").iter_rows())
    assert by_cause["standard_variance"] == -13
    assert total["loss_amount"] == 5  # what WASTED lost is its material variance
    assert by_cause["loss_amount"] == 5
    assert sum(by_cause.values()) == total["variance_amount"] + total["loss_amount"]
    assert sum(amount for cause, amount in by_cause.items() if cause != "loss_amount") == total["variance_amount"]
    for by in ("item", "month"):
        rows = answered(edition, "production_by", {"by": by}).to_dicts()
        assert sum(row["total_variance"] or 0 for row in rows) == total["variance_amount"]
        assert all(sum(row[cause] or 0 for cause in VARIANCES) == (row["total_variance"] or 0) for row in rows)
    orders = answered(edition, "production_orders", {"state": "closed"}).to_dicts()
    assert [row["loss_amount"] for row in orders if row["total_variance"] is None] == [5]
    for row in (row for row in orders if row["total_variance"] is not None):
        assert sum(row[cause] for cause in VARIANCES) == row["total_variance"], row


def test_variances_by_month_and_item_are_actual_less_standard(edition: Edition) -> None:
    rows = {(row["month"], row["item_code"]): row for row in answered(edition, "production_variances", {}).to_dicts()}
    assert set(rows) == {("2026-01", "BENT"), ("2026-01", "LAMP"), ("2026-01", "PANE"), ("2026-01", "TOLD"),
                         ("2026-02", "TOLD")}  # fmt: skip
    for row in rows.values():
        assert row["actual_cost"] - row["standard_cost"] == row["total_variance"]
        assert sum(row[cause] for cause in VARIANCES) == row["total_variance"]
    early, late = rows["2026-01", "TOLD"], rows["2026-02", "TOLD"]
    assert (early["actual_cost"], early["standard_cost"], early["standard_variance"]) == (2, 15, -13)
    assert (late["actual_cost"], late["standard_cost"], late["yield_variance"]) == (6, 0, 6)
    [total] = answered(edition, "production_total", {}).to_dicts()
    assert sum(row["total_variance"] for row in rows.values()) == total["variance_amount"]
    [only] = answered(edition, "production_variances", {"first_month": "2026-02"}).to_dicts()
    assert only["item_code"] == "TOLD"


def test_differences_of_bought_goods_by_month_and_item_are_actual_less_standard(edition: Edition) -> None:
    table = answered(edition, "standard_variances_by_item", {}).to_dicts()
    rows = {(row["month"], row["item_code"]): row for row in table}
    shown = ("actual_cost", "standard_cost", "variance_amount", "purchase_price", "landed", "revaluation")
    bought = {month: [rows[month, "GLASS"][name] for name in shown] for month in ("2026-01", "2026-02")}
    assert bought == {"2026-01": [58, 50, 8, 6, 2, 0], "2026-02": [21, 20, -13, 1, 0, -14]}
    for row in table:
        assert row["actual_cost"] - row["standard_cost"] + row["revaluation"] == row["variance_amount"]
        assert sum(row[cause] for cause in CAUSES) == row["variance_amount"]
    by_cause = dict(answered(edition, "standard_variances_by_cause", {}).select("cause", "variance_amount").iter_rows())
    assert {cause: sum(row[cause] for row in table) for cause in by_cause} == by_cause
    asked = {"month": "2026-02", "item": "GLASS", "cause": "purchase_price"}
    [price] = answered(edition, "standard_variances", asked).to_dicts()
    assert price["variance_amount"] == 1
    early = answered(edition, "standard_variances_by_item", {"on": "2026-02-09", "first_month": "2026-02"})
    assert early.select("item_code", "variance_amount").rows() == [("GLASS", 1)]
    for nowhere in ({"warehouse": "OTHER"}, {"category": "other"}):
        assert answered(edition, "standard_variances_by_item", nowhere).is_empty()


def test_a_posting_is_its_documents_less_what_was_settled(edition: Edition) -> None:
    """The second receipt was settled at 1.00 less than standard and is billed at 1.00 more: 2.00 are to be posted."""
    of = {"period": "2026-02", "event": "price_variance"}
    [posting] = [row for row in answered(edition, "proofs_postings", of).to_dicts() if row["debit"]]
    asked = of | {"account": posting["account"], "item": "GLASS"}
    rows = answered(edition, "proofs_posting_documents", asked)
    assert posting["debit"] == 2
    assert rows.select("document_type", "amount").rows() == [("goods_receipt", 1), ("settlement", 1)]
    [other] = [row for row in answered(edition, "proofs_postings", of).to_dicts() if row["credit"]]
    rows = answered(edition, "proofs_posting_documents", asked | {"account": other["account"]})
    assert rows["amount"].to_list() == [-1, -1]
    received = of | {"event": "goods_receipt"}
    for row in answered(edition, "proofs_postings", received).to_dicts():
        rows = answered(edition, "proofs_posting_documents", received | {"account": row["account"], "item": "GLASS"})
        assert rows["amount"].to_list() == ([21, -19] if row["debit"] else [-21, 19])


def test_a_delivery_that_serves_two_orders_is_shared_among_them(edition: Edition) -> None:
    """3 at 6.00: 1 for the first order, 2 for the second."""
    orders = dict(
        edition.rows(
            "select documents.external_number, sales_order_id from marts.fct_sales_order_lines as lines "
            "inner join marts.fct_documents as documents on documents.document_id = lines.sales_order_id"
        ).iter_rows()
    )
    assert set(orders) == {"FIRST", "SECOND"}
    for name, cost in (("FIRST", 6), ("SECOND", 12)):
        [voucher] = answered(edition, "order_profit_vouchers", {"order": orders[name]}).to_dicts()
        assert (voucher["document_type"], voucher["cost"], voucher["material_amount"]) == ("delivery", cost, cost)
        assert voucher["cost_status"] == "actual"
        [line] = answered(edition, "order_profit_lines", {"order": orders[name]}).to_dicts()
        assert line["actual_cost"] == cost


def test_the_parts_of_a_moves_value_are_all_shown(edition: Edition) -> None:
    rows = edition.rows("select document_id from marts.fct_documents where external_number = 'OUTSIDE'")
    moves = answered(edition, "document_moves", {"document": rows["document_id"][0]})
    [output] = moves.filter(move_type="output").to_dicts()
    parts = [name for name in MOVES if name.endswith("_amount") and name != "value_amount"]
    assert output["value_amount"] == 9
    assert sum(output[part] for part in parts) == 9
