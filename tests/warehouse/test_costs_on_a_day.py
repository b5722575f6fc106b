"""What something should cost on a day follows from what was in force on that day, whatever is told of later days.

A company works in January and February; from March on its work centre is dearer and a component is kept at standard.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.replication import replicate
from tests.warehouse.warehouse_run import WarehouseRun, rows
from transactions import Door, Refusal, make_home
from transactions.kernel.clock import SetClock

WINTER, SPRING = "2026-02-15", "2026-04-15"
MODELS = (
    "+fct_stock_moves", "+fct_work_orders", "+fct_item_costs", "+fct_order_profit", "+fct_settlement_due",
    "+fct_proofs",
)  # fmt: skip


class Workshop:
    """A company that lives through commands, and its warehouse as of any day."""

    def __init__(self, folder: Path, run: WarehouseRun) -> None:
        self.door: Door = make_home(
            password="a long password", url=f"sqlite:///{folder / 'b.sqlite'}",
            clock=SetClock(datetime(2026, 4, 30, 9, tzinfo=UTC)),
        )[0]  # fmt: skip
        self.run = run
        self.path = folder / "work.duckdb"
        self("create_company", code="W", name="Workshop", currency="USD", stage=4)
        self("create_warehouse", code="MAIN", name="Main")
        self("create_partner", code="S", name="Supplier", is_supplier=True)
        self("create_partner", code="C", name="Customer", is_customer=True)

    def __call__(self, command: str, **data: Any) -> dict[str, Any]:
        return dict(self.door.execute(command, data, "administrator"))

    def buy(self, item: str, quantity: int, price: str, on: str) -> str:
        """The number of the receipt."""
        order = self(
            "create_purchase_order", supplier="S", order_date=on, confirm=True,
            lines=[{"item": item, "quantity": quantity, "unit_price": price}],
        )  # fmt: skip
        return str(self("receive_goods", order=order["number"], effective_date=on)["number"])

    def make(self, item: str, quantity: int, name: str, good: int, minutes: int = 0, close: bool = False) -> None:
        """A work order of 10 January whose material is issued that day, with an output on 12 January."""
        self(
            "create_work_order", item=item, quantity=quantity, order_date="2026-01-10", start_date="2026-01-10",
            due_date="2026-01-10", external_number=name, release=True,
        )  # fmt: skip
        self("issue_material", order=name, effective_date="2026-01-10")
        if minutes:
            self("book_time", order=name, effective_date="2026-01-11", minutes=minutes, work_center="BENCH")
        self("report_output", order=name, effective_date="2026-01-12", good_quantity=good, close=close)

    def build(self, as_of: str) -> None:
        replicate(self.door.engine, self.path, full=True)
        self.run.build(self.path, as_of, *MODELS)

    def settle(self) -> None:
        """Posts what the build says is due."""
        names = ("period", "account", "event", "item", "sales_order_line_id", "debit", "credit")
        due = self.ask(f"select {', '.join(names)}, build_id, last_settlement_id from marts.fct_settlement_due")
        lines = [dict(zip(names, row, strict=False)) for row in due]
        self("settle_cost", build_id=due[0][-2], last_settlement_id=due[0][-1], as_of=WINTER, rows=lines)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return rows(self.path, query)

    def orders(self, item: str) -> list[tuple[Any, ...]]:
        """Output, standard and variances of the item's work orders, in their order."""
        return self.ask(
            "select output_amount, standard_cost, labour_rate_variance, total_variance from marts.fct_work_orders "
            f"where item_code = '{item}' order by work_order_number"
        )


@pytest.fixture(scope="module")
def workshop(warehouse_run: WarehouseRun, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    shop = Workshop(tmp_path_factory.mktemp("workshop"), warehouse_run)
    shop("create_work_center", code="BENCH", name="Bench", labour_rate="60", overhead_rate="0")
    for code in ("PLATE", "KNOB", "BOLT"):
        shop("create_item", code=code, name=code, unit="pcs", kind="bought")
    shop.buy("PLATE", 20, "10", "2026-01-02")
    shop.buy("KNOB", 20, "3", "2026-01-02")
    receipt = shop.buy("BOLT", 20, "5", "2026-01-02")
    shop("add_landed_cost", receipts=[receipt], bill_date="2026-01-03", supplier="S", amount="20", basis="value")
    for code, component in (("LID", "PLATE"), ("DOOR", "KNOB"), ("HINGE", "BOLT")):
        shop("create_item", code=code, name=code, unit="pcs", kind="made")
        shop("create_bom", item=code, effective_date="2026-01-01", lines=[{"item": component, "quantity": 1}])
    shop("create_routing", item="LID", effective_date="2026-01-01",
         operations=[{"sequence": 10, "work_center": "BENCH", "run_minutes": 60}])  # fmt: skip
    shop.make("LID", 2, "LID-OPEN", 1)
    shop.make("LID", 1, "LID-DONE", 1, minutes=60, close=True)
    shop.make("DOOR", 2, "DOOR-OPEN", 1)
    shop.make("DOOR", 1, "DOOR-DONE", 1, close=True)
    shop.make("HINGE", 2, "HINGE-OPEN", 1)
    shop.make("HINGE", 1, "HINGE-DONE", 1, close=True)
    shop("create_sales_order", customer="C", order_date="2026-01-20", external_number="SALE", confirm=True,
         lines=[{"item": "HINGE", "quantity": 3, "unit_price": "20"}])  # fmt: skip
    shop("deliver_goods", order="SALE", effective_date="2026-01-20", lines=[{"line": 1, "quantity": 1}])
    shop.build(WINTER)
    return shop


LIDS = [
    (Decimal(70), Decimal(70), Decimal(0), Decimal(0)),
    (Decimal(70), Decimal(70), Decimal(0), Decimal(0)),
]
DOORS = [
    (Decimal(3), Decimal(3), Decimal(0), Decimal(0)),
    (Decimal(3), Decimal(3), Decimal(0), Decimal(0)),
]


def test_landed_cost_of_components_stays_landed_in_estimates(workshop: Workshop) -> None:
    assert workshop.ask(
        "select material_amount, landed_amount, is_estimated from marts.fct_stock_moves "
        "where item_code = 'HINGE' and move_type = 'output' order by move_id"
    ) == [(Decimal(5), Decimal(1), True), (Decimal(5), Decimal(1), False)]
    assert (
        workshop.ask(
            "select material_unit_cost, landed_unit_cost, unit_cost from marts.fct_item_costs "
            "where item_code in ('HINGE', 'BOLT')"
        )
        == [(Decimal(5), Decimal(1), Decimal(6))] * 2
    )
    assert workshop.ask("select material_cost, landed_cost, total_cost from marts.fct_order_profit") == [
        (Decimal(15), Decimal(3), Decimal(18))
    ]
    assert workshop.orders("HINGE") == [(Decimal(6), Decimal(6), Decimal(0), Decimal(0))] * 2
    assert workshop.ask("select check_name from marts.fct_proofs where not is_green") == []


def test_what_is_told_of_later_days_leaves_earlier_costs_as_they_were(workshop: Workshop) -> None:
    assert (workshop.orders("LID"), workshop.orders("DOOR")) == (LIDS, DOORS)
    workshop.settle()
    for month in ("2026-01", "2026-02"):
        workshop("lock_period", period=month)
    workshop("set_work_center_rate", work_center="BENCH", labour_rate="120", overhead_rate="6",
             effective_date="2026-03-01")  # fmt: skip
    workshop("set_standard_cost", item="KNOB", cost="4", effective_date="2026-03-01")
    workshop("set_valuation_method", item="KNOB", method="standard", effective_date="2026-03-01")
    workshop.build(SPRING)

    today = (Decimal(70), Decimal(136), Decimal(0), Decimal(0))  # an open order is judged by what is in force today
    assert workshop.orders("LID") == [today, LIDS[1]]
    assert workshop.orders("DOOR") == [(Decimal(3), Decimal(4), Decimal(0), Decimal(0)), DOORS[1]]
    assert workshop.ask(
        "select item_code, labour_unit_cost, overhead_unit_cost, unit_cost from marts.fct_item_costs "
        "where item_code in ('DOOR', 'KNOB', 'LID') order by item_code"
    ) == [
        ("DOOR", Decimal(0), Decimal(0), Decimal(4)),
        ("KNOB", Decimal(0), Decimal(0), Decimal(4)),
        ("LID", Decimal(120), Decimal(6), Decimal(136)),
    ]
    assert workshop.ask("select * from marts.fct_settlement_due where period < '2026-03'") == []
    assert workshop.ask("select check_name from marts.fct_proofs where not is_green") == []


def test_what_is_found_says_what_an_item_costs_only_until_something_comes_from_outside(workshop: Workshop) -> None:
    """A find at no cost leaves the purchase price in force; one of what was never bought is all that is known."""
    for code in ("RING", "STONE"):
        workshop("create_item", code=code, name=code, unit="pcs", kind="bought")
    workshop.buy("RING", 10, "8", "2026-03-10")
    for code, cost in (("RING", "0"), ("STONE", "2")):
        found = {"item": code, "quantity": 1, "unit_cost": cost}
        workshop("adjust_stock", warehouse="MAIN", reason="found", effective_date="2026-03-12", lines=[found])
        workshop("create_sales_order", customer="C", order_date="2026-03-12", external_number=code, confirm=True,
                 lines=[{"item": code, "quantity": 5, "unit_price": "20"}])  # fmt: skip
    workshop.build(SPRING)
    assert workshop.ask(
        "select item_code, estimated_cost from marts.fct_order_profit where item_code in ('RING', 'STONE') order by 1"
    ) == [("RING", Decimal(40)), ("STONE", Decimal(10))]
    assert workshop.ask("select check_name from marts.fct_proofs where not is_green") == []


def test_what_is_found_takes_no_cost_of_a_later_day(workshop: Workshop) -> None:
    workshop("create_item", code="CLIP", name="Clip", unit="pcs", kind="bought")
    workshop.buy("CLIP", 10, "5", "2026-03-10")
    found = {"warehouse": "MAIN", "reason": "found", "lines": [{"item": "CLIP", "quantity": 2}]}
    with pytest.raises(Refusal, match="CostIsUnknown"):
        workshop("adjust_stock", effective_date="2026-03-09", **found)
    workshop("adjust_stock", effective_date="2026-03-10", **found)
    workshop.build(SPRING)
    assert workshop.ask(
        "select move_type, value_amount from marts.fct_stock_moves where item_code = 'CLIP' order by move_id"
    ) == [("receipt", Decimal(50)), ("adjustment", Decimal(10))]


def test_what_a_by_product_at_standard_differs_by_is_no_cause_of_its_order(workshop: Workshop) -> None:
    """110.00 of material, of which 10.00 too much: CHIPs take a tenth and stand at 10.00, TRAYs at 150.00. HUSKs that
    take no share take what they cost, which the cost in force of the MEAL beside them leaves out."""
    workshop("create_item", code="SHEET", name="Sheet", unit="pcs", kind="bought")
    for code, cost in (("TRAY", "30"), ("CHIP", "2")):
        workshop("create_item", code=code, name=code, unit="pcs", kind="made", valuation_method="standard")
        workshop("set_standard_cost", item=code, cost=cost, effective_date="2026-03-01")
    workshop("create_bom", item="TRAY", effective_date="2026-03-01", lines=[{"item": "SHEET", "quantity": 2}],
             by_products=[{"item": "CHIP", "quantity": 1, "cost_share": "0.1"}])  # fmt: skip
    workshop.buy("SHEET", 20, "10", "2026-03-02")
    workshop("create_work_order", item="TRAY", quantity=5, order_date="2026-03-05", start_date="2026-03-05",
             due_date="2026-03-05", external_number="TRAYS", release=True)  # fmt: skip
    workshop("issue_material", order="TRAYS", effective_date="2026-03-05", lines=[{"item": "SHEET", "quantity": 11}])
    workshop("report_output", order="TRAYS", effective_date="2026-03-05", good_quantity=5, close=True)
    workshop("create_item", code="MEAL", name="Meal", unit="kg", kind="made")
    workshop("create_item", code="HUSK", name="Husk", unit="kg", kind="bought")
    workshop.buy("HUSK", 1, "1.5", "2026-03-02")
    workshop("create_bom", item="MEAL", effective_date="2026-03-01", lines=[{"item": "SHEET", "quantity": 2}],
             by_products=[{"item": "HUSK", "quantity": 1}])  # fmt: skip
    workshop("create_work_order", item="MEAL", quantity=2, order_date="2026-03-05", start_date="2026-03-05",
             due_date="2026-03-05", external_number="MEALS", release=True)  # fmt: skip
    workshop("report_output", order="MEALS", effective_date="2026-03-05", good_quantity=2, back_flush=True, close=True)
    workshop.build(SPRING)
    assert workshop.ask(
        "select total_cost, by_product_amount, standard_cost, total_variance from marts.fct_work_orders "
        "where item_code = 'MEAL'"
    ) == [(40, 3, 37, 0)]
    assert workshop.ask(
        "select item_code, cause, variance_amount from marts.fct_cost_variances "
        "where work_order_number is not null order by 1, 2"
    ) == [("CHIP", "standard", 1), ("TRAY", "material_usage", 10), ("TRAY", "standard", -61)]
    assert workshop.ask(
        "select material_usage_variance, standard_variance, total_variance from marts.fct_work_orders "
        "where item_code = 'TRAY'"
    ) == [(10, -61, -51)]
    assert workshop.ask("select check_name from marts.fct_proofs where not is_green") == []


def test_proofs_hold_of_what_is_small_halved_early_or_debited_in_part(workshop: Workshop) -> None:
    """Two layers of a third of a kilogram on one day; 17.15 billed in two halves and at what is stated; freight of the
    10th for goods that come on the 20th; one of two subcontracted pieces debited."""
    workshop("create_item", code="GRAIN", name="Grain", unit="kg", kind="bought")
    for name in ("G1", "G2"):
        line = {"item": "GRAIN", "quantity": "0.333333", "unit_price": "9"}
        workshop("create_purchase_order", supplier="S", order_date=SPRING, confirm=True, external_number=name,
                 lines=[line])  # fmt: skip
        workshop("receive_goods", order=name, effective_date=SPRING)
    workshop("create_item", code="ROPE", name="Rope", unit="m", kind="bought")
    lines = [{"item": "ROPE", "quantity": 2, "unit_price": "8.575"}, {"item": "ROPE", "quantity": 1, "unit_price": "9"}]
    workshop("create_purchase_order", supplier="S", order_date="2026-04-01", confirm=True, external_number="ROPES",
             lines=lines)  # fmt: skip
    workshop("receive_goods", order="ROPES", effective_date="2026-04-02")
    for charged in (
        {"line": 1, "quantity": 1},
        {"line": 1, "quantity": 1},
        {"line": 2, "quantity": 1, "net_amount": 8},
    ):
        workshop("bill_supplier", order="ROPES", bill_date="2026-04-03", lines=[charged])
    work = {"work_order": "LID-OPEN", "quantity": 2, "unit_price": 3}
    bill = workshop("bill_subcontract", supplier="S", bill_date="2026-04-05", lines=[work])
    workshop("debit_supplier", bill=bill["number"], effective_date="2026-04-06", lines=[{"line": 1, "quantity": 1}])
    receipt = workshop.buy("ROPE", 10, "9", "2026-04-20")
    workshop("add_landed_cost", receipts=[receipt], bill_date="2026-04-10", supplier="S", amount="20")
    workshop.build(SPRING)
    assert workshop.ask(
        "select item_code, sum(value_amount) from marts.fct_stock_moves where item_code in ('GRAIN', 'ROPE') "
        "group by 1 order by 1"
    ) == [("GRAIN", 6), ("ROPE", Decimal("25.15"))]
    assert workshop.ask("select sum(subcontract_cost) from marts.fct_work_orders where item_code = 'LID'") == [(3,)]
    assert workshop.ask("select check_name from marts.fct_proofs where not is_green") == []
