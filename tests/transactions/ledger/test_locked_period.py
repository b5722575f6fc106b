"""A locked period refuses everyone, by every path: each command that has a business date, in each role that may use it.

A command that is added with a business date fails here until it is among CASES or named as moving nothing.
"""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from tests.transactions.trading import Trading
from transactions.kernel.command import registry
from transactions.kernel.users import ROLES, Actor
from transactions.ledger.tables import journal_entry

LOCKED = "2026-01-15"
BUSINESS_DATES = {"effective_date", "order_date", "invoice_date", "bill_date", "entry_date"}
# These say from when a plan, a price list, a rate of pay or the method of items still to be made holds; they move no
# quantity and no value of a past day.
MOVES_NOTHING = {
    "create_bom", "create_routing", "set_supplier_price", "set_planning_parameters", "create_employee",
    "create_work_center", "set_work_center_hours", "set_transfer_route", "set_forecast", "set_approval_limit",
    "set_category_valuation_method",
}  # fmt: skip
LINE = {"item": "A", "quantity": 1}
CASES: dict[str, dict[str, Any]] = {
    "record_opening_stock": {"lines": [LINE | {"unit_cost": 1}]},
    "adjust_stock": {"lines": [LINE], "reason": "found"},
    "scrap_stock": {"lines": [LINE], "reason": "broken"},
    "transfer_stock": {"from_warehouse": "MAIN", "to_warehouse": "EAST", "lines": [LINE]},
    "carry_out_transfer": {"transfer": "TR000001"},
    "cancel_transfer": {"transfer": "TR000002"},
    "decide_suggestion": {"suggestion_id": "S", "build_id": "B", "decision": "snooze", "until": "2026-12-31"},
    "create_sales_order": {"customer": "CUS", "lines": [LINE | {"unit_price": 1}]},
    "amend_sales_order": {"order": "SO000001", "lines": [{"line": 1, "quantity": 11}], "reason": "more"},
    "cancel_sales_order": {"order": "SO000002"},
    "reserve_stock": {"order": "SO000001"},
    "release_reservation": {"order": "SO000001"},
    "deliver_goods": {"order": "SO000001", "lines": [{"line": 1, "quantity": 1}]},
    "return_from_customer": {"delivery": "DN000001", "lines": [{"line": 1, "quantity": 1}]},
    "credit_customer": {"invoice": "SI000001", "lines": [{"line": 1, "amount": 1}]},
    "invoice_customer": {"order": "SO000001", "lines": [{"line": 1, "quantity": 1}]},
    "receive_payment": {"customer": "CUS", "amount": 1},
    "allocate_payment": {"payment": "CP000001"},
    "create_purchase_order": {"supplier": "SUP", "lines": [LINE | {"unit_price": 1}]},
    "order_requisitions": {"requisitions": ["RQ000001"], "supplier": "SUP"},
    "amend_purchase_order": {"order": "PO000001", "lines": [{"line": 1, "quantity": 11}], "reason": "more"},
    "cancel_purchase_order": {"order": "PO000002"},
    "close_purchase_order": {"order": "PO000001"},
    "receive_goods": {"order": "PO000001", "lines": [{"line": 1, "quantity": 1}]},
    "decide_inspection": {"inspection": "QI000001", "accepted_quantity": 2, "rejected_quantity": 0},
    "return_to_supplier": {"receipt": "GR000001", "lines": [{"line": 1, "quantity": 1}]},
    "bill_supplier": {"order": "PO000001", "lines": [{"line": 1, "quantity": 1}]},
    "add_landed_cost": {"receipts": ["GR000001"], "supplier": "SUP", "amount": 1},
    "debit_supplier": {"bill": "PB000001", "lines": [{"line": 1, "amount": 1}]},
    "bill_subcontract": {"supplier": "SUP", "lines": [{"work_order": "WO000001", "net_amount": 1}]},
    "pay_supplier": {"supplier": "SUP", "amount": 1},
    "create_work_order": {"item": "M", "quantity": 1, "start_date": "2026-03-01", "due_date": "2026-03-02"},
    "release_work_order": {"order": "WO000002"},
    "cancel_work_order": {"order": "WO000002"},
    "issue_material": {"order": "WO000001", "lines": [LINE]},
    "return_material": {"order": "WO000001", "lines": [LINE]},
    "book_time": {"order": "WO000001", "minutes": 1},
    "report_output": {"order": "WO000001", "good_quantity": 1},
    "take_back_time": {"booking": "TB000001"},
    "take_back_output": {"output": "OP000001"},
    "close_work_order": {"order": "WO000001"},
    "post_journal_entry": {"lines": [{"account": "1002", "debit": 1}, {"account": "6601", "credit": 1}]},
    "set_standard_cost": {"item": "A", "cost": 1},
    "set_valuation_method": {"item": "A", "method": "standard"},
    "set_exchange_rate": {"currency": "EUR", "rate": 1},
    "set_work_center_rate": {"work_center": "WC", "labour_rate": 1, "overhead_rate": 1},
    "set_employee_rate": {"employee": "EMP", "hourly_rate": 1},
}


def _business_date(command: str) -> str | None:
    return next((name for name in registry()[command].form.model_fields if name in BUSINESS_DATES), None)


@pytest.fixture
def busy(shop: Trading) -> Trading:
    """The trading company with one of everything, made in January, which was locked then."""
    shop("create_warehouse", code="EAST", name="East")
    shop("create_item", code="M", name="Made", unit="pcs", kind="made")
    shop("create_work_center", code="WC", name="Bench", labour_rate=1, overhead_rate=1)
    shop("create_employee", code="EMP", name="Eve")
    shop("set_supplier_price", supplier="SUP", item="A", unit_price=1, lead_time_days=1, effective_date="2026-01-01")
    shop("create_purchase_requisition", lines=[LINE | {"needed_date": "2026-01-20"}])
    for number in range(2):
        shop.sell()
        shop.buy()
        shop("create_work_order", item="M", quantity=5, start_date="2026-01-05", due_date="2026-01-30")
        shop(
            "decide_suggestion", suggestion_id=f"move {number}", build_id="B", decision="approve", kind="move",
            item="A", quantity=1, due_date="2026-01-20", warehouse="EAST", from_warehouse="MAIN",
            effective_date="2026-01-05",
        )  # fmt: skip
    shop("release_work_order", order="WO000001", effective_date="2026-01-05")
    shop("issue_material", order="WO000001", effective_date="2026-01-06", lines=[LINE])
    shop("book_time", order="WO000001", effective_date="2026-01-06", minutes=1)
    shop("report_output", order="WO000001", effective_date="2026-01-06", good_quantity=1)
    shop("receive_goods", order="PO000001", effective_date="2026-01-06", lines=[{"line": 1, "quantity": 2}])
    shop(
        "receive_goods", order="PO000001", effective_date="2026-01-06", lines=[{"line": 1, "quantity": 2}], inspect=True
    )
    shop("receive_payment", customer="CUS", effective_date="2026-01-07", amount=1)
    shop("deliver_goods", order="SO000001", effective_date="2026-01-06", lines=[{"line": 1, "quantity": 2}])
    shop("invoice_customer", order="SO000001", invoice_date="2026-01-06", lines=[{"line": 1, "quantity": 1}])
    shop("bill_supplier", order="PO000001", bill_date="2026-01-06", lines=[{"line": 1, "quantity": 1}])
    shop.sell(confirm=False, external_number="DRAFT")
    shop.buy(confirm=False, external_number="DRAFT")
    shop("lock_period", period="2026-01")
    return shop


def test_every_command_with_a_business_date_is_tried() -> None:
    dated = {name for name in registry() if _business_date(name)}
    assert dated == set(CASES) | MOVES_NOTHING


def test_a_locked_period_refuses_every_command_in_every_role(busy: Trading) -> None:
    for role in ROLES.keys() - {busy.username}:
        busy("create_user", username=role, password="a long enough password", roles=[role])
    for command, data in CASES.items():
        field = _business_date(command)
        assert field is not None
        for role in ROLES:
            if Actor(1, role, role, "en", (role,)).may(registry()[command].permission):
                refusal = busy.as_user(role).refused(command, **data, **{field: LOCKED})
                assert refusal.fact in ("PeriodIsLocked", "VersionReachesLockedPeriod"), (command, refusal)
                assert refusal.field == field, command


def test_the_same_commands_are_accepted_on_an_open_day(busy: Trading) -> None:
    """So it was the period that refused them, not something else about them."""
    last = ("cancel_sales_order", "cancel_purchase_order", "close_purchase_order", "cancel_work_order",
            "return_material", "close_work_order")  # fmt: skip
    for command in sorted(CASES, key=lambda name: (name in last, last.index(name) if name in last else 0)):
        field = _business_date(command)
        assert field is not None
        busy(command, **CASES[command], **{field: "2026-02-15"})


def test_a_period_is_locked_once_and_must_be_a_month(busy: Trading) -> None:
    for period, fact in (("2026-01", "PeriodIsLocked"), ("2026-13", "InvalidData"), ("January", "InvalidData")):
        refusal = busy.refused("lock_period", period=period)
        assert (refusal.fact, refusal.field) == (fact, "period")
    assert busy.row("fiscal_period", code="2026-01")["end_date"] == date(2026, 1, 31)


def test_a_draft_of_a_locked_month_is_not_confirmed(busy: Trading) -> None:
    for command in ("confirm_sales_order", "confirm_purchase_order"):
        refusal = busy.refused(command, order="DRAFT")
        assert (refusal.fact, refusal.field) == ("PeriodIsLocked", "order")


def test_months_are_locked_in_their_order(shop: Trading) -> None:
    refusal = shop.refused(
        "lock_period", period="2026-03"
    )  # January is in use, February is open though nothing is in it
    assert (refusal.fact, refusal.field, refusal.value) == ("EarlierPeriodIsOpen", "period", "2026-03")
    assert refusal.rule == "2026-01 is open and comes before 2026-03: lock it first"
    shop("lock_period", period="2026-01")
    refusal = shop.refused("lock_period", period="2026-03")
    assert refusal.rule == "2026-02 is open and comes before 2026-03: lock it first"
    for period in ("2026-02", "2026-03"):
        shop("lock_period", period=period)
    assert shop.refused("adjust_stock", effective_date="2025-12-31", reason="found", lines=[LINE]).fact == (
        "PeriodIsLocked"  # before what is locked, though nobody ever used that month
    )
    assert all(row["locked_at"] for row in shop.rows("fiscal_period", state="locked"))


def test_a_lock_that_leaves_cost_pending_is_asked_for_in_so_many_words(shop: Trading) -> None:
    lock = {"period": "2026-01", "pending_amount": "50.0000", "build_id": "b"}
    refusal = shop.refused("lock_period", **lock)
    assert (refusal.fact, refusal.field, refusal.value) == ("CostIsPending", "period", "2026-01")
    assert refusal.rule.startswith("50 USD of cost is not settled yet: close-period settles it and then locks;")
    shop("lock_period", **lock, despite_pending=True)
    assert shop.row("fiscal_period", code="2026-01")["state"] == "locked"


def test_the_database_refuses_too(busy: Trading) -> None:
    with pytest.raises(DBAPIError, match=r"EntryIsPosted|PeriodIsLocked"), busy.door.engine.begin() as connection:
        connection.execute(update(journal_entry).values(description="changed by hand"))
