"""A making company from its first command to the marts: real cost through two levels, settlement, plan and decisions.

Every figure below was worked out by hand from the commands; the proofs tie them to each other.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.replication import replicate
from tests.warehouse.warehouse_run import WarehouseRun, rows
from transactions import Door, make_home
from transactions.kernel.clock import SetClock

AS_OF = "2026-03-31"
MODELS = ("+fct_proofs", "+fct_settlement_due", "+path:models/marts/planning", "fct_work_orders", "+fct_stock_on_hand")
SETTING: list[tuple[str, dict[str, Any]]] = [
    ("create_company", {"code": "MAKE", "name": "Makers", "currency": "CNY"}),
    ("create_warehouse", {"code": "MAIN", "name": "Main"}),
    ("create_warehouse", {"code": "SHOP", "name": "Shop"}),
    ("set_exchange_rate", {"currency": "USD", "rate": "7.00", "effective_date": "2026-01-01"}),
    ("set_exchange_rate", {"currency": "USD", "rate": "7.20", "effective_date": "2026-03-10"}),
    ("create_partner", {"code": "S", "name": "Supplier", "is_customer": False, "is_supplier": True}),
    (
        "create_partner",
        {"code": "US", "name": "Abroad", "is_customer": False, "is_supplier": True, "currency": "USD"},
    ),
    ("create_partner", {"code": "F", "name": "Forwarder", "is_customer": False, "is_supplier": True}),
    ("create_partner", {"code": "C", "name": "Customer", "is_customer": True, "is_supplier": False}),
    ("create_item", {"code": "STEEL", "name": "Steel", "unit": "kg", "kind": "bought"}),
    (
        "create_item",
        {"code": "CHIP", "name": "Chip", "unit": "pcs", "kind": "bought", "valuation_method": "moving_average"},
    ),
    ("create_item", {"code": "BODY", "name": "Body", "unit": "pcs", "kind": "made", "lead_time_days": 2}),
    ("create_item", {"code": "ROBOT", "name": "Robot", "unit": "pcs", "kind": "made", "lead_time_days": 1}),
    (
        "set_supplier_price",
        {"supplier": "S", "item": "STEEL", "unit_price": "4", "lead_time_days": 5, "effective_date": "2026-01-01"},
    ),
    (
        "set_supplier_price",
        {"supplier": "US", "item": "CHIP", "unit_price": "10", "lead_time_days": 10, "effective_date": "2026-01-01"},
    ),
    ("create_work_center", {"code": "WC", "name": "Bench", "labour_rate": "60", "overhead_rate": "30"}),
    ("create_bom", {"item": "BODY", "effective_date": "2026-01-01", "lines": [{"item": "STEEL", "quantity": 3}]}),
    (
        "create_bom",
        {
            "item": "ROBOT",
            "effective_date": "2026-01-01",
            "lines": [{"item": "BODY", "quantity": 1}, {"item": "CHIP", "quantity": 2}],
        },
    ),
    (
        "create_routing",
        {
            "item": "ROBOT",
            "effective_date": "2026-01-01",
            "operations": [{"sequence": 10, "work_center": "WC", "setup_minutes": 0, "run_minutes": 10}],
        },
    ),
]
WORK: list[tuple[str, dict[str, Any]]] = [
    (
        "record_opening_stock",
        {
            "effective_date": "2026-02-28",
            "warehouse": "MAIN",
            "lines": [{"item": "STEEL", "quantity": 20, "unit_cost": "3.50", "received_date": "2025-11-01"}],
        },
    ),
    (
        "create_purchase_order",
        {
            "supplier": "S",
            "order_date": "2026-03-02",
            "external_number": "P1",
            "confirm": True,
            "lines": [{"item": "STEEL", "quantity": 30, "unit_price": "4"}],
        },
    ),
    ("receive_goods", {"order": "P1", "effective_date": "2026-03-03", "external_number": "R1"}),
    (
        "create_purchase_order",
        {
            "supplier": "US",
            "order_date": "2026-03-02",
            "external_number": "P2",
            "confirm": True,
            "currency": "USD",
            "lines": [{"item": "CHIP", "quantity": 20, "unit_price": "10"}],
        },
    ),
    ("receive_goods", {"order": "P2", "effective_date": "2026-03-04", "external_number": "R2"}),
    # Half of the chips at the rate of the bill; freight of both receipts by latest known value: 120.00 to 1420.00.
    ("bill_supplier", {"order": "P2", "bill_date": "2026-03-12", "lines": [{"line": 1, "quantity": 10}]}),
    (
        "add_landed_cost",
        {"receipts": ["R1", "R2"], "bill_date": "2026-03-13", "supplier": "F", "amount": "76", "basis": "value"},
    ),
    (
        "create_work_order",
        {
            "item": "BODY",
            "quantity": 10,
            "start_date": "2026-03-05",
            "due_date": "2026-03-06",
            "external_number": "W1",
            "release": True,
        },
    ),
    ("issue_material", {"order": "W1", "effective_date": "2026-03-05", "lines": [{"item": "STEEL", "quantity": 32}]}),
    ("book_time", {"order": "W1", "effective_date": "2026-03-05", "minutes": 60, "work_center": "WC"}),
    ("report_output", {"order": "W1", "effective_date": "2026-03-06", "good_quantity": 8, "scrap_quantity": 2}),
    ("close_work_order", {"order": "W1", "effective_date": "2026-03-06"}),
    (
        "create_work_order",
        {
            "item": "ROBOT",
            "quantity": 6,
            "start_date": "2026-03-09",
            "due_date": "2026-03-10",
            "external_number": "W2",
            "release": True,
        },
    ),
    ("issue_material", {"order": "W2", "effective_date": "2026-03-09"}),
    ("report_output", {"order": "W2", "effective_date": "2026-03-10", "good_quantity": 4}),
    (
        "create_sales_order",
        {
            "customer": "C",
            "order_date": "2026-03-09",
            "external_number": "S1",
            "confirm": True,
            "lines": [{"item": "ROBOT", "quantity": 12, "unit_price": "500", "promised_date": "2026-04-10"}],
        },
    ),
    ("deliver_goods", {"order": "S1", "effective_date": "2026-03-11", "lines": [{"line": 1, "quantity": 3}]}),
    ("invoice_customer", {"order": "S1", "invoice_date": "2026-03-12"}),
    (
        "transfer_stock",
        {
            "from_warehouse": "MAIN",
            "to_warehouse": "SHOP",
            "effective_date": "2026-03-16",
            "lines": [{"item": "ROBOT", "quantity": 1}],
        },
    ),
    ("return_to_supplier", {"receipt": "R1", "effective_date": "2026-03-17", "lines": [{"line": 1, "quantity": 2}]}),
    (
        "adjust_stock",
        {
            "warehouse": "MAIN",
            "effective_date": "2026-03-18",
            "lines": [{"item": "STEEL", "quantity": -1, "reason": "count"}],
        },
    ),
]
RED = "select check_name, left_amount, right_amount, first_document_number from marts.fct_proofs where not is_green"


class Company:
    """A company that lives through commands, and its warehouse."""

    def __init__(self, folder: Path, run: WarehouseRun) -> None:
        self.clock = SetClock(datetime(2026, 3, 31, 4, tzinfo=UTC))
        self.door: Door = make_home(
            password="a long password", url=f"sqlite:///{folder / 'b.sqlite'}", clock=self.clock
        )[0]
        self.run = run
        self.path = folder / "work.duckdb"
        self.commands = 0

    def do(self, command: str, data: dict[str, Any]) -> dict[str, Any]:
        self.commands += 1
        return dict(self.door.execute(command, data, "administrator", f"making-{self.commands}"))

    def build(self, *models: str) -> None:
        replicate(self.door.engine, self.path, full=True)
        self.run.build(self.path, AS_OF, *(models or MODELS))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return rows(self.path, query)


@pytest.fixture(scope="module")
def company(warehouse_run: WarehouseRun, tmp_path_factory: pytest.TempPathFactory) -> Company:
    made = Company(tmp_path_factory.mktemp("making"), warehouse_run)
    for command, data in [*SETTING, *WORK]:
        made.do(command, data)
    made.build()
    return made


def test_all_proofs_hold(company: Company) -> None:
    assert company.ask(RED) == []


def test_real_cost_through_two_levels(company: Company) -> None:
    # Steel: 20 at 3.50 and 12 of the 30 that cost 120.00 and 5.92 freight: 70.00 + 50.37.
    # Labour 60.00 and overhead 30.00; all of it on the 8 good bodies.
    assert company.ask(
        "select good_quantity, scrap_quantity, material_cost, labour_cost, overhead_cost, landed_cost, output_amount, "
        "wip_amount from marts.fct_work_orders where item_code = 'BODY'"
    ) == [(8, 2, Decimal("118.00"), Decimal("60.00"), Decimal("30.00"), Decimal("2.37"), Decimal("210.37"), Decimal(0))]
    # Robots: 6 bodies (157.78) and 12 of 20 chips, 10 billed at 72.00, 10 at 70.00, with 70.08 freight: 894.05.
    # The order is open: its output counts at the rolled-up cost of the day, the rest stays in work.
    [(material, wip, output)] = company.ask(
        "select material_cost + labour_cost + overhead_cost + landed_cost, wip_amount, output_amount "
        "from marts.fct_work_orders where item_code = 'ROBOT'"
    )
    assert material == Decimal("1051.83")
    # A body rolls up to 3 × 4.1973, a robot to it, 2 × 74.504 and 10 minutes at 60.00 + 30.00: 176.60.
    assert output == Decimal("706.40")
    assert wip == material - output


def test_profit_of_the_order_rests_on_an_order_that_is_still_open(company: Company) -> None:
    assert company.ask(
        "select actual_revenue, expected_revenue, actual_cost, estimated_cost, profit, cost_status "
        "from marts.fct_order_profit"
    ) == [
        (
            Decimal(1500),
            Decimal(4500),
            Decimal("529.80"),
            Decimal("1589.40"),
            Decimal("3880.80"),
            "estimated",  # 3 delivered, but from the output of an order that is still open
        )
    ]


def test_stock_stands_at_its_cost(company: Company) -> None:
    assert company.ask(
        "select item_code, warehouse_code, quantity, value_amount from marts.fct_stock_on_hand order by all"
    ) == [
        ("BODY", "MAIN", 2, Decimal("52.59")),
        ("CHIP", "MAIN", 8, Decimal("596.03")),
        ("ROBOT", "SHOP", 1, Decimal("176.60")),
        # 18 left of the receipt; 2 went back, 1 was missing.
        ("STEEL", "MAIN", 15, Decimal("62.96")),
    ]


def test_the_plan_reaches_from_the_order_to_the_suppliers(company: Company) -> None:
    # 9 robots to deliver: 2 more come from W2, the one in the shop is moved, 6 are to be made.
    assert company.ask(
        "select item_code, kind, supplier_code, from_warehouse_code, quantity, due_date::varchar, order_number, state "
        "from marts.fct_mrp_suggestions order by item_code, kind"
    ) == [
        ("BODY", "make", None, None, 4, "2026-04-09", "SO000001", "proposed"),
        ("CHIP", "buy", "US", None, 4, "2026-04-09", "SO000001", "proposed"),
        ("ROBOT", "make", None, None, 6, "2026-04-10", "SO000001", "proposed"),
        ("ROBOT", "move", None, "SHOP", 1, "2026-04-10", "SO000001", "proposed"),
    ]
    assert company.ask(
        "select requirement_id, sum(quantity) from marts.fct_mrp_pegging "
        "where requirement_kind = 'sales_order' group by 1"
    ) == [(company.ask("select 'SO:' || sales_order_line_id from marts.fct_order_profit")[0][0], 9)]


def test_decisions_survive_approvals_become_supplies_and_both_outlive_their_documents(company: Company) -> None:
    suggestions = {
        (item, kind): {
            "suggestion_id": key,
            "build_id": build,
            "kind": kind,
            "item": item,
            "quantity": quantity,
            "due_date": due,
        }
        for key, build, kind, item, quantity, due in company.ask(
            "select suggestion_id, build_id, kind, item_code, quantity, due_date::varchar "
            "from marts.fct_mrp_suggestions"
        )
    }
    buy, body, move = suggestions["CHIP", "buy"], suggestions["BODY", "make"], suggestions["ROBOT", "move"]
    requisition = company.do("decide_suggestion", {**buy, "decision": "approve", "supplier": "US"})
    company.do("decide_suggestion", {**body, "decision": "reject", "reason": "no steel"})
    transfer = company.do(
        "decide_suggestion", {**move, "decision": "approve", "from_warehouse": "SHOP", "warehouse": "MAIN"}
    )
    company.build("+path:models/marts/planning")
    assert company.ask(
        "select item_code, kind, state, document_number, ground, quantity from marts.fct_mrp_suggestions order by 1, 2"
    ) == [
        ("BODY", "make", "rejected", None, "holds", 4),
        ("CHIP", "buy", "firm", requisition["number"], "holds", 4),
        ("ROBOT", "make", "proposed", None, None, 6),
        ("ROBOT", "move", "firm", transfer["number"], "holds", 1),
    ]
    pegged = (
        "select supply_kind, supply_document_number, requirement_kind, sales_order_line_id is not null, sum(quantity) "
        "from marts.fct_mrp_pegging where {} group by all order by all"
    )
    assert company.ask(pegged.format("item_code = 'CHIP' and supply_kind = 'requisition'")) == [
        ("requisition", requisition["number"], "planned_order_component", True, 4)
    ]
    assert company.ask(pegged.format("item_code = 'ROBOT' and 'SHOP' in (warehouse_code)")) == [
        ("stock", None, "transfer_out", True, 1)
    ]
    assert company.ask(
        "select item_code, decision, document_number, reason from marts.fct_mrp_decisions order by item_code"
    ) == [
        ("BODY", "reject", None, "no steel"),
        ("CHIP", "approve", requisition["number"], None),
        ("ROBOT", "approve", transfer["number"], None),
    ]

    # Each lives on when its document is done, or when its ground has gone.
    company.do("carry_out_transfer", {"transfer": transfer["number"], "effective_date": AS_OF})
    order = company.do(
        "create_purchase_order",
        {
            "supplier": "US", "order_date": AS_OF,
            "lines": [{"item": "CHIP", "quantity": 4, "unit_price": 1, "requisition": requisition["number"]}],
        },
    )  # fmt: skip
    order = company.do("confirm_purchase_order", {"order": order["id"]})
    company.do("create_work_order", {"item": "ROBOT", "quantity": 6, "start_date": AS_OF, "due_date": "2026-04-10"})
    company.build("+path:models/marts/planning")
    assert company.ask(
        "select kind, item_code, state, document_state, order_document_number, ground from marts.fct_mrp_suggestions "
        "where decision is not null order by all"
    ) == [
        ("buy", "CHIP", "firm", "done", order["number"], "holds"),
        ("make", "BODY", "rejected", None, None, "changed"),
        ("move", "ROBOT", "closed", "done", None, "holds"),
    ]
    company.do("adjust_stock", {"warehouse": "MAIN", "effective_date": AS_OF, "reason": "found",
                                "lines": [{"item": "BODY", "quantity": 4, "unit_cost": 1}]})  # fmt: skip
    company.do("receive_goods", {"order": order["number"], "effective_date": AS_OF})
    company.build("+path:models/marts/planning")
    assert company.ask(
        "select kind, item_code, state, ground from marts.fct_mrp_suggestions where decision is not null order by all"
    ) == [
        ("buy", "CHIP", "closed", "holds"),
        ("make", "BODY", "closed", "gone"),
        ("move", "ROBOT", "closed", "holds"),
    ]


def test_settling_twice_posts_nothing_and_late_cost_only_the_difference(company: Company) -> None:
    company.build()
    columns = "period, account, event, item, sales_order_line_id, debit, credit"
    due = company.ask(f"select {columns}, build_id, last_settlement_id from marts.fct_settlement_due")
    names = [name.strip() for name in columns.split(",")]
    lines = [dict(zip(names, row, strict=False)) for row in due]
    answer = company.do(
        "settle_cost",
        {"build_id": due[0][-2], "last_settlement_id": due[0][-1], "as_of": AS_OF, "rows": lines},
    )
    assert len(answer["entries"]) == 2  # February and March
    company.build()
    assert company.ask("select * from marts.fct_settlement_due") == []
    assert company.ask(RED) == []

    company.do("bill_supplier", {"order": "P1", "bill_date": "2026-03-20", "lines": [{"line": 1, "quantity": 28}]})
    company.do("book_time", {"order": "W1", "effective_date": "2026-03-06", "minutes": 6, "work_center": "WC"})
    company.build()
    assert company.ask(RED) == []
    # 9.00 more for 8 bodies, 6 of which are in the open order of robots: there it stays in work.
    assert company.ask(
        "select event, account_name, debit - credit from marts.fct_settlement_due "
        "where account in (select account_code from marts.dim_account where account_role = 'work_in_progress')"
        "order by event"
    ) == [
        ("material_issue", "Work in progress 在制品", Decimal("6.75")),
        ("output", "Work in progress 在制品", Decimal("-9.00")),
        ("time_booking", "Work in progress 在制品", Decimal("9.00")),
    ]


def test_routes_and_forecasts_reach_the_plan(company: Company) -> None:
    company.do("set_transfer_route", {"from_warehouse": "MAIN", "to_warehouse": "SHOP", "transit_days": 2,
                                      "effective_date": AS_OF, "item": "CHIP"})  # fmt: skip
    span = {"item": "CHIP", "quantity": 1000, "from_date": "2026-05-04", "to_date": "2026-05-31"}
    company.do("set_forecast", {"warehouse": "SHOP", "effective_date": AS_OF, "lines": [span | {"quantity": 7}]})
    company.do("set_forecast", {"warehouse": "SHOP", "effective_date": AS_OF, "lines": [span]})
    for quantity, day in ((30, "2026-05-20"), (5, "2026-06-01")):
        order = company.do(
            "create_sales_order",
            {"customer": "C", "order_date": AS_OF, "warehouse": "SHOP",
             "lines": [{"item": "CHIP", "quantity": quantity, "unit_price": 90, "requested_date": day}]},
        )  # fmt: skip
        company.do("confirm_sales_order", {"order": order["id"]})
    company.build("+path:models/marts/planning")
    demands = "select need_date::varchar, kind, quantity / 1000000 from intermediate.int_planning_demands "
    assert company.ask(demands + "where demand_id like 'FC:%'") == [("2026-05-04", "forecast", 970)]
    moves = company.ask(
        "select from_warehouse_code, warehouse_code, quantity, due_date::varchar, release_date::varchar "
        "from marts.fct_mrp_suggestions where item_code = 'CHIP' and kind = 'move' order by due_date"
    )
    assert moves[0] == ("MAIN", "SHOP", 970, "2026-05-04", "2026-04-30")
    assert [move[2] for move in moves] == [970, 30, 5]
    [(bought,)] = company.ask(
        "select sum(quantity) from marts.fct_mrp_suggestions "
        "where item_code = 'CHIP' and kind = 'buy' and state = 'proposed' and warehouse_code = 'MAIN'"
    )
    assert bought > 900


def _sell(company: Company, item: str, quantity: int, promised: str) -> None:
    line = {"item": item, "quantity": quantity, "unit_price": "90", "promised_date": promised}
    company.do("create_sales_order", {"customer": "C", "order_date": "2026-03-30", "confirm": True, "lines": [line]})


def test_an_alternate_is_suggested_where_the_main_bom_is_short_and_made_by_it(company: Company) -> None:
    """Four cups of glass; there is glass for three, and clay for six."""
    for code, kind in (("CUP", "made"), ("GLASS", "bought"), ("CLAY", "bought")):
        item = {"code": code, "name": code, "unit": "kg", "kind": kind, "lead_time_days": 2}
        company.do("create_item", item)
    stock = {"effective_date": "2026-03-02", "warehouse": "MAIN"}
    lines = [{"item": "GLASS", "quantity": 3, "unit_cost": "2"}, {"item": "CLAY", "quantity": 60, "unit_cost": "1"}]
    company.do("record_opening_stock", {**stock, "lines": lines})
    bom = {"item": "CUP", "effective_date": "2026-01-01"}
    company.do("create_bom", {**bom, "lines": [{"item": "GLASS", "quantity": 1}]})
    company.do("create_bom", {**bom, "alternate": 2, "lines": [{"item": "CLAY", "quantity": 10}]})
    _sell(company, "CUP", 4, "2026-04-22")
    company.build("+path:models/marts/planning")
    [(suggestion, build, quantity, due, used, urgency, cost)] = company.ask(
        "select suggestion_id, build_id, quantity, due_date::varchar, alternate, urgency, unit_cost "
        "from marts.fct_mrp_suggestions where item_code = 'CUP'"
    )
    # What a cup costs is told by the main BOM.
    assert (quantity, used, urgency, cost) == (4, 2, "later", 2)
    assert company.ask("select 1 from marts.fct_mrp_suggestions where item_code in ('GLASS', 'CLAY')") == []
    figures = {"kind": "make", "item": "CUP", "quantity": quantity, "due_date": due, "alternate": used}
    decision = {"suggestion_id": suggestion, "build_id": build, "warehouse": "MAIN", **figures}
    company.do("decide_suggestion", {**decision, "decision": "submit"})
    company.build("+path:models/marts/planning")
    submitted = "select state, decision, document_number from marts.fct_mrp_suggestions where item_code = 'CUP'"
    assert company.ask(submitted) == [("changed", "submit", None)]
    company.do("decide_suggestion", {**decision, "decision": "snooze", "until": "2026-04-01"})
    made = company.do("decide_suggestion", {**decision, "decision": "approve"})
    company.build("+path:models/marts/planning")
    assert company.ask(
        "select requirement_kind, item_code, supply_kind, quantity from marts.fct_mrp_pegging "
        "where item_code in ('CLAY', 'GLASS') and requirement_id is not null"
    ) == [("work_order_component", "CLAY", "stock", 40)]
    assert company.ask(
        f"select state, document_number from marts.fct_mrp_suggestions where document_id = {made['document_id']}"
    ) == [("firm", made["number"])]


def test_suggestions_and_messages_say_what_would_lie_and_how_urgent_they_are(company: Company) -> None:
    """A supplier sells lamps by the hundred: of 100, 96 are for nothing. Of the wire on its way nothing is needed."""
    for code in ("LAMP", "WIRE"):
        company.do("create_item", {"code": code, "name": code, "unit": "pcs", "kind": "bought"})
        price = {"supplier": "S", "item": code, "unit_price": "10", "lead_time_days": 10, "minimum_quantity": 100}
        company.do("set_supplier_price", {**price, "effective_date": "2026-03-20"})
    _sell(company, "LAMP", 4, "2026-04-09")
    line = {"item": "WIRE", "quantity": 50, "unit_price": "4", "expected_date": "2026-04-20"}
    company.do("create_purchase_order", {"supplier": "S", "order_date": "2026-03-20", "confirm": True, "lines": [line]})
    company.build("+path:models/marts/planning")
    assert company.ask(
        "select quantity, value_amount, ageing_value_amount, urgency, supplier_code from marts.fct_mrp_suggestions "
        "where item_code = 'LAMP'"
    ) == [(100, 1000, 960, "today", "S")]
    [(action, urgency, supplier, quantity, value, lying, cash_out_date, served)] = company.ask(
        "select action, urgency, supplier_code, affected_quantity, value_amount, ageing_value_amount, cash_out_date, "
        "margin_of_pegged_orders from marts.fct_mrp_messages where item_code = 'WIRE'"
    )
    assert (action, urgency, supplier, quantity, served) == ("cancel", "week", "S", 50, 0)
    assert value == lying > 0
    assert cash_out_date >= date(2026, 4, 20)
