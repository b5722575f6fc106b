"""A company's trade at random, against a plain model of what must come of it.

The model keeps by hand what the program must keep: what lies where on which day, what is open on each order, what each
partner owes, what stands on the accounts. After every step the debits equal the credits, stock is the sum of its moves
and not below zero, numbers follow each other without a gap, and a repeated key changes nothing.
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import DBAPIError

from tests.transactions.acting import START, Acting
from tests.transactions.soundness import assert_sound
from tests.transactions.trading import Trading
from transactions import Door, Refusal
from transactions.kernel.clock import SetClock
from transactions.kernel.database import open_engine, reading
from transactions.ledger.tables import account, journal_entry, journal_line

DAYS = st.integers(1, 27).map(lambda day: date(2026, 2, 1) + timedelta(days=day))
QUANTITIES = st.integers(1, 12)
PRICES = st.integers(0, 40)
ITEMS = st.sampled_from(["A", "B"])
PLACES = st.sampled_from(["MAIN", "EAST"])
PICK = st.integers(0, 50)


class Company(RuleBasedStateMachine):
    """Commands at random days, in random order."""

    door: Door

    def __init__(self) -> None:
        super().__init__()
        self.acting = Acting(self.door, SetClock(START))
        self.days: dict[tuple[str, str], Counter[date]] = defaultdict(Counter)  # change of stock by item, place and day
        for item in ("A", "B"):
            self.days[item, "MAIN"][date(2026, 1, 1)] = 100
        self.sales: dict[str, dict[str, Any]] = {}
        self.purchases: dict[str, dict[str, Any]] = {}
        self.receipts: dict[str, dict[str, Any]] = {}
        self.deliveries: dict[str, dict[str, Any]] = {}
        self.invoices: dict[str, dict[str, Any]] = {}
        self.owed = {"receivables": 0, "payables": 0}  # whole dollars
        self.advances = {"customer_advances": 0, "supplier_advances": 0}
        self.bank = self.credited = 0
        self.last: tuple[str, str, dict[str, Any], dict[str, Any]] | None = None
        self.keys = 0

    # ------------------------------------------------------------------ the plain model
    def _least_from(self, item: str, place: str, day: date) -> int:
        changes = self.days[item, place]
        ends = [day, *(later for later in changes if later > day)]
        return min(sum(amount for on, amount in changes.items() if on <= end) for end in ends)

    def _reserved(self, item: str, place: str) -> int:
        held = [order["held"] for order in self.sales.values() if order["item"] == item and order["place"] == place]
        return sum(held)

    def _lacking(self, item: str, place: str, day: date, quantity: int, own: int = 0) -> str | None:
        """Why so much cannot leave, of what is reserved there `own` being its own."""
        if self._least_from(item, place, day) < quantity:
            return "StockWouldGoNegative"
        rest = sum(self.days[item, place].values()) - quantity
        reserved = self._reserved(item, place) - own
        return "StockIsReserved" if reserved and rest < reserved else None

    def _post(self, command: str, refused: str | None = None, /, **data: Any) -> dict[str, Any] | None:
        """The answer, which is a refusal of that name exactly when the model says so."""
        self.keys += 1
        key = f"k{self.keys}"
        data = {name: value.isoformat() if isinstance(value, date) else value for name, value in data.items()}
        if refused is not None:
            with pytest.raises(Refusal) as caught:
                self.door.execute(command, data, "administrator", key)
            assert caught.value.fact == refused, (command, data, caught.value)
            return None
        answer = self.door.execute(command, data, "administrator", key)
        self.last = (command, key, data, answer)
        return answer

    # ------------------------------------------------------------------ stock
    @rule(item=ITEMS, place=PLACES, quantity=QUANTITIES, lost=st.booleans(), day=DAYS)
    def adjust(self, item: str, place: str, quantity: int, lost: bool, day: date) -> None:
        change = -quantity if lost else quantity
        lacking = self._lacking(item, place, day, quantity) if lost else None
        line = {"item": item, "quantity": change} | ({} if lost else {"unit_cost": 1})
        answer = self._post("adjust_stock", lacking, warehouse=place,
                            effective_date=day, reason="count", lines=[line])  # fmt: skip
        if answer:
            self.days[item, place][day] += change

    @rule(item=ITEMS, quantity=QUANTITIES, back=st.booleans(), day=DAYS)
    def transfer(self, item: str, quantity: int, back: bool, day: date) -> None:
        source, target = ("EAST", "MAIN") if back else ("MAIN", "EAST")
        lacking = self._lacking(item, source, day, quantity)
        answer = self._post("transfer_stock", lacking, from_warehouse=source,
                            to_warehouse=target, effective_date=day,
                            lines=[{"item": item, "quantity": quantity}])  # fmt: skip
        if answer:
            self.days[item, source][day] -= quantity
            self.days[item, target][day] += quantity

    # ------------------------------------------------------------------ sales
    @rule(item=ITEMS, quantity=QUANTITIES, price=PRICES, day=DAYS)
    def sell(self, item: str, quantity: int, price: int, day: date) -> None:
        answer = self._post("create_sales_order", customer="CUS", order_date=day, confirm=True,
                            lines=[{"item": item, "quantity": quantity, "unit_price": price}])  # fmt: skip
        assert answer is not None
        self.sales[answer["number"]] = {
            "item": item,
            "price": price,
            "quantity": quantity,
            "delivered": 0,
            "invoiced": 0,
            "returned": 0,
            "done": False,
            "held": 0,
            "place": None,
        }

    @staticmethod
    def _fulfil(order: dict[str, Any]) -> None:
        """An order is done when all is delivered, and invoiced or back again; it stays so."""
        invoiced_or_back = order["invoiced"] + order["returned"] >= order["quantity"]
        order["done"] = order["done"] or (order["delivered"] >= order["quantity"] and invoiced_or_back)

    @precondition(lambda self: self.sales)
    @rule(pick=PICK, quantity=QUANTITIES, place=PLACES, day=DAYS)
    def reserve(self, pick: int, quantity: int, place: str, day: date) -> None:
        """In one place at a time."""
        number, order = list(self.sales.items())[pick % len(self.sales)]
        place = order["place"] if order["held"] else place
        free = sum(self.days[order["item"], place].values()) - self._reserved(order["item"], place)
        refused = None
        if order["done"]:
            refused = "WrongState"
        elif quantity > order["quantity"] - order["delivered"] - order["held"]:
            refused = "QuantityExceedsOpen"
        elif self._least_from(order["item"], place, day) < quantity:
            refused = "StockWouldGoNegative"
        elif free < quantity:
            refused = "StockIsReserved"
        if self._post("reserve_stock", refused, order=number, effective_date=day, warehouse=place,
                      lines=[{"line": 1, "quantity": quantity}]):  # fmt: skip
            order["held"] += quantity
            order["place"] = place

    @precondition(lambda self: self.sales)
    @rule(pick=PICK, quantity=QUANTITIES, day=DAYS)
    def release(self, pick: int, quantity: int, day: date) -> None:
        number, order = list(self.sales.items())[pick % len(self.sales)]
        refused = "NothingIsReserved" if quantity > order["held"] else None
        if self._post("release_reservation", refused, order=number, effective_date=day,
                      lines=[{"line": 1, "quantity": quantity}]):  # fmt: skip
            order["held"] -= quantity

    @precondition(lambda self: self.sales)
    @rule(pick=PICK, quantity=QUANTITIES, place=PLACES, day=DAYS)
    def deliver(self, pick: int, quantity: int, place: str, day: date) -> None:
        number, order = list(self.sales.items())[pick % len(self.sales)]
        # It uses its reservation up; no more than what is open then stays reserved, wherever.
        left = order["held"] - (min(order["held"], quantity) if place == order["place"] else 0)
        left = min(left, max(order["quantity"] - order["delivered"] - quantity, 0))
        own = order["held"] - left if place == order["place"] else 0
        refused: str | None
        if order["done"]:
            refused = "WrongState"
        elif quantity > order["quantity"] - order["delivered"]:
            refused = "QuantityExceedsOpen"
        else:
            refused = self._lacking(order["item"], place, day, quantity, own)
        answer = self._post("deliver_goods", refused, order=number, effective_date=day, warehouse=place,
                            lines=[{"line": 1, "quantity": quantity}])  # fmt: skip
        if answer:
            order["delivered"] += quantity
            order["held"] = left
            self._fulfil(order)
            self.days[order["item"], place][day] -= quantity
            self.deliveries[answer["number"]] = {"order": order, "quantity": quantity, "place": place, "day": day}

    @precondition(lambda self: self.deliveries)
    @rule(pick=PICK, quantity=QUANTITIES, day=DAYS)
    def take_back(self, pick: int, quantity: int, day: date) -> None:
        number, delivery = list(self.deliveries.items())[pick % len(self.deliveries)]
        refused = None
        if day < delivery["day"]:
            refused = "ReturnedBeforeDelivery"
        elif quantity > delivery["quantity"]:
            refused = "QuantityExceedsOpen"
        answer = self._post("return_from_customer", refused, delivery=number, effective_date=day,
                            lines=[{"line": 1, "quantity": quantity}])  # fmt: skip
        if answer:
            delivery["quantity"] -= quantity
            delivery["order"]["returned"] += quantity
            self._fulfil(delivery["order"])
            self.days[delivery["order"]["item"], delivery["place"]][day] += quantity

    @precondition(lambda self: self.sales)
    @rule(pick=PICK, quantity=QUANTITIES, day=DAYS)
    def invoice(self, pick: int, quantity: int, day: date) -> None:
        number, order = list(self.sales.items())[pick % len(self.sales)]
        refused = None
        if order["done"]:
            refused = "WrongState"
        elif quantity > order["quantity"] - order["invoiced"]:
            refused = "QuantityExceedsOpen"
        answer = self._post("invoice_customer", refused, order=number, invoice_date=day,
                            lines=[{"line": 1, "quantity": quantity}])  # fmt: skip
        if answer:
            order["invoiced"] += quantity
            self._fulfil(order)
            amount = quantity * order["price"]
            self.invoices[answer["number"]] = {"day": day, "quantity": quantity, "left": amount, "open": amount}
            self.owed["receivables"] += amount

    @precondition(lambda self: self.invoices)
    @rule(pick=PICK, quantity=QUANTITIES, day=DAYS)
    def credit(self, pick: int, quantity: int, day: date) -> None:
        number, invoice = list(self.invoices.items())[pick % len(self.invoices)]
        refused = None
        if day < invoice["day"]:
            refused = "NoteBeforeInvoice"
        elif quantity > invoice["quantity"]:
            refused = "QuantityExceedsOpen"
        answer = self._post("credit_customer", refused, invoice=number, effective_date=day,
                            lines=[{"line": 1, "quantity": quantity}])  # fmt: skip
        if answer:
            amount = invoice["left"] * quantity // invoice["quantity"]
            settled = min(amount, invoice["open"])
            invoice["quantity"] -= quantity
            invoice["left"] -= amount
            invoice["open"] -= settled
            self.owed["receivables"] -= settled
            self.advances["customer_advances"] += amount - settled
            self.credited += amount

    @precondition(lambda self: self.sales)
    @rule(pick=PICK, quantity=QUANTITIES)
    def amend(self, pick: int, quantity: int) -> None:
        number, order = list(self.sales.items())[pick % len(self.sales)]
        refused = None
        if order["done"]:
            refused = "WrongState"
        elif quantity < max(order["delivered"], order["invoiced"]):
            refused = "QuantityIsBelowDone"
        answer = self._post("amend_sales_order", refused, order=number, reason="asked",
                            lines=[{"line": 1, "quantity": quantity}])  # fmt: skip
        if answer:
            order["quantity"] = quantity
            order["held"] = min(order["held"], quantity - order["delivered"])  # no more is reserved than is open
            self._fulfil(order)

    # ------------------------------------------------------------------ purchasing
    @rule(item=ITEMS, quantity=QUANTITIES, price=PRICES, day=DAYS)
    def buy(self, item: str, quantity: int, price: int, day: date) -> None:
        answer = self._post("create_purchase_order", supplier="SUP", order_date=day, confirm=True,
                            lines=[{"item": item, "quantity": quantity, "unit_price": price}])  # fmt: skip
        assert answer is not None
        self.purchases[answer["number"]] = {
            "item": item,
            "price": price,
            "quantity": quantity,
            "received": 0,
            "billed": 0,
            "returned": 0,
        }

    @precondition(lambda self: self.purchases)
    @rule(pick=PICK, quantity=QUANTITIES, day=DAYS)
    def receive(self, pick: int, quantity: int, day: date) -> None:
        number, order = list(self.purchases.items())[pick % len(self.purchases)]
        refused = None
        if order["received"] == order["quantity"] and order["billed"] + order["returned"] >= order["quantity"]:
            refused = "WrongState"  # it is done
        elif quantity > order["quantity"] - order["received"]:
            refused = "QuantityExceedsOpen"
        answer = self._post("receive_goods", refused, order=number, effective_date=day,
                            lines=[{"line": 1, "quantity": quantity}])  # fmt: skip
        if answer:
            order["received"] += quantity
            self.days[order["item"], "MAIN"][day] += quantity
            self.receipts[answer["number"]] = {"item": order["item"], "quantity": quantity, "day": day, "order": order}

    @precondition(lambda self: self.receipts)
    @rule(pick=PICK, quantity=QUANTITIES, day=DAYS)
    def send_back(self, pick: int, quantity: int, day: date) -> None:
        number, receipt = list(self.receipts.items())[pick % len(self.receipts)]
        refused = None
        if quantity > receipt["quantity"]:
            refused = "QuantityExceedsOpen"
        elif day < receipt["day"]:
            refused = "ReturnedBeforeReceipt"
        else:
            refused = self._lacking(receipt["item"], "MAIN", day, quantity)
        answer = self._post("return_to_supplier", refused, receipt=number, effective_date=day,
                            lines=[{"line": 1, "quantity": quantity}])  # fmt: skip
        if answer:
            receipt["quantity"] -= quantity
            receipt["order"]["returned"] += quantity
            self.days[receipt["item"], "MAIN"][day] -= quantity

    @precondition(lambda self: self.purchases)
    @rule(pick=PICK, quantity=QUANTITIES, day=DAYS)
    def bill(self, pick: int, quantity: int, day: date) -> None:
        number, order = list(self.purchases.items())[pick % len(self.purchases)]
        too_much = quantity > order["quantity"] - order["billed"]
        answer = self._post("bill_supplier", "QuantityExceedsOpen" if too_much else None, order=number, bill_date=day,
                            lines=[{"line": 1, "quantity": quantity}])  # fmt: skip
        if answer:
            order["billed"] += quantity
            self.owed["payables"] += quantity * order["price"]

    # ------------------------------------------------------------------ money
    @rule(amount=st.integers(1, 300), incoming=st.booleans())
    def pay(self, amount: int, incoming: bool) -> None:
        command, who, owed, advances = (
            ("receive_payment", {"customer": "CUS"}, "receivables", "customer_advances")
            if incoming
            else ("pay_supplier", {"supplier": "SUP"}, "payables", "supplier_advances")
        )
        answer = self._post(command, effective_date=date(2026, 2, 28), amount=amount, **who)
        assert answer is not None
        paid = min(amount, self.owed[owed])
        left = paid if incoming else 0
        for invoice in sorted(self.invoices.values(), key=lambda one: one["day"]):
            settled = min(left, invoice["open"])
            invoice["open"] -= settled
            left -= settled
        assert answer["advance"] == str(amount - paid)
        self.owed[owed] -= paid
        self.advances[advances] += amount - paid
        self.bank += amount if incoming else -amount

    @rule()
    def lock_a_past_month(self) -> None:
        """It changes nothing for February."""
        locked = any(row["code"] == "2025-12" and row["state"] == "locked" for row in self.acting.rows("fiscal_period"))
        self._post("lock_period", "PeriodIsLocked" if locked else None, period="2025-12")

    @precondition(lambda self: self.last)
    @rule()
    def say_it_again(self) -> None:
        assert self.last is not None
        command, key, data, answer = self.last
        before = self.acting.state()
        assert self.door.execute(command, data, "administrator", key) == answer
        with pytest.raises(Refusal, match="KeyUsedForAnother"):
            self.door.execute(command, {**data, "external_number": "another"}, "administrator", key)
        assert self.acting.state() == before

    # ------------------------------------------------------------------ what always holds
    @invariant()
    def stock_is_what_the_model_says(self) -> None:
        for (item, place), changes in self.days.items():
            assert self.acting.stock(item, f"{place}/stock") == sum(changes.values())

    @invariant()
    def accounts_are_what_the_model_says(self) -> None:
        with reading(self.door.engine) as connection:
            balances = {
                row[0]: row[1]
                for row in connection.execute(
                    select(account.c.role, func.sum(journal_line.c.debit_amount - journal_line.c.credit_amount))
                    .join_from(journal_line, account, account.c.id == journal_line.c.account_id)
                    .group_by(account.c.role)
                )
            }
        assert balances.get("receivables", 0) == 100 * self.owed["receivables"]
        assert balances.get("payables", 0) == -100 * self.owed["payables"]
        assert balances.get("customer_advances", 0) == -100 * self.advances["customer_advances"]
        assert balances.get("supplier_advances", 0) == 100 * self.advances["supplier_advances"]
        assert balances.get("bank", 0) == 100 * self.bank
        assert balances.get("sales_returns", 0) == 100 * self.credited
        assert sum(balances.values()) == 0

    def teardown(self) -> None:
        with reading(self.door.engine) as connection:
            assert_sound(connection)


def _run(machine: type[Company], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )  # fmt: skip


def test_a_company_at_random_on_sqlite(shop: Trading, tmp_path: Path) -> None:
    shop("create_warehouse", code="EAST", name="East")
    shop.door.engine.dispose()
    first = tmp_path / "first.sqlite"
    shutil.copyfile(tmp_path / "bihuan.sqlite", first)

    class OnSQLite(Company):
        made = 0

        def __init__(self) -> None:
            OnSQLite.made += 1
            copy = tmp_path / f"{OnSQLite.made}.sqlite"
            shutil.copyfile(first, copy)
            self.door = Door(open_engine(f"sqlite:///{copy}"), SetClock(START))
            super().__init__()

        def teardown(self) -> None:
            super().teardown()
            self.door.engine.dispose()

    _run(OnSQLite, examples=12, steps=30)


def test_a_company_at_random_on_postgresql(postgres_door: Door, put_back: Any) -> None:
    class OnPostgreSQL(Company):
        def __init__(self) -> None:
            put_back()
            self.door = Door(postgres_door.engine, SetClock(START))
            Trading(self.door, SetClock(START)).found()("create_warehouse", code="EAST", name="East")
            super().__init__()

    _run(OnPostgreSQL, examples=4, steps=25)


def test_an_unbalanced_entry_is_refused_by_the_database(trading: Trading) -> None:
    """Even from a hand that goes around every command: lines inserted and posted by SQL."""
    entry = {"entry_date": "2026-01-10", "lines": [{"account": "1002", "debit": 1}, {"account": "6601", "credit": 1}]}
    trading("post_journal_entry", **entry)
    posted = trading.row("journal_entry")
    line = trading.rows("journal_line")[0]
    forged = {name: value for name, value in posted.items() if name != "row_version"} | {"id": 1, "number": "JE9"}

    def forge(*lines: dict[str, Any]) -> None:
        with trading.door.engine.begin() as connection:
            connection.execute(insert(journal_entry).values(forged | {"is_posted": False}))
            for number, change in enumerate(lines, start=2):
                plain = {name: value for name, value in line.items() if name != "row_version"}
                connection.execute(
                    insert(journal_line).values(plain | {"id": number, "entry_id": 1, "line_number": number} | change)
                )
            connection.execute(update(journal_entry).where(journal_entry.c.id == 1).values(is_posted=True))

    credit = {"debit_amount": 0, "credit_amount": 99, "document_debit_amount": 0, "document_credit_amount": 100}
    for lines in (({},), ({}, credit), ()):
        with pytest.raises(DBAPIError, match="EntryNotBalanced"):
            forge(*lines)
    assert len(trading.rows("journal_entry")) == 1
    forge({}, credit | {"credit_amount": 100})
    assert len(trading.rows("journal_entry")) == 2
