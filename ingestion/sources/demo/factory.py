"""The factory of the demo: what happens on each day, decided by a seeded chance and by what lies in stock.

Orders come with the season, stock is replenished by reorder points, suppliers and machines are sometimes late, prices
move, some goods are rejected or scrapped, bills come late or back-dated, customers pay late. It keeps its own view of
stock only to decide what can happen; what did happen is what the commands recorded.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from ingestion.sources.demo.catalogue import Catalogue, Customer, Item
from ingestion.sources.demo.recorder import Recorder

ORDERS_PER_DAY = 11.6  # on a working day, about 6,000 in two years
HUNDRED = Decimal("0.01")
PLANNER_IS_AWAY = timedelta(days=31)  # before the last day: what ought to be made and bought waits for a decision


@dataclass
class OpenOrder:
    number: str
    customer: Customer
    promised: date
    lines: dict[int, tuple[str, Decimal]]  # line number → item, quantity not delivered yet
    deliveries: int = 0


@dataclass
class OpenWorkOrder:
    number: str
    item: Item
    quantity: Decimal
    start: date
    released: bool = False


class Factory:
    """The company in motion. Quantities are decimals in base units."""

    def __init__(
        self, catalogue: Catalogue, recorder: Recorder, random: Random, scale: int, first_day: date, last_day: date
    ) -> None:
        self.catalogue, self.recorder, self.random, self.scale = catalogue, recorder, random, scale
        self.first_day, self.last_day = first_day, last_day
        self.stock: dict[str, Decimal] = defaultdict(Decimal)
        self.coming: dict[str, Decimal] = defaultdict(Decimal)
        self.promised_out: dict[str, Decimal] = defaultdict(Decimal)
        self.prices = {item.code: item.price for item in catalogue.items.values()}
        self.orders: list[OpenOrder] = []
        self.work_orders: list[OpenWorkOrder] = []
        self.events: dict[date, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
        self.counters: dict[str, int] = defaultdict(int)
        self.suppliers = {supplier.code: supplier for supplier in catalogue.suppliers}
        self.sold = catalogue.of_level(0)
        self.popularity = [random.paretovariate(1.1) for _ in self.sold]
        self.demand = self._expected_demand()

    # ------------------------------------------------------------------ expectations
    def _expected_demand(self) -> dict[str, float]:
        """Units per working day of every item, exploded from what customers usually order."""
        demand: dict[str, float] = defaultdict(float)
        whole = sum(self.popularity)
        for item, share in zip(self.sold, self.popularity, strict=True):
            demand[item.code] = ORDERS_PER_DAY * self.scale * 1.55 * 2.6 * share / whole
        for level in range(3):
            for item in self.catalogue.of_level(level):
                for code, quantity in item.components:
                    demand[code] += demand[item.code] * float(quantity)
        return demand

    def number(self, series: str) -> str:
        self.counters[series] += 1
        return f"{series}-{self.counters[series]:06d}"

    def later(self, day: date, command: str, **data: Any) -> None:
        """Let something happen on a later day; after the last day it has not happened."""
        self.events[day].append((command, data))

    # ------------------------------------------------------------------ the first day
    def open_stock(self) -> None:
        """What lies there when the books begin, some of it old."""
        lines = []
        for item in self.catalogue.items.values():
            cover = {0: 8, 1: 6, 2: 6, 3: 18}[item.level]
            slow = self.random.random() < 0.08  # bought or made far too much once
            quantity = Decimal(math.ceil(self.demand[item.code] * cover * (60 if slow else 1)) + 5)
            old = self.first_day - timedelta(days=self.random.choice((5, 20, 45, 80, 150, 300, 420)))
            lines.append(
                {"item": item.code, "quantity": str(quantity), "unit_cost": str(item.cost.quantize(Decimal("0.0001"))),
                 "received_date": str(old)}
            )  # fmt: skip
            self.stock[item.code] = quantity
        self.recorder.record("record_opening_stock", effective_date=str(self.first_day), warehouse="MAIN", lines=lines)

    # ------------------------------------------------------------------ a day
    def live(self, day: date) -> None:
        """Everything that happens on the day."""
        self.recorder.day(day)
        self._happen(day)
        if day.weekday() >= 5:
            return
        if day.day <= 3 and day.month in (1, 4, 7, 10):
            self._move_prices(day)
        self._take_orders(day)
        self._start_work(day)
        self._deliver(day)
        if day.weekday() in (0, 2, 4):
            self._replenish(day, attention=1.0 if self.last_day - day > PLANNER_IS_AWAY else 0.06)

    def _happen(self, day: date) -> None:
        for command, data in self.events.pop(day, []):
            for arrived in data.pop("_arrives", []):
                code, quantity, expected = arrived
                self.stock[code] += quantity
                self.coming[code] -= expected
            if command in ("receive_payment", "pay_supplier"):
                amount = self.recorder.gross_amount(data["invoice"])
                data = {**data, "effective_date": str(day), "amount": amount}
                data["allocations"] = [{"invoice": data.pop("invoice"), "amount": amount}]
            self.recorder.record(command, **data)

    def _move_prices(self, day: date) -> None:
        """Suppliers change prices each quarter; wood becomes dear in the second year."""
        for item in self.catalogue.of_level(3):
            drift = self.random.uniform(-0.03, 0.05)
            if "wood" in item.name and day > self.first_day + timedelta(days=365):
                drift += 0.06
            self.prices[item.code] = max((self.prices[item.code] * Decimal(str(1 + drift))).quantize(HUNDRED), HUNDRED)
            if abs(drift) > 0.02:
                self.recorder.record(
                    "set_supplier_price", supplier=item.supplier, item=item.code,
                    unit_price=str(self.prices[item.code]), lead_time_days=item.lead_time_days, effective_date=str(day),
                )  # fmt: skip

        for item in self.sold:  # list prices follow costs, a little behind
            item.price = (item.price * Decimal(self.random.choice(("1.00", "1.01", "1.02")))).quantize(Decimal(1))

    # ------------------------------------------------------------------ selling
    def _take_orders(self, day: date) -> None:
        season = 1 + 0.35 * math.sin((day.timetuple().tm_yday - 60) / 365 * 2 * math.pi)
        for _ in range(self._how_many(ORDERS_PER_DAY * self.scale * season)):
            [customer] = self.random.choices(
                self.catalogue.customers, [customer.weight for customer in self.catalogue.customers]
            )
            items = {}
            for item in self.random.choices(self.sold, self.popularity, k=self.random.choice((1, 1, 2, 2, 2))):
                items[item.code] = item
            promised = _working_day(day + timedelta(days=self.random.choice((5, 7, 10, 14, 20, 30))))
            order = OpenOrder(self.number("WEB"), customer, promised, {})
            lines = []
            for place, item in enumerate(items.values(), start=1):
                quantity = Decimal(self.random.choice((1, 1, 2, 2, 3, 4, 6)))
                special = Decimal("0.62") if self.random.random() < 0.06 else Decimal(1)  # a price given away
                lines.append(
                    {"item": item.code, "quantity": str(quantity), "unit_price": str(item.price * special),
                     "discount_rate": str(customer.discount), "requested_date": str(promised),
                     "promised_date": str(promised), "tax_code": "VAT13"}
                )  # fmt: skip
                order.lines[place] = (item.code, quantity)
                self.promised_out[item.code] += quantity
            self.recorder.record(
                "create_sales_order", customer=customer.code, order_date=str(day), lines=lines,
                external_number=order.number, salesperson=f"V{self.random.randint(1, 4):02d}", confirm=True,
                **({"freight": str(self.random.choice((60, 90, 150)))} if self.random.random() < 0.3 else {}),
            )  # fmt: skip
            self.orders.append(order)

    def _deliver(self, day: date) -> None:
        """Ship what is due within three days, in full; what is a week overdue also in part."""
        still_open = []
        for order in sorted(self.orders, key=lambda order: (order.promised, order.number)):
            if order.promised - day > timedelta(days=3) or self.random.random() < 0.05:
                still_open.append(order)
                continue
            ready = {place: quantity for place, (code, quantity) in order.lines.items() if self.stock[code] >= quantity}
            overdue = day - order.promised > timedelta(days=7)
            if not ready or (len(ready) < len(order.lines) and not overdue):
                still_open.append(order)
                continue
            self._ship(order, ready, day)
            if order.lines:
                still_open.append(order)
        self.orders = still_open

    def _ship(self, order: OpenOrder, ready: dict[int, Decimal], day: date) -> None:
        order.deliveries += 1
        lines = [{"line": place, "quantity": str(quantity)} for place, quantity in ready.items()]
        for place in ready:
            code, quantity = order.lines.pop(place)
            self.stock[code] -= quantity
            self.promised_out[code] -= quantity
        self.recorder.record("deliver_goods", order=order.number, effective_date=str(day), lines=lines)
        invoice = f"INV-{order.number}-{order.deliveries}"
        self.recorder.record("invoice_customer", order=order.number, invoice_date=str(day), external_number=invoice)
        patience = order.customer.payment_term_days + (
            self.random.choice((10, 25, 70)) if order.customer.pays_late else 0
        )
        paid_on = _working_day(day + timedelta(days=patience + self.random.choice((-2, 0, 1, 3))))
        if self.random.random() < 0.97:  # some are never paid
            self.later(
                max(paid_on, day + timedelta(days=1)), "receive_payment", invoice=invoice, customer=order.customer.code
            )

    # ------------------------------------------------------------------ making
    def _start_work(self, day: date) -> None:
        waiting = []
        for order in self.work_orders:
            needed = [(code, quantity * order.quantity) for code, quantity in order.item.components]
            if order.start > day or any(self.stock[code] < quantity for code, quantity in needed):
                waiting.append(order)
                continue
            for code, quantity in needed:
                self.stock[code] -= quantity
                self.promised_out[code] -= quantity
            self.recorder.record("release_work_order", order=order.number, effective_date=str(day))
            self.recorder.record("issue_material", order=order.number, effective_date=str(day))
            self._finish_later(order, day)
        self.work_orders = waiting

    def _finish_later(self, order: OpenWorkOrder, day: date) -> None:
        # Two weeks of trouble with the machines of one work centre, then of another.
        passed, centers = (day - self.first_day).days, [center.code for center in self.catalogue.work_centers]
        broken = any((passed + 19 * centers.index(code)) % 114 < 15 for code, _setup, _run in order.item.operations)
        delay = self.random.choice((4, 7, 10, 14) if broken else (0, 0, 0, 0, 0, 0, 1, 2, 5))
        done = _working_day(day + timedelta(days=order.item.lead_time_days + order.item.days_behind + delay))
        scrap = Decimal(sum(self.random.random() < 0.015 for _ in range(min(int(order.quantity), 60))))
        good = order.quantity - scrap
        lines = [
            {"work_center": center, "employee": f"E{self.random.randint(1, 12):02d}",
             "minutes": str((setup + run * order.quantity * Decimal(str(round(self.random.uniform(0.9, 1.25), 3))))
                            .quantize(HUNDRED))}
            for center, setup, run in order.item.operations
        ]  # fmt: skip
        self.later(done, "book_time", order=order.number, effective_date=str(done), lines=lines)
        self.later(
            done, "report_output", order=order.number, effective_date=str(done), good_quantity=str(good),
            scrap_quantity=str(scrap), close=True, _arrives=[(order.item.code, good, order.quantity)],
        )  # fmt: skip

    # ------------------------------------------------------------------ replenishing
    def _replenish(self, day: date, attention: float) -> None:
        """Order what falls below its reorder point. attention: the share of it that somebody looks at."""
        by_supplier: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for item in self.catalogue.items.values():
            rate = self.demand[item.code]
            position = float(self.stock[item.code] + self.coming[item.code] - self.promised_out[item.code])
            cover = {0: 9, 1: 8, 2: 8, 3: 12}[item.level]
            habit = item.days_behind if item.is_made else max(self.suppliers[item.supplier or ""].days_behind, 0)
            point = rate * (item.lead_time_days * 1.4 + habit + (3 if item.is_made else 5))
            if position >= point or self.random.random() > attention:
                continue
            quantity = Decimal(math.ceil(point + rate * cover - position))
            self.coming[item.code] += quantity
            if item.is_made:
                self._plan_work(item, quantity, day)
            else:
                expected = _working_day(day + timedelta(days=math.ceil(item.lead_time_days * 1.4)))
                assert item.supplier is not None
                by_supplier[item.supplier].append(
                    {"item": item.code, "quantity": str(quantity), "unit_price": str(self.prices[item.code]),
                     "expected_date": str(expected), "tax_code": "VAT13"}
                )  # fmt: skip
        for supplier, lines in by_supplier.items():
            self._buy(supplier, lines, day)

    def _plan_work(self, item: Item, quantity: Decimal, day: date) -> None:
        start = _working_day(day + timedelta(days=self.random.choice((0, 1, 2))))
        due = _working_day(start + timedelta(days=item.lead_time_days + 2))
        order = OpenWorkOrder(self.number("MO"), item, quantity, start)
        self.recorder.record(
            "create_work_order", item=item.code, quantity=str(quantity), start_date=str(start), due_date=str(due),
            external_number=order.number, order_date=str(day),
        )  # fmt: skip
        for code, each in item.components:
            self.promised_out[code] += each * quantity
        self.work_orders.append(order)

    def _buy(self, code: str, lines: list[dict[str, Any]], day: date) -> None:
        supplier, number = self.suppliers[code], self.number("BUY")
        self.recorder.record(
            "create_purchase_order",
            supplier=code,
            order_date=str(day),
            lines=lines,
            external_number=number,
            confirm=True,
        )
        expected = max(date.fromisoformat(line["expected_date"]) for line in lines)
        habit = supplier.days_behind + max(self.catalogue.items[line["item"]].days_behind for line in lines)
        delay = math.floor(habit + supplier.days_of_chance * (self.random.gammavariate(2, 0.6) - 0.6))
        arrives = _working_day(max(expected + timedelta(days=delay), day + timedelta(days=1)))
        receipt = f"IN-{number}"
        quantities = [(line["item"], Decimal(line["quantity"])) for line in lines]
        rejected = supplier.is_inspected and len(lines) == 1 and self.random.random() < 0.25
        inspect = supplier.is_inspected and len(lines) == 1
        back = (quantities[0][1] * Decimal("0.1")).to_integral_value() if rejected else Decimal(0)
        arriving = [(item, quantity - back, quantity) for item, quantity in quantities]
        late_entry = timedelta(days=self.random.choice((0, 0, 0, 0, 1, 3)))  # recorded after it happened
        seen = _working_day(arrives + late_entry)
        data = {"order": number, "effective_date": str(arrives), "external_number": receipt}
        if inspect:
            self.later(seen, "receive_goods", **data, inspect=True)
            self.later(
                seen, "decide_inspection", inspection=receipt, accepted_quantity=str(quantities[0][1] - back),
                rejected_quantity=str(back), effective_date=str(arrives), _arrives=arriving,
                **({"disposition": "return"} if back else {}),
            )  # fmt: skip
        else:
            self.later(seen, "receive_goods", **data, _arrives=arriving)
        self._bill_later(number, receipt, supplier.code, lines, back, arrives, seen)

    def _bill_later(
        self,
        number: str,
        receipt: str,
        supplier: str,
        lines: list[dict[str, Any]],
        back: Decimal,
        arrives: date,
        seen: date,
    ) -> None:
        """The bill comes days or weeks later, often dated back, sometimes at another price; some never came yet."""
        recorded = _working_day(seen + timedelta(days=self.random.choice((1, 3, 7, 14, 28))))
        dated = max(arrives, recorded - timedelta(days=self.random.choice((0, 2, 6))))
        priced = []
        for place, line in enumerate(lines, start=1):
            change = Decimal(self.random.choice(("1", "1", "1", "1", "1.03", "0.98", "1.08")))
            billed = Decimal(line["quantity"]) - (back if place == 1 else 0)
            price = (Decimal(line["unit_price"]) * change).quantize(Decimal("0.0001"))
            priced.append({"line": place, "quantity": str(billed), "unit_price": str(price)})
        bill = f"BILL-{number}"
        self.later(
            recorded, "bill_supplier", order=number, bill_date=str(dated), lines=priced, external_number=bill,
        )  # fmt: skip
        self.later(
            _working_day(recorded + timedelta(days=self.suppliers[supplier].payment_term_days)), "pay_supplier",
            invoice=bill, supplier=supplier,
        )  # fmt: skip
        if self.random.random() < 0.15:
            self.later(
                recorded, "add_landed_cost", receipts=[receipt], bill_date=str(dated), supplier=supplier,
                amount=str(self.random.choice((35, 80, 120, 260))), external_number=f"FREIGHT-{number}",
            )  # fmt: skip

    def _how_many(self, mean: float) -> int:
        """A Poisson number by Knuth's product of uniforms, in parts small enough not to underflow."""
        count, left = 0, mean
        while left > 0:
            part, product = min(left, 30.0), 1.0
            limit = math.exp(-part)
            while (product := product * self.random.random()) > limit:
                count += 1
            left -= part
        return count


def _working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=(7 - day.weekday()) % 7 if day.weekday() >= 5 else 0)
