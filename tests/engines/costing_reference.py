"""Costing the slow, obvious way: one move at a time, in plain Python integers and fractions.

The engine must agree with this to the last minor unit. It is written from the rules of costing, not from the engine:
lots are objects in lists, the cost of a work order is added up anew each time it is asked for, levels come from
following who consumed whom.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
Amounts = list[int]

COMPONENTS = ("material", "labour", "overhead", "subcontract", "landed")
RANKS = {
    "opening": 0,
    "receipt": 1,
    "output": 1,
    "by_product": 1,
    "transfer_in": 2,
    "transfer_out": 2,
    "issue": 3,
    "delivery": 3,
    "issue_return": 4,
    "customer_return": 4,
    "supplier_return": 4,
    "adjustment_in": 5,
    "adjustment_out": 5,
}
ROUNDS = 100
LARGEST_VALUE = 2**50
LAYERED = ("fifo", "specific")
FOREVER = date.max


def zero() -> Amounts:
    return [0, 0, 0, 0, 0]


def plus(left: Amounts, right: Amounts) -> Amounts:
    return [a + b for a, b in zip(left, right, strict=True)]


def minus(left: Amounts, right: Amounts) -> Amounts:
    return [a - b for a, b in zip(left, right, strict=True)]


def by_largest_remainder(amount: int, weights: list[int]) -> list[int]:
    """Splits an amount in proportion; what rounding down leaves goes to the largest remainders, the first of equals
    first."""
    exact = [Fraction(amount * weight, sum(weights)) for weight in weights]
    shares = [quota.numerator // quota.denominator for quota in exact]
    ranking = sorted(range(len(weights)), key=lambda k: (shares[k] - exact[k], k))
    for k in ranking[: amount - sum(shares)]:
        shares[k] += 1
    return shares


def by_component(amount: int, weights: Amounts, part: int, whole: int) -> Amounts:
    """An amount split like the components it is a part of; components that cancel out give part ÷ whole of
    themselves."""
    if not any(weights[1:]):
        return [amount, 0, 0, 0, 0]
    if sum(weights) == 0:
        others = [weight * part // whole for weight in weights[1:]]
        return [amount - sum(others), *others]
    return by_largest_remainder(amount, weights)


def at_rate(values: Amounts, quantity: int, whole: int) -> Amounts:
    """The value of a quantity when `whole` is worth `values`, rounded half to even."""
    return by_component(round(Fraction(sum(values) * quantity, whole)), values, quantity, whole)


@dataclass
class Stock:
    """A quantity with a value, from which parts are cut: round(value × taken so far ÷ quantity) less what was taken
    before. Anything estimated in it makes it estimated until it is empty."""

    start_quantity: int
    start_value: int
    quantity: int
    value: Amounts
    is_estimated: bool = False

    @classmethod
    def of(cls, quantity: int, value: Amounts, is_estimated: bool = False) -> "Stock":
        return cls(quantity, sum(value), quantity, list(value), is_estimated)

    def restart(self, quantity: int, value: Amounts) -> None:
        self.start_quantity, self.start_value, self.quantity, self.value = quantity, sum(value), quantity, list(value)

    def cut(self, quantity: int) -> Amounts:
        if quantity == self.quantity:
            part = list(self.value)
        else:
            taken = self.start_quantity - self.quantity + quantity
            upto = round(Fraction(self.start_value * taken, self.start_quantity))
            amount = upto - (self.start_value - sum(self.value))
            part = by_component(amount, self.value, quantity, self.quantity)
        self.quantity -= quantity
        self.value = minus(self.value, part)
        self.is_estimated = self.is_estimated and self.quantity > 0
        return part


@dataclass
class Lot:
    """Goods of one arrival in one pool."""

    entry: int
    date: Any
    stock: Stock


@dataclass
class Debt:
    """A quantity that went out of stock that was not there."""

    entry: int
    quantity: int
    settled: Amounts = field(default_factory=zero)


@dataclass
class Pool:
    """The goods of an item in a warehouse; unless on fifo their value lies in a pot."""

    lots: list[Lot] = field(default_factory=list)
    pot: Stock = field(default_factory=lambda: Stock.of(0, zero()))
    debts: list[Debt] = field(default_factory=list)
    last_known: tuple[int, Amounts, bool] | None = None

    def lot_stock(self) -> tuple[int, Amounts, bool]:
        quantity, value = 0, zero()
        for lot in self.lots:
            quantity, value = quantity + lot.stock.quantity, plus(value, lot.stock.value)
        return quantity, value, any(lot.stock.is_estimated for lot in self.lots)


@dataclass
class Item:
    """An item of a company: the method it is on, and the pot its warehouses share on month average."""

    method: str
    last_known: tuple[int, Amounts, bool] | None = None
    standard: Row | None = None
    brought_to: date = date.min


@dataclass
class Reference:
    """The whole history, and what has been found so far."""

    moves: dict[int, Row]
    orders: dict[int, Row]
    methods: list[Row]
    standards: list[Row]
    value: dict[int, Amounts] = field(default_factory=dict)
    owed: dict[int, Amounts] = field(default_factory=dict)
    slices: dict[int, list[tuple[int, Any, int, Amounts, bool]]] = field(default_factory=dict)
    layers: list[tuple[int, int, int, int, int, Amounts, Any, int | None]] = field(default_factory=list)
    uncovered: dict[int, tuple[int, Amounts]] = field(default_factory=dict)
    without_price: set[int] = field(default_factory=set)
    without_standard: set[int] = field(default_factory=set)
    unknown_origin: set[int] = field(default_factory=set)
    variances: dict[int, Amounts] = field(default_factory=dict)
    revaluations: dict[tuple[Any, ...], Amounts] = field(default_factory=dict)
    estimated: set[int] = field(default_factory=set)
    estimated_orders: set[int] = field(default_factory=set)

    # asked for again and again, and never changing
    entries_of: dict[int, list[int]] = field(default_factory=dict)
    methods_of: dict[int, str] = field(default_factory=dict)
    origins: dict[int, int | None] = field(default_factory=dict)
    turns: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    by_lot: set[tuple[int, int]] = field(default_factory=set)

    # one round
    pools: dict[tuple[int, ...], Pool] = field(default_factory=dict)
    items: dict[tuple[int, int], Item] = field(default_factory=dict)
    round_revaluations: dict[tuple[Any, ...], Amounts] = field(default_factory=dict)
    returned: dict[int, tuple[int, Amounts]] = field(default_factory=dict)
    owed_at_first: dict[int, int] = field(default_factory=dict)
    open_debts: set[int] = field(default_factory=set)
    read_orders: set[int] = field(default_factory=set)
    read_debts: set[int] = field(default_factory=set)
    change: int = 0
    is_beyond: bool = False

    def __post_init__(self) -> None:
        for entry, move in self.moves.items():
            self.entries_of.setdefault(move["work_order_id"], []).append(entry)
            self.methods_of[entry] = self.method_of_day(move, move["effective_date"])
            if self.methods_of[entry] == "moving_average" and self.told_method(move) == "standard":
                self.without_standard.add(entry)
            if self.methods_of[entry] == "specific":
                self.by_lot.add((move["company_id"], move["item_id"]))
        for entry in self.moves:
            self.origins[entry] = self.found_origin(entry)
            if self.moves[entry]["origin_entry_id"] is not None and self.origins[entry] is None:
                self.unknown_origin.add(entry)
        for entry in self.moves:
            self.turns[entry] = (self.place(entry), self.moves[entry]["recorded_at"], entry)

    def origin_of(self, entry: int) -> int | None:
        return self.origins[entry]

    def found_origin(self, entry: int) -> int | None:
        """What an entry names as its origin, if that can be: the same item, the other direction. A transfer in that
        names none finds the transfer out of its stock move, if there is one only."""
        move = self.moves[entry]
        named = move["origin_entry_id"]
        if named is None and move["kind"] == "transfer_in":
            gone = [
                other
                for other, its in self.moves.items()
                if its["kind"] == "transfer_out" and its["move_id"] == move["move_id"] and same_item(its, move)
            ]
            named = gone[0] if len(gone) == 1 else None
        origin = self.moves.get(named)
        if origin is None or not same_item(origin, move):
            return None
        opposite = (origin["quantity"] < 0) != (move["quantity"] < 0)
        return int(origin["entry_id"]) if opposite else None

    def is_output(self, entry: int) -> bool:
        move = self.moves[entry]
        return (
            move["kind"] in ("output", "by_product")
            and move["work_order_id"] is not None
            and move["quantity"] > 0
            and self.origin_of(entry) is None
        )

    def order_of(self, entry: int) -> Row:
        number = self.moves[entry]["work_order_id"]
        unknown = {"work_order_id": number, "is_closed": False, "planned_quantity": 0}
        return self.orders.get(number, {**unknown, "labour_amount": 0, "overhead_amount": 0, "subcontract_amount": 0})

    def stated(self, entry: int, prefix: str = "") -> Amounts | None:
        move = self.moves[entry]
        if move[f"{prefix}material_amount"] is None:
            return None
        return [move[f"{prefix}{name}_amount"] or 0 for name in COMPONENTS]

    def own_amounts(self, entry: int) -> Amounts | None:
        """What an output is worth before its order's cost is known: the estimate; a by-product's stated value first."""
        move = self.moves[entry]
        if self.method(move) == "standard" and not self.order_of(entry)["is_closed"]:
            versions = self.standards_of(move)
            current = [s for s in versions if s["effective_date"] <= move["effective_date"]] or versions[:1]
            return self.at_standard(Item("standard", standard=current[-1]), move["quantity"])
        if self.moves[entry]["kind"] == "by_product":
            return self.stated(entry) or self.stated(entry, "estimated_")
        return self.stated(entry, "estimated_")

    def comes_out_estimated(self, entry: int) -> bool:
        """An output of an open work order, or of a closed one whose cost it takes and into which an estimate went."""
        move = self.moves[entry]
        if self.order_of(entry)["is_closed"]:
            takes = move["kind"] == "output" or (move.get("cost_share") or 0) > 0
            return takes and move["work_order_id"] in self.estimated_orders
        return move["kind"] == "output" or move["material_amount"] is None

    def mark(self, entry: int) -> None:
        """Marks an entry, and the order it was issued to; counts it when somebody already took it for final."""
        if entry in self.estimated:
            return
        self.estimated.add(entry)
        number = self.moves[entry]["work_order_id"]
        if self.moves[entry]["quantity"] < 0 and number is not None and number not in self.estimated_orders:
            self.estimated_orders.add(number)
            self.change += number in self.read_orders
        self.change += entry in self.read_debts

    def is_last_known_estimated(self, entry: int) -> bool:
        known = self.pool_of(entry).last_known or self.item_of(entry).last_known
        return self.item_of(entry).method != "standard" and known is not None and known[2]

    def is_cost_of_the_day_estimated(self, entry: int) -> bool:
        held, _, is_estimated = self.held(entry)
        if held > 0 and self.item_of(entry).method != "standard":
            return is_estimated
        return self.is_last_known_estimated(entry)

    # order of play

    def place(self, entry: int) -> tuple[Any, ...]:
        move = self.moves[entry]
        on, rank = move["effective_date"], RANKS[move["kind"]]
        own: tuple[Any, ...] = (on, 0, on, rank, move["recorded_at"], entry, 0)
        if self.method(move) == "month_average":
            since = on
            while since.day > 1 and self.method_of_day(move, since - timedelta(1)) == "month_average":
                since -= timedelta(1)
            own = (since, 1 if move["quantity"] < 0 else 0, *own[2:])
        origin = self.origin_of(entry)
        if origin is None:
            return own
        its = self.place(origin)
        return own if own >= its else (*its[:-1], its[-1] + 1)

    def turn(self, entry: int) -> tuple[Any, ...]:
        return self.turns[entry]

    def groups(self) -> list[list[int]]:
        """Entries of items that consume each other, lowest consumed first, each in order of play."""
        consumed: dict[Any, set[Any]] = {}
        for entry, move in self.moves.items():
            item = (move["company_id"], move["item_id"])
            consumed.setdefault(item, set())
            number = move["work_order_id"]
            if number is None:
                continue
            if not self.is_output(entry):
                consumed.setdefault(number, set()).add(item)
            elif self.order_of(entry)["is_closed"] or self.own_amounts(entry) is None:
                consumed[item].add(number)
                consumed.setdefault(number, set())
        below = {node: self.reachable(node, consumed) for node in consumed}
        items = [node for node in consumed if isinstance(node, tuple)]
        classes: list[list[Any]] = []
        for item in sorted(items, key=lambda node: (len(below[node]), node)):
            for members in classes:
                if item in below[members[0]] and members[0] in below[item]:
                    members.append(item)
                    break
            else:
                classes.append([item])
        result = []
        for members in classes:
            own = [e for e, move in self.moves.items() if (move["company_id"], move["item_id"]) in members]
            result.append(sorted(own, key=self.turn))
        return result

    @staticmethod
    def reachable(start: Any, edges: dict[Any, set[Any]]) -> set[Any]:
        found, waiting = {start}, [start]
        while waiting:
            for node in edges[waiting.pop()] - found:
                found.add(node)
                waiting.append(node)
        return found

    # values

    def now_worth(self, entry: int, value: Amounts) -> None:
        """Notes the value of an entry; counts the change when the cost of its work order was already used this
        round."""
        self.is_beyond = self.is_beyond or any(abs(amount) > LARGEST_VALUE for amount in value)
        difference = minus(value, self.value.get(entry, zero()))
        self.value[entry] = list(value)
        if any(difference) and not self.is_output(entry) and self.moves[entry]["work_order_id"] in self.read_orders:
            self.change += max(abs(sum(difference)), 1)

    def order_cost(self, number: int) -> Amounts:
        order = self.orders.get(number, {})
        cost = [order.get(f"{name}_amount", 0) for name in COMPONENTS]
        for entry in self.entries_of.get(number, ()):
            move = self.moves[entry]
            if not self.is_output(entry):
                value = self.value.get(entry, zero())
                if self.is_stated_return(entry):
                    value = self.stated(entry) or zero()
                cost = plus(cost, value) if move["quantity"] < 0 else minus(cost, value)
        return cost

    def is_stated_return(self, entry: int) -> bool:
        move = self.moves[entry]
        return move["quantity"] > 0 and self.origin_of(entry) is None and move["material_amount"] is not None

    def outputs(self, number: int) -> list[int]:
        return sorted((e for e in self.entries_of.get(number, ()) if self.is_output(e)), key=self.turn)

    def output_values(self, number: int) -> dict[int, Amounts]:
        """What every output of a work order takes of its cost."""
        outputs = self.outputs(number)
        order = self.order_of(outputs[0])
        left = self.order_cost(number)
        cost = sum(left)
        self.is_beyond = self.is_beyond or abs(cost) > LARGEST_VALUE
        values: dict[int, Amounts] = {}
        good = []
        for entry in outputs:
            move = self.moves[entry]
            own = self.own_amounts(entry)
            share = move.get("cost_share")
            if move["kind"] == "output":
                if order["is_closed"] or own is None:
                    good.append(entry)
                else:
                    values[entry] = own
                continue
            if share is not None and (order["is_closed"] or own is None):
                amount = round(Fraction(cost * share, 1_000_000))
                values[entry] = by_component(amount, left, share, 1_000_000)
            else:
                values[entry] = own or zero()
            left = minus(left, values[entry])
        if order["is_closed"]:
            quantities = [self.moves[entry]["quantity"] for entry in good]
            amounts = by_largest_remainder(sum(left), quantities) if good else []
            for k, entry in enumerate(good):
                rest = sum(quantities[k:])
                last = k == len(good) - 1
                values[entry] = left if last else by_component(amounts[k], left, quantities[k], rest)
                left = minus(left, values[entry])
            return values
        whole = max(order["planned_quantity"], sum(self.moves[entry]["quantity"] for entry in good))
        total, so_far, given = sum(left), 0, 0
        for entry in good:
            quantity = self.moves[entry]["quantity"]
            upto = round(Fraction(total * (so_far + quantity), whole))
            values[entry] = by_component(upto - given, left, quantity, whole - so_far)
            left = minus(left, values[entry])
            so_far, given = so_far + quantity, upto
        return values

    def last_known(self, entry: int, quantity: int) -> Amounts | None:
        item = self.item_of(entry)
        if item.method == "standard":
            return self.at_standard(item, quantity)
        known = self.pool_of(entry).last_known or item.last_known
        return None if known is None else at_rate(known[1], quantity, known[0])

    def held(self, entry: int) -> tuple[int, Amounts, bool]:
        pool = self.pool_of(entry)
        if self.item_of(entry).method in LAYERED:
            return pool.lot_stock()
        return pool.pot.quantity, pool.pot.value, pool.pot.is_estimated

    def cost_of_the_day(self, entry: int, quantity: int) -> Amounts | None:
        held, worth, _ = self.held(entry)
        if held > 0 and self.item_of(entry).method != "standard":
            return at_rate(worth, quantity, held)
        known = self.last_known(entry, quantity)
        if known is None and self.origin_of(entry) is None and self.moves[entry]["work_order_id"] is None:
            known = self.stated(entry, "estimated_")
        return known

    # play

    def item_of(self, entry: int) -> Item:
        move = self.moves[entry]
        return self.items[(move["company_id"], move["item_id"])]

    def pool_of(self, entry: int) -> Pool:
        move = self.moves[entry]
        lot = (move.get("lot_id") or 0,) if (move["company_id"], move["item_id"]) in self.by_lot else ()
        key = (move["company_id"], move["item_id"], move["warehouse_id"], *lot)
        if key not in self.pools:
            self.pools[key] = Pool()
            others = self.pools_of(move)
            if self.item_of(entry).method == "month_average" and len(others) > 1:
                self.pools[key].pot = next(pool for pool in others if pool is not self.pools[key]).pot
        return self.pools[key]

    def pools_of(self, move: Row) -> list[Pool]:
        owner = (move["company_id"], move["item_id"])
        return [pool for key, pool in sorted(self.pools.items(), key=lambda pair: pair[0]) if key[:2] == owner]

    def method(self, move: Row) -> str:
        return self.methods_of[move["entry_id"]]

    def told_method(self, move: Row, day: date | None = None) -> str:
        """The method an item was put on, as of a day (else the move's)."""
        versions = sorted((m for m in self.methods if same_item(m, move)), key=lambda m: m["effective_date"])
        if not versions:
            return "fifo"
        asked = max(day or move["effective_date"], versions[0]["effective_date"])
        return str([m for m in versions if m["effective_date"] <= asked][-1]["method"])

    def method_of_day(self, move: Row, day: date) -> str:
        """The method an item is on: without a standard cost it cannot be on standard."""
        method = self.told_method(move, day)
        has_standard = any(same_item(standard, move) for standard in self.standards)
        return "moving_average" if method == "standard" and not has_standard else method

    def prepare(self, entry: int) -> None:
        """Puts the item of an entry on the method and standard of its day."""
        move = self.moves[entry]
        owner = (move["company_id"], move["item_id"])
        if owner not in self.items:
            standards = self.standards_of(move)
            self.items[owner] = Item(self.method_of_day(move, date.min), standard=standards[0] if standards else None)
        self.bring_to(move, move["effective_date"])

    def bring_to(self, move: Row, day: date) -> None:
        """Lets come into force, day by day, what came into force since the item was last asked for: methods first,
        then standard costs. What is on hand on the day of a new standard, or of a change to standard, is revalued."""
        item = self.items[(move["company_id"], move["item_id"])]
        happened = {row["effective_date"] for row in (*self.methods, *self.standards) if same_item(row, move)}
        for since in sorted(happened):
            if not item.brought_to < since <= day:
                continue
            method = self.method_of_day(move, since)
            if item.method != method and (item.method not in LAYERED or method not in LAYERED):
                self.into_lots(move)
                self.into_pots(move, method)
            before, item.method = item.method, method
            told = [s for s in self.standards_of(move) if s["effective_date"] <= since] or self.standards_of(move)[:1]
            if method == "standard" and (before != "standard" or item.standard is not told[-1]):
                item.standard = told[-1]
                self.revalue(move, since)
        item.brought_to = max(item.brought_to, day)

    def into_lots(self, move: Row) -> None:
        """What a pot holds goes back to the lots, by quantity."""
        if self.items[(move["company_id"], move["item_id"])].method in LAYERED:
            return
        for pool in self.pools_of(move):
            for lot in pool.lots:
                is_estimated = pool.pot.is_estimated and lot.stock.quantity > 0
                lot.stock = Stock.of(lot.stock.quantity, pool.pot.cut(lot.stock.quantity), is_estimated)

    def into_pots(self, move: Row, method: str) -> None:
        """Lots give their value to a pot: one for each warehouse, on month average one for all."""
        pools = self.pools_of(move)
        if method == "month_average":
            quantity, value, is_estimated = 0, zero(), False
            for pool in pools:
                part = pool.lot_stock()
                quantity, value = quantity + part[0], plus(value, part[1])
                is_estimated = is_estimated or part[2]
            pot = Stock.of(quantity, value, is_estimated)
            for pool in pools:
                pool.pot = pot
        else:
            for pool in pools:
                pool.pot = Stock.of(*pool.lot_stock())

    def revalue(self, move: Row, since: date) -> None:
        """Brings what is on hand to the standard cost in force, as of a day."""
        owner = (move["company_id"], move["item_id"])
        item = self.items[owner]
        for key, pool in sorted(self.pools.items(), key=lambda pair: pair[0]):
            if key[:2] == owner and pool.pot.quantity > 0:
                worth = self.at_standard(item, pool.pot.quantity)
                fell_by = minus(pool.pot.value, worth)
                pool.pot.restart(pool.pot.quantity, worth)
                pool.pot.is_estimated = False
                place = (*key[:3], since)
                so_far = self.round_revaluations.get(place, zero())
                self.round_revaluations[place] = plus(so_far, fell_by)

    def standards_of(self, move: Row) -> list[Row]:
        return sorted((s for s in self.standards if same_item(s, move)), key=lambda s: s["effective_date"])

    @staticmethod
    def at_standard(item: Item, quantity: int) -> Amounts:
        assert item.standard is not None
        return at_rate([item.standard[f"{name}_unit_cost"] for name in COMPONENTS], quantity, 10**12)

    def lay(self, entry: int, lot_entry: int, date: Any, quantity: int, value: Amounts, is_estimated: bool) -> None:
        pool, item = self.pool_of(entry), self.item_of(entry)
        if item.method not in LAYERED:
            pool.pot.restart(pool.pot.quantity + quantity, plus(pool.pot.value, value))
            pool.pot.is_estimated = pool.pot.is_estimated or is_estimated
            value = zero()
        lot = Lot(lot_entry, date, Stock.of(quantity, value, is_estimated))
        pool.lots.append(lot)
        while pool.debts and lot.stock.quantity > 0:
            debt = pool.debts[0]
            part = min(debt.quantity, lot.stock.quantity)
            debt.settled = plus(debt.settled, self.take(debt.entry, pool, lot, part))
            debt.quantity -= part
            if debt.quantity == 0:
                pool.debts.pop(0)
                self.settle(debt)
                self.open_debts.discard(debt.entry)

    def settle(self, debt: Debt) -> None:
        difference = minus(debt.settled, self.owed[debt.entry])
        self.owed[debt.entry] = debt.settled
        if any(difference):
            self.now_worth(debt.entry, plus(self.value[debt.entry], difference))
            if debt.entry in self.read_debts:
                self.change += max(abs(sum(difference)), 1)

    def take(self, entry: int, pool: Pool, lot: Lot, quantity: int) -> Amounts:
        if self.item_of(entry).method not in LAYERED:
            is_estimated = pool.pot.is_estimated
            lot.stock.cut(quantity)
            value = pool.pot.cut(quantity)
        else:
            is_estimated = lot.stock.is_estimated
            value = lot.stock.cut(quantity)
        if is_estimated:
            self.mark(entry)
        self.slices.setdefault(entry, []).append((lot.entry, lot.date, quantity, value, is_estimated))
        return value

    def play_out(self, entry: int) -> None:
        pool, need, value = self.pool_of(entry), -self.moves[entry]["quantity"], zero()
        origin = self.origin_of(entry)
        its_own = [lot for lot in reversed(pool.lots) if origin is not None and lot.entry == origin]
        for lot in its_own + pool.lots:
            part = min(need, lot.stock.quantity)
            if part > 0:
                value = plus(value, self.take(entry, pool, lot, part))
                need -= part
        if need > 0:
            if entry not in self.owed:
                self.owed[entry] = self.last_known(entry, need) or zero()
            pool.debts.append(Debt(entry, need))
            self.open_debts.add(entry)
            value = plus(value, self.owed[entry])
        self.now_worth(entry, value)

    def play_in(self, entry: int) -> None:
        move = self.moves[entry]
        quantity = move["quantity"]
        value: Amounts | None
        is_estimated = False
        if quantity == 0:
            self.value[entry] = zero()
            return
        origin = self.origin_of(entry)
        if origin is not None:
            gone = -self.moves[origin]["quantity"]
            if move["kind"] == "transfer_in" and quantity == gone and self.returned.get(origin, (0, zero()))[0] == 0:
                self.move_over(entry, origin)
                return
            value, is_estimated = self.bring_back(entry, origin)
        elif self.is_output(entry):
            is_estimated = self.comes_out_estimated(entry)
            number = move["work_order_id"]
            own = self.own_amounts(entry)
            if not self.order_of(entry)["is_closed"] and own is not None:
                value = own
            else:
                self.read_orders.add(number)
                value = self.output_values(number)[entry]
        elif move["material_amount"] is not None:
            value = self.stated(entry)
        else:
            is_estimated = self.is_cost_of_the_day_estimated(entry)
            value = self.cost_of_the_day(entry, quantity)
        if value is None:
            self.without_price.add(entry)
        if self.is_stated_return(entry):
            self.value[entry] = value or zero()
        else:
            self.now_worth(entry, value or zero())
        if self.item_of(entry).method == "standard":
            value = self.to_standard(entry, value or zero())
            is_estimated = False
        if is_estimated:
            self.mark(entry)
        if quantity > 0:
            if entry not in self.without_price:
                self.remember(entry, quantity, value or zero())
            self.lay(entry, entry, received_date(move), quantity, value or zero(), entry in self.estimated)

    def to_standard(self, entry: int, cost: Amounts) -> Amounts:
        """What comes in, comes in at standard; the difference is a variance."""
        worth = self.at_standard(self.item_of(entry), self.moves[entry]["quantity"])
        self.variances[entry] = minus(cost, worth)
        return worth

    def remember(self, entry: int, quantity: int, value: Amounts) -> None:
        known = (quantity, value, entry in self.estimated)
        self.pool_of(entry).last_known = self.item_of(entry).last_known = known

    def bring_back(self, entry: int, origin: int) -> tuple[Amounts, bool]:
        """What comes back, and whether it is estimated."""
        if origin in self.open_debts:
            self.read_debts.add(origin)
        quantity, gone = self.moves[entry]["quantity"], -self.moves[origin]["quantity"]
        back_quantity, back_value = self.returned.get(origin, (0, zero()))
        worth = self.value[origin]
        rest = Stock(gone, sum(worth), gone - back_quantity, minus(worth, back_value))
        part = min(quantity, rest.quantity)
        value = rest.cut(part) if part > 0 else zero()
        self.returned[origin] = (back_quantity + part, plus(back_value, value))
        is_estimated = part > 0 and origin in self.estimated
        if part < quantity:
            is_estimated = is_estimated or self.is_cost_of_the_day_estimated(entry)
            more = self.cost_of_the_day(entry, quantity - part)
            if more is None:
                self.without_price.add(entry)
            return plus(value, more or zero()), is_estimated
        return value, is_estimated

    def move_over(self, entry: int, origin: int) -> None:
        if origin in self.open_debts:
            self.read_debts.add(origin)
        move, worth = self.moves[entry], self.value[origin]
        self.returned[origin] = (move["quantity"], worth)
        self.now_worth(entry, worth)
        if origin in self.estimated:
            self.mark(entry)
        self.remember(entry, move["quantity"], worth)
        owes = self.owed_quantity(origin)
        covered = move["quantity"] - owes
        rest = list(worth)
        for lot_entry, received, quantity, value, is_estimated in list(self.slices.get(origin, [])):
            if covered == 0:
                break
            covered -= quantity
            rest = minus(rest, value)
            self.lay(entry, lot_entry, received, quantity, value, is_estimated)
        if owes:
            self.lay(entry, entry, received_date(move), owes, rest, origin in self.estimated)

    def owed_quantity(self, entry: int) -> int:
        """How much of an outflow was not covered when it went out."""
        return self.owed_at_first.get(entry, 0)

    def play_round(self, group: list[int]) -> None:
        self.pools, self.items, self.returned, self.round_revaluations = {}, {}, {}, {}
        self.open_debts, self.read_orders, self.read_debts = set(), set(), set()
        self.owed_at_first = {}
        self.change, self.is_beyond = 0, False
        for entry in group:
            self.slices.pop(entry, None)
            self.without_price.discard(entry)
            self.variances.pop(entry, None)
        for entry in group:
            self.prepare(entry)
            if self.moves[entry]["quantity"] < 0:
                before = sum(debt.quantity for debt in self.pool_of(entry).debts)
                self.play_out(entry)
                self.owed_at_first[entry] = sum(debt.quantity for debt in self.pool_of(entry).debts) - before
            else:
                self.play_in(entry)
        waiting = [debt for pool in self.pools.values() for debt in pool.debts]
        place = {entry: k for k, entry in enumerate(group)}
        self.uncovered = {e: found for e, found in self.uncovered.items() if e not in place}
        for debt in sorted(waiting, key=lambda debt: place[debt.entry]):
            rest = self.last_known(debt.entry, debt.quantity) or zero()
            self.uncovered[debt.entry] = (debt.quantity, rest)
            debt.settled = plus(debt.settled, rest)
            if self.is_last_known_estimated(debt.entry):
                self.mark(debt.entry)
            self.settle(debt)

    def play_group(self, group: list[int]) -> None:
        first = 0
        for _ in range(ROUNDS):
            self.play_round(group)
            if self.is_beyond:
                break
            if self.change == 0:
                return
            first = first or self.change
        if self.is_beyond or 2 * self.change > first:
            for entry in group:
                self.value.pop(entry, None)
                self.owed.pop(entry, None)
            self.play_round(group)

    def play(self) -> None:
        for group in self.groups():
            self.play_group(group)
            for company, item in self.items:
                move = {"company_id": company, "item_id": item}
                self.bring_to(move, FOREVER)
                self.into_lots(move)
            self.revaluations |= self.round_revaluations
            for (company, item, warehouse, *lots), pool in self.pools.items():
                of_lot = lots[0] if lots else None
                for lot in pool.lots:
                    if lot.stock.quantity > 0:
                        stock = lot.stock
                        self.layers.append(
                            (lot.entry, company, item, warehouse, stock.quantity, stock.value, lot.date, of_lot)
                        )
                for debt in pool.debts:
                    quantity, value = self.uncovered[debt.entry]
                    date = received_date(self.moves[debt.entry])
                    owed = [-amount for amount in value]
                    self.layers.append((debt.entry, company, item, warehouse, -quantity, owed, date, of_lot))


def received_date(move: Row) -> Any:
    """The day from which goods age."""
    return move["received_date"] or move["effective_date"]


def same_item(left: Row, right: Row) -> bool:
    return (left["company_id"], left["item_id"]) == (right["company_id"], right["item_id"])


def reference_costs(
    moves: Iterable[Row], orders: Iterable[Row], methods: Iterable[Row], standards: Iterable[Row] = ()
) -> Reference:
    """The history played to its end."""
    reference = Reference(
        {move["entry_id"]: move for move in moves},
        {order["work_order_id"]: order for order in orders},
        list(methods),
        list(standards),
    )
    reference.play()
    return reference
