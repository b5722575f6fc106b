"""A company that buys, makes, sells, returns, takes back and corrects by chance, recording it late and out of order."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from transactions import Door, Refusal
from transactions.kernel.clock import SetClock

FIRST_DAY = date(2026, 1, 1)
DAYS = 170
START = datetime(2026, 6, 25, 9, tzinfo=UTC)


class CompanyOfChance:
    """Items A (fifo), B (moving average), S (standard), M made of A and B, N made of M; warehouses MAIN and SHOP."""

    def __init__(self, door: Door, clock: SetClock, seed: int) -> None:
        self.door, self.clock, self.chance = door, clock, random.Random(seed)
        self.purchases: list[str] = []
        self.receipts: list[str] = []
        self.sales: list[str] = []
        self.deliveries: list[str] = []
        self.work_orders: list[str] = []
        self.bookings: list[str] = []
        self.outputs: list[str] = []
        self.refused = 0

    def __call__(self, command: str, /, **data: Any) -> dict[str, Any] | None:
        """The answer; None where the company's own rules refuse it (too much delivered, stock not there, …)."""
        self.clock.moment += timedelta(seconds=self.chance.randint(1, 5000))
        try:
            return self.door.execute(command, data, "administrator")
        except Refusal:
            self.refused += 1
            return None

    def found(self) -> CompanyOfChance:
        self("create_company", code="ODD", name="Odd", currency="EUR", amount_exponent=2, stage=4)
        self("create_warehouse", code="MAIN", name="Main", allow_negative=True)
        self("create_warehouse", code="SHOP", name="Shop", allow_negative=True)
        self("create_partner", code="SUP", name="Supplier", is_supplier=True)
        self("create_partner", code="CUS", name="Customer", is_customer=True)
        self("create_work_center", code="WC", name="Bench", labour_rate=40, overhead_rate=10, capacity_hours_per_day=8)
        for code, method in (("A", "fifo"), ("B", "moving_average"), ("S", "standard")):
            self("create_item", code=code, name=code, unit="pcs", kind="bought", valuation_method=method)
        for code in ("M", "N"):
            self("create_item", code=code, name=code, unit="pcs", kind="made", valuation_method="fifo")
        self("set_standard_cost", item="S", cost=4, effective_date="2026-01-01")
        parts = {"M": [("A", 2), ("B", 1)], "N": [("M", 1), ("S", 2)]}
        for item, lines in parts.items():
            told = [{"item": part, "quantity": quantity} for part, quantity in lines]
            self("create_bom", item=item, effective_date="2026-01-01", lines=told)
        return self

    def day(self) -> str:
        return (FIRST_DAY + timedelta(self.chance.randrange(DAYS))).isoformat()

    def some(self, most: int = 30) -> str:
        return str(Decimal(self.chance.randint(1, most * 4)) / 4)

    def price(self) -> str:
        return str(Decimal(self.chance.randint(100, 3000)) / 100)

    def go_on(self, steps: int) -> None:
        """Things that happen, and corrections of what happened."""
        acts = (
            *(self.buy, self.buy, self.receive, self.bill, self.bill, self.bill, self.landed),
            *([self.sell] * 4),
            *(self.deliver, self.deliver, self.make, self.issue, self.book, self.report, self.close),
            *(self.take_time_back, self.take_output_back),
            *(self.give_back, self.transfer, self.count, self.send_back, self.amend, self.new_standard),
        )
        for _ in range(steps):
            self.chance.choice(acts)()

    def buy(self) -> None:
        lines = [
            {"item": self.chance.choice("ABS"), "quantity": self.some(80), "unit_price": self.price()}
            for _ in range(self.chance.randint(1, 2))
        ]
        made = self("create_purchase_order", supplier="SUP", order_date=self.day(), lines=lines, confirm=True)
        if made:
            self.purchases.append(made["number"])
            self.receive()

    def receive(self) -> None:
        if self.purchases:
            line = {"line": 1, "quantity": self.some(40)}
            data = {"lines": [line]} if self.chance.random() < 0.5 else {}
            place = self.chance.choice(("MAIN", "MAIN", "SHOP"))
            order = self.chance.choice(self.purchases)
            made = self("receive_goods", order=order, effective_date=self.day(), warehouse=place, **data)
            if made:
                self.receipts.append(made["number"])

    def bill(self) -> None:
        if self.purchases:
            line = {"line": 1, "quantity": self.some(40), "unit_price": self.price()}
            self("bill_supplier", order=self.chance.choice(self.purchases), bill_date=self.day(), lines=[line])

    def landed(self) -> None:
        if self.receipts:
            some = self.chance.sample(self.receipts, min(len(self.receipts), 2))
            self("add_landed_cost", receipts=some, bill_date=self.day(), supplier="SUP", amount=self.price())

    def sell(self) -> None:
        line = {"item": self.chance.choice("ABSMN"), "quantity": self.some(20), "unit_price": self.price()}
        made = self("create_sales_order", customer="CUS", order_date=self.day(), lines=[line], confirm=True)
        if made:
            self.sales.append(made["number"])
            self.deliver()

    def deliver(self) -> None:
        if self.sales:
            line = {"line": 1, "quantity": self.some(15)}
            made = self(
                "deliver_goods", order=self.chance.choice(self.sales), effective_date=self.day(), lines=[line],
                warehouse=self.chance.choice(("MAIN", "SHOP")),
            )  # fmt: skip
            if made:
                self.deliveries.append(made["number"])

    def give_back(self) -> None:
        if self.deliveries:
            self("return_from_customer", delivery=self.chance.choice(self.deliveries), effective_date="2026-06-24",
                 lines=[{"line": 1, "quantity": self.some(4)}])  # fmt: skip

    def make(self) -> None:
        day = self.day()
        made = self(
            "create_work_order", item=self.chance.choice("MN"), quantity=str(self.chance.randint(1, 12)),
            start_date=day, due_date=day, order_date=day, release=True, warehouse="MAIN",
        )  # fmt: skip
        if made:
            self.work_orders.append(made["number"])
            self.issue()
            self.report()

    def of_work(self) -> dict[str, str]:
        return {"order": self.chance.choice(self.work_orders[-6:]), "effective_date": self.day()}

    def issue(self) -> None:
        if self.work_orders:
            self(
                "issue_material",
                **self.of_work(),
                lines=[{"item": self.chance.choice("ABMS"), "quantity": self.some(9)}],
            )

    def book(self) -> None:
        if self.work_orders:
            made = self("book_time", **self.of_work(), minutes=self.chance.randint(1, 300), work_center="WC")
            if made:
                self.bookings.append(made["number"])

    def report(self) -> None:
        if self.work_orders:
            flush = self.chance.random() < 0.3
            made = self("report_output", **self.of_work(), good_quantity=str(self.chance.randint(1, 5)),
                        back_flush=flush)  # fmt: skip
            if made:
                self.outputs.append(made["number"])

    def take_time_back(self) -> None:
        if self.bookings:
            self("take_back_time", booking=self.chance.choice(self.bookings[-6:]), effective_date=self.day())

    def take_output_back(self) -> None:
        if self.outputs:
            self("take_back_output", output=self.chance.choice(self.outputs[-6:]), effective_date=self.day())

    def close(self) -> None:
        if self.work_orders:
            self("close_work_order", order=self.chance.choice(self.work_orders), effective_date="2026-06-24")

    def transfer(self) -> None:
        line = {"item": self.chance.choice("ABSM"), "quantity": self.some(10)}
        there, here = self.chance.sample(("MAIN", "SHOP"), 2)
        self("transfer_stock", from_warehouse=there, to_warehouse=here, effective_date=self.day(), lines=[line])

    def count(self) -> None:
        sign = self.chance.choice(("", "-"))
        line = {"item": self.chance.choice("ABSMN"), "quantity": sign + self.some(5)}
        self("adjust_stock", effective_date=self.day(), warehouse="MAIN", lines=[line], reason="count")

    def send_back(self) -> None:
        if self.receipts:
            self("return_to_supplier", receipt=self.chance.choice(self.receipts), effective_date="2026-06-24",
                 lines=[{"line": 1, "quantity": self.some(6)}])  # fmt: skip

    def amend(self) -> None:
        if self.sales:
            line = {"line": 1, "quantity": self.some(40), "unit_price": self.price()}
            self("amend_sales_order", order=self.chance.choice(self.sales), lines=[line], reason="asked for",
                 effective_date=self.day())  # fmt: skip

    def new_standard(self) -> None:
        self("set_standard_cost", item="S", cost=self.price(), effective_date=self.day())
