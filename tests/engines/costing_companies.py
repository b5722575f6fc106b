"""Random small companies that do everything costing knows, a few moves each; the same company for the same seed.

Purchases with every component, landed cost as credit too, deliveries covered and not, production on several levels
with labour, overhead, subcontracting, by-products, rework and loops, orders open, closed, unknown or carried over,
returns of everything, transfers whole and in parts over three warehouses, counts, lots, back-dated or not, and
changes of method and standard, within a month and after the last move. What cannot be (unknown origins, nothing moved)
happens now and then, as it does.
"""

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from random import Random
from typing import Any

from .costing_histories import COMPONENTS, UNIT, History, day

BOUGHT, MADE = (1, 2), (3, 4, 5)
ITEMS = BOUGHT + MADE
METHODS = ("fifo", "moving_average", "fifo", "moving_average", "month_average", "standard", "specific")
WAREHOUSES = (1, 1, 1, 2, 3)
ENTRIES_OF_A_COMPANY = 1_000
RETURN_OF = {
    "delivery": "customer_return",
    "receipt": "supplier_return",
    "issue": "issue_return",
    "output": "output",
    "by_product": "by_product",
}


def random_company(seed: int, number: int = 1, steps_at_most: int = 14) -> History:
    """The company of a seed. Its entries and work orders are numbered from number × 1000 on."""
    return RandomCompany(Random(seed), number, steps_at_most).history


class RandomCompany:
    """A history that grows by chance."""

    def __init__(self, random: Random, number: int, steps_at_most: int) -> None:
        self.random = random
        self.history = History(number, before=number * ENTRIES_OF_A_COMPANY)
        self.masters()
        steps: list[Callable[[], None]] = [
            *(3 * [self.receive]),
            *(2 * [self.deliver]),
            *(3 * [self.work]),
            self.transfer,
            *(2 * [self.give_back]),
            self.count,
            self.open_stock,
            self.mistake,
        ]
        for _ in range(random.randint(1, steps_at_most)):
            random.choice(steps)()
        has_lots = any(row["method"] == "specific" for row in self.history.methods)
        for move in self.history.moves:
            move["recorded_at"] = datetime(2026, 2, 1, random.randint(0, 3))
            if has_lots:
                move["lot_id"] = random.choice((None, 1, 2))

    def chance(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    def on(self) -> int:
        return self.random.choice((self.random.randint(1, 12), self.random.randint(26, 38)))

    def micro(self) -> int:
        """A quantity: whole units, any, or hardly anything."""
        return self.random.choice(
            (
                self.random.randint(1, 12) * UNIT,
                self.random.randint(1, 12) * UNIT,
                self.random.randint(1, 7 * UNIT),
                self.random.choice((UNIT // 3, 7, 1)),
            )
        )

    def amount(self) -> int:
        return self.random.randint(0, self.random.choice((500, 10**6)))

    def amounts(self, names: tuple[str, ...] = COMPONENTS[1:], prefix: str = "") -> dict[str, int]:
        """Some of the components, sometimes less than nothing (a credit)."""
        found = {f"{prefix}{name}_amount": self.amount() for name in names if self.chance(2)}
        return {name: -amount if self.chance(8) else amount for name, amount in found.items()}

    def add(self, kind: str, item: int, micro: int, on: int, **facts: Any) -> int:
        facts.setdefault("warehouse_id", self.random.choice(WAREHOUSES))
        entry = self.history.move(kind, item, 0, on, **facts)
        self.history.moves[-1]["quantity"] = micro
        return entry

    # what is set up

    def masters(self) -> None:
        for item in ITEMS:
            if self.chance(12):
                continue
            self.history.on_method(item, self.random.choice(METHODS), since=self.random.choice((1, 1, 1, 5)))
            for since in self.random.sample(range(2, 50), self.random.choice((0, 0, 0, 1, 2, 3))):
                self.history.on_method(item, self.random.choice(METHODS), since=since)
            is_standard = any(row["item_id"] == item and row["method"] == "standard" for row in self.history.methods)
            for since in self.random.sample(range(1, 50), self.random.randint(0, 3) if is_standard else 0):
                parts = {name: self.random.randint(0, 60) for name in COMPONENTS[1:] if self.chance(3)}
                self.history.standard(item, since, material=self.random.randint(0, 10**5), **parts)

    # what happens

    def receive(self) -> None:
        item = self.random.choice(BOUGHT + ITEMS)
        price = None if self.chance(6) else self.amount()
        extra = self.amounts() if self.chance(2) else {}
        if self.chance(4):
            extra["estimated_material_amount"] = self.amount()
        self.add("receipt", item, self.micro(), self.on(), material_amount=price, **extra)

    def open_stock(self) -> None:
        received = day(1 - self.random.randint(0, 300)) if self.chance(2) else None
        item = self.random.choice(ITEMS)
        self.add("opening", item, self.micro(), 1, material_amount=self.amount(), received_date=received)

    def deliver(self) -> None:
        self.add("delivery", self.random.choice(ITEMS), -self.micro(), self.on())

    def count(self) -> None:
        item = self.random.choice(ITEMS)
        if self.chance(2):
            self.add("adjustment_out", item, -self.micro(), self.on())
            return
        facts: dict[str, Any] = {}
        if self.chance(2):
            facts = {"estimated_material_amount": self.amount(), **self.amounts(prefix="estimated_")}
        elif self.chance(2):
            facts = {"material_amount": self.amount()}
        self.add("adjustment_in", item, self.micro(), self.on(), **facts)

    def transfer(self) -> None:
        """One or two transfers after each other: whole or in parts, at once or later, back to where it came from."""
        item, quantity, on = self.random.choice(ITEMS), self.micro(), self.on()
        places = self.random.sample((1, 2, 3), 3)
        for source, target in list(pairwise(places))[: self.random.choice((1, 1, 2))]:
            out = self.add("transfer_out", item, -quantity, on, warehouse_id=source)
            arrived = quantity if self.random.randrange(5) else self.micro()
            facts = {"origin_entry_id": None if self.chance(6) else out, "move_id": out}
            self.add(
                "transfer_in",
                item,
                arrived,
                on if self.chance(2) else self.on(),
                warehouse_id=source if self.chance(12) else target,
                **facts,
            )
            if arrived < quantity and self.chance(2):
                self.add("transfer_in", item, quantity - arrived, self.on(), warehouse_id=target, origin_entry_id=out)

    def give_back(self) -> None:
        """Something that moved goes back, all of it, a part or too much; now and then nobody knows from where."""
        origins = [move for move in self.history.moves if self.can_be_returned(move)]
        if not origins:
            return
        origin = self.random.choice(origins)
        sign = 1 if origin["quantity"] < 0 else -1
        facts: dict[str, Any] = {"origin_entry_id": None if self.chance(6) else origin["entry_id"]}
        if sign > 0 and facts["origin_entry_id"] is None and self.chance(2):
            facts["material_amount"] = self.amount()
        self.add(
            RETURN_OF[origin["kind"]],
            origin["item_id"],
            sign * (abs(origin["quantity"]) if self.chance(2) else self.micro()),
            self.on(),
            warehouse_id=self.random.choice((origin["warehouse_id"], 1)),
            work_order_id=origin["work_order_id"],
            **facts,
        )

    @staticmethod
    def can_be_returned(move: dict[str, Any]) -> bool:
        is_reversal = move["kind"] in ("output", "by_product") and move["quantity"] < 0
        return move["kind"] in RETURN_OF and move["quantity"] != 0 and not is_reversal

    def work(self) -> None:
        """A work order: from what lies below, from anything, or from itself."""
        made = self.random.choice(MADE)
        below = [item for item in ITEMS if item < made] if self.random.randrange(5) else list(ITEMS)
        number = self.history.company * ENTRIES_OF_A_COMPANY + len(self.history.orders) + 100
        is_known = not self.chance(12)
        if is_known:
            names = (*COMPONENTS[1:4], *(("material", "landed") if self.chance(6) else ()))
            amounts = {name: self.amount() for name in names if self.chance(2)}
            self.history.order(number, made, self.random.randint(1, 12), not self.chance(3), **amounts)
        for _ in range(self.random.randint(0, 3)):
            self.add("issue", self.random.choice(below), -self.micro(), self.on(), work_order_id=number)
        for _ in range(self.random.randint(0, 3)):
            self.make(number, made)

    def make(self, number: int, made: int) -> None:
        facts: dict[str, Any] = {}
        if self.chance(2):
            facts = {"estimated_material_amount": self.amount(), **self.amounts(prefix="estimated_")}
        if self.random.randrange(4):
            item = self.random.choice(ITEMS) if self.chance(12) else made
            self.add("output", item, self.micro(), self.on(), work_order_id=number, **facts)
            return
        facts["cost_share"] = self.random.randint(0, 400_000) if self.chance(2) else None
        if self.chance(2):
            facts |= {"material_amount": self.amount(), **self.amounts()}
        self.add("by_product", self.random.choice(ITEMS), self.micro(), self.on(), work_order_id=number, **facts)

    def mistake(self) -> None:
        """What should not be and is: nothing moved, an origin that is none."""
        if self.chance(2):
            self.add("receipt", self.random.choice(ITEMS), 0, self.on(), material_amount=self.amount())
        elif self.history.moves:
            origin = self.random.choice(self.history.moves)["entry_id"] if self.chance(2) else 1
            item = self.random.choice(ITEMS)
            self.add("customer_return", item, self.micro(), self.on(), origin_entry_id=origin)
