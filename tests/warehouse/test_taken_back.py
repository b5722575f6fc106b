"""Hours and outputs that were wrong and taken back, from the commands to the figures: as if they had never been.

Of the lids of each valuation method two orders make five each of ten PLATEs at 10.00 in 150 minutes at 60.00 and 6.00
an hour: 265.00, of which the CHIPs beside take a tenth. On the second order everything went wrong first, was settled
and its month locked.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingestion.replication import replicate
from tests.warehouse.test_costs_on_a_day import Workshop
from tests.warehouse.warehouse_run import WarehouseRun

MODELS = (
    "+fct_proofs", "fct_work_costs", "+fct_stock_on_hand", "+fct_labour_hours", "+int_lead_times_observed",
    "+int_schedule_operations", "+int_planning_supplies",
)  # fmt: skip
JANUARY, FEBRUARY, MARCH = "2026-01-31", "2026-02-28", "2026-03-31"
LIDS = ("fifo", "moving_average", "standard")
WRONG = (
    ("book_time", {"effective_date": "2026-01-10", "minutes": 1500, "work_center": "BENCH"}),
    ("report_output", {"effective_date": "2026-01-10", "good_quantity": 50, "scrap_quantity": 1}),
    ("report_output", {"effective_date": "2026-01-12", "good_quantity": 10, "back_flush": True}),
)


def build(shop: Workshop, as_of: str) -> None:
    replicate(shop.door.engine, shop.path, full=True)
    shop.run.build(shop.path, as_of, *MODELS)
    assert shop.ask("select * from marts.fct_proofs where not is_green") == []


def settle(shop: Workshop, as_of: str) -> None:
    """Posts what the build says is due."""
    names = ("period", "account", "event", "item", "sales_order_line_id", "debit", "credit")
    due = shop.ask(f"select {', '.join(names)}, last_settlement_id from marts.fct_settlement_due")
    lines = [dict(zip(names, row, strict=False)) for row in due]
    shop("settle_cost", build_id=f"after {due[0][-1]}", last_settlement_id=due[0][-1], as_of=as_of, rows=lines)


def balances(shop: Workshop) -> dict[str, Decimal]:
    """Debit less credit by the role of the account, posted and pending, where that is not nothing."""
    return dict(
        shop.ask(
            "select account_role, sum(debit_amount - credit_amount) as balance from marts.fct_journal_lines "
            "group by account_role having balance <> 0 order by 1"
        )
    )


@pytest.fixture(scope="module")
def shop(warehouse_run: WarehouseRun, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """By method bookings are TB 1 to 3, 4 to 6 and 7 to 9, the third of which is wrong; outputs OP 1 to 6 are wrong."""
    shop = Workshop(tmp_path_factory.mktemp("taken_back"), warehouse_run)
    shop("create_work_center", code="BENCH", name="Bench", labour_rate="60", overhead_rate="6")
    shop("set_work_center_rate", work_center="BENCH", labour_rate="90", overhead_rate="9", effective_date="2026-02-01")
    shop("create_item", code="PLATE", name="Plate", unit="pcs", kind="bought")
    shop("create_item", code="CHIP", name="Chip", unit="pcs", kind="made")
    shop.buy("PLATE", 300, "10", "2026-01-02")
    for lid in LIDS:
        shop("create_item", code=lid, name="Lid", unit="pcs", kind="made", valuation_method=lid)
        if lid == "standard":
            shop("set_standard_cost", item=lid, cost="50", effective_date="2026-01-01")
        shop(
            "create_bom", item=lid, effective_date="2026-01-01", lines=[{"item": "PLATE", "quantity": 2}],
            by_products=[{"item": "CHIP", "quantity": 1, "cost_share": "0.1"}],
        )  # fmt: skip
        shop("create_routing", item=lid, effective_date="2026-01-01",
             operations=[{"sequence": 10, "work_center": "BENCH", "run_minutes": 30}])  # fmt: skip
        for name in ("RIGHT", "WRONG"):
            shop(
                "create_work_order", item=lid, quantity=5, order_date="2026-01-10", start_date="2026-01-10",
                due_date="2026-01-12", external_number=f"{name} {lid}", release=True,
            )  # fmt: skip
            shop("book_time", order=f"{name} {lid}", effective_date="2026-01-11", minutes=150, work_center="BENCH")
        for command, data in WRONG:
            shop(command, order=f"WRONG {lid}", **data)
    build(shop, JANUARY)
    settle(shop, JANUARY)
    shop("lock_period", period="2026-01")
    return shop


def test_until_they_are_taken_back_they_count(shop: Workshop) -> None:
    orders = "select labour_minutes, good_quantity, scrap_quantity from marts.fct_work_orders order by work_order_id"
    assert shop.ask(orders) == [(150, 0, 0), (1650, 60, 1)] * 3
    for number in (3, 6, 9):
        shop("take_back_time", booking=f"TB{number:06}", effective_date="2026-02-03")
    for number in range(1, 7):
        shop("take_back_output", output=f"OP{number:06}", effective_date="2026-02-04")
    build(shop, JANUARY)
    assert shop.ask(orders) == [(150, 0, 0), (1650, 60, 1)] * 3
    build(shop, FEBRUARY)
    assert shop.ask(orders) == [(150, 0, 0)] * 6
    assert shop.ask("select item_code, quantity, value_amount from marts.fct_stock_on_hand") == [("PLATE", 300, 3000)]
    assert shop.ask("select sum(minutes), sum(cost_amount) from marts.fct_labour_hours") == [(900, 900)]
    assert shop.ask("select booked_micro, remaining_micro from intermediate.int_schedule_operations") == [
        (150_000_000, 0)
    ] * 6  # fmt: skip
    assert shop.ask("select quantity from intermediate.int_planning_supplies where kind = 'work_order'") == [
        (5_000_000,)
    ] * 6  # fmt: skip
    for first, lid in zip((1, 3, 5), LIDS, strict=True):
        assert shop.ask(
            "select document_number, quantity, value_amount from marts.fct_stock_moves "
            f"where is_taken_back and item_code = '{lid}' and move_type = 'output' order by move_id"
        ) == [(f"OP{first + n:06}", quantity, 0) for n, quantity in ((0, 50), (1, 10), (6, -50), (7, -10))]
    assert balances(shop) == {
        "inventory": 3000, "goods_received_not_billed": -3000, "work_in_progress": 990, "labour_absorbed": -900,
        "overhead_absorbed": -90,
    }  # fmt: skip


def test_an_order_that_went_wrong_costs_what_the_other_does(shop: Workshop) -> None:
    done = {"effective_date": "2026-02-05", "good_quantity": 5, "back_flush": True, "close": True}
    for lid in LIDS:
        for name in ("RIGHT", "WRONG"):
            shop("report_output", order=f"{name} {lid}", **done)
    shop("create_sales_order", customer="C", order_date="2026-02-05", external_number="SALE", confirm=True,
         lines=[{"item": lid, "quantity": 10, "unit_price": "100"} for lid in LIDS])  # fmt: skip
    shop("deliver_goods", order="SALE", effective_date="2026-02-06")
    build(shop, FEBRUARY)
    for lid in LIDS:
        right, wrong = shop.ask(
            "select * exclude (work_order_id, work_order_number, actual_start_date) "
            f"from marts.fct_work_orders where item_code = '{lid}' order by work_order_id"
        )
        assert wrong == right
    assert (
        shop.ask(
            "select material_cost, labour_cost, overhead_cost, total_cost, by_product_amount, output_amount, "
            "wip_amount from marts.fct_work_orders"
        )
        == [(100, 150, 15, 265, Decimal("26.5"), 265, 0)] * 6
    )
    assert shop.ask("select distinct item_code from marts.fct_work_orders where is_at_standard") == [("standard",)]
    assert shop.ask("select item_code, total_cost, profit from marts.fct_order_profit order by item_code") == [
        ("fifo", 477, 523), ("moving_average", 477, 523), ("standard", 500, 500),
    ]  # fmt: skip
    stands = {
        "inventory": 2559, "goods_received_not_billed": -3000, "labour_absorbed": -900, "overhead_absorbed": -90,
        "cost_of_sales": 1454, "production_variance": -23,
    }  # fmt: skip
    assert balances(shop) == stands
    settle(shop, FEBRUARY)
    build(shop, FEBRUARY)
    assert shop.ask("select * from marts.fct_settlement_due") == []
    assert balances(shop) == stands


def test_hours_of_a_closed_order_are_taken_back_too(shop: Workshop) -> None:
    """An hour on a closed order, settled and locked, corrects its month in the next one when it is taken back."""
    orders = "select * exclude (actual_start_date, actual_end_date) from marts.fct_work_orders order by work_order_id"
    profit = "select * from marts.fct_order_profit"
    right, before = shop.ask(orders), balances(shop)
    sold = shop.ask(profit)
    hour = {"effective_date": "2026-02-27", "minutes": 60, "work_center": "BENCH"}
    booked = [shop("book_time", order=f"RIGHT {lid}", **hour)["number"] for lid in LIDS]
    build(shop, FEBRUARY)
    assert shop.ask("select sum(total_cost) from marts.fct_work_orders") == [(3 * 629,)]
    settle(shop, FEBRUARY)
    shop("lock_period", period="2026-02")
    for number in booked:
        shop("take_back_time", booking=number, effective_date="2026-03-02")
    build(shop, MARCH)
    assert (shop.ask(orders), shop.ask(profit)) == (right, sold)
    assert shop.ask("select distinct period, entry_date::varchar from marts.fct_settlement_due") == [
        ("2026-02", "2026-03-01")
    ]
    settle(shop, MARCH)
    build(shop, MARCH)
    assert shop.ask("select * from marts.fct_settlement_due") == []
    assert balances(shop) == before
