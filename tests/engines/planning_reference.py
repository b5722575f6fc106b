"""Material requirements planning said plainly: dictionaries, dates and loops, slow and obvious.

Written from the rules of planning.md alone, to disagree with the engine wherever the engine is wrong. Requirements are
named by their demand, or by the supply they are a component of and their item; supplies by what they are. Quantities
are whole micro-quantities.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, isqrt
from typing import Any

Place = tuple[str, str]
Name = tuple[Any, ...]
Version = tuple[date, date | None, int, dict[str, tuple[int, int]], bool, int]
NEVER = date.max


@dataclass
class Requirement:
    name: Name
    place: Place
    quantity: int
    need: date
    priority: float
    line: int | None = None
    work_order: str | None = None
    last_day: date | None = None
    is_held: bool = False
    pegs: list[tuple[Supply | None, int]] = field(default_factory=list)


@dataclass
class Supply:
    name: Name
    place: Place
    quantity: int
    counts_from: date
    due: date
    kind: str
    release: date | None = None
    source: Place | None = None
    supplier: str | None = None
    takes: int = 0
    alternate: int | None = None
    components: list[Requirement] = field(default_factory=list)
    serves: list[Requirement] = field(default_factory=list)
    free: int = 0
    expected: date | None = None
    held_up: int = 0


@dataclass
class Factory:
    """items: place → parameters; boms: item → versions (date, end or None, output quantity, {component: (quantity,
    scrap rate)}, whether a phantom, yield rate); alternates: item → the same for each alternate by priority; routes:
    (item or None, from warehouse, to warehouse, transit days)."""

    as_of: date
    horizon_days: int
    items: dict[Place, dict[str, Any]]
    boms: dict[str, list[Version]]
    stock: dict[Place, int]
    demands: list[dict[str, Any]]
    supplies: list[dict[str, Any]]
    holidays: set[date] = field(default_factory=set)
    routes: list[tuple[str | None, str, str, int]] = field(default_factory=list)
    expiring: dict[tuple[Place, date], int] = field(default_factory=dict)
    by_products: dict[tuple[str, date], dict[str, int]] = field(default_factory=dict)
    below: dict[str, set[str]] = field(default_factory=dict)
    alternates: dict[str, list[list[Version]]] = field(default_factory=dict)

    def is_worked(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def back(self, day: date, lead: int) -> date:
        while not self.is_worked(day):
            day -= timedelta(1)
        while lead:
            day -= timedelta(1)
            lead -= self.is_worked(day)
        return day

    def on(self, day: date, lead: int) -> date:
        while not self.is_worked(day):
            day += timedelta(1)
        while lead:
            day += timedelta(1)
            lead -= self.is_worked(day)
        return day

    def worked_between(self, start: date, end: date) -> int:
        """Worked days after start up to and with end."""
        return sum(self.is_worked(start + timedelta(n)) for n in range(1, (end - start).days + 1))


def lot(shortage: int, item: dict[str, Any], economic: int, least: int) -> int:
    minimum, multiple = item["minimum_quantity"] or 0, item["multiple_quantity"] or 0
    quantity, step = max(shortage, least), 0
    if item["lot_policy"] == "fixed":
        step = multiple or minimum
    elif item["lot_policy"] != "lot_for_lot":
        if item["lot_policy"] == "economic" and economic:
            quantity = ceil(Fraction(quantity, economic)) * economic
        quantity, step = max(quantity, minimum), multiple
    if step:
        quantity = ceil(Fraction(quantity, step)) * step
    maximum = item["maximum_quantity"] or 0
    if 0 < maximum < quantity:
        return maximum // step * step if 0 < step <= maximum else maximum
    return quantity


def economic_lot(required: int, days: int, part_period: int) -> int:
    """√(2 · use a day · unit-days worth an order), to the nearest."""
    if required <= 0 or part_period <= 0:
        return 0
    return max((isqrt(8 * required * part_period // days) + 1) // 2, 1)


def last_covered(item: dict[str, Any], part_period: int, need: dict[date, int]) -> date:
    """The last of the days whose need one order is made for, the first of the days being short. need: what each day
    needs on top of the days before."""
    days = sorted(need)
    first = days[0]
    wanted = [day for day in days if need[day] > 0]

    def held(until: date) -> int:
        return sum(need[day] * (day - first).days for day in days if day <= until)

    if item["lot_policy"] in ("period", "order_up_to"):
        return max(day for day in days if day < first + timedelta(item["period_days"]))
    if item["lot_policy"] == "silver_meal":
        best = first
        for day in wanted[1:]:
            if Fraction(part_period + held(day), (day - first).days + 1) > Fraction(
                part_period + held(best), (best - first).days + 1
            ):
                break
            best = day
        return best
    if item["lot_policy"] == "least_total_cost":
        best = first
        for day in wanted[1:]:
            if held(day) > part_period:
                nearer = held(day) - part_period < part_period - held(best)
                return day if nearer else best
            best = day
        return best
    if item["lot_policy"] == "wagner_whitin":
        ways: dict[int, tuple[int, int]] = {len(wanted): (0, 0)}
        for start in range(len(wanted) - 1, -1, -1):
            ways[start] = min(
                (
                    part_period
                    + sum(need[day] * (day - wanted[start]).days for day in wanted[start : end + 1])
                    + ways[end + 1][0],
                    -end,
                )
                for end in range(start, len(wanted))
            )
        return wanted[-ways[0][1]]
    return first


def lead_time(item: dict[str, Any], quantity: int) -> int:
    routing = item["setup_days_nano"] + Fraction(item["run_days_nano"] * quantity, 1_000_000)
    return int(item["lead_time_days"]) + (ceil(Fraction(ceil(routing), 10**9)) if item["kind"] == "made" else 0)


@dataclass
class Plan:
    requirements: list[Requirement]
    supplies: list[Supply]
    available: dict[Name, date]
    covered: dict[Name, date]
    predicted: dict[int, date | None]


def plan(factory: Factory) -> Plan:
    as_of = factory.as_of
    requirements: dict[Place, list[Requirement]] = {place: [] for place in factory.items}
    supplies: dict[Place, list[Supply]] = {place: [] for place in factory.items}
    orders: dict[str, Supply] = {}
    for given in factory.supplies:
        supply = Supply(
            (given["supply_id"],),
            (given["item_id"], given["warehouse_id"]),
            given["quantity"],
            max(given["due_date"], as_of),
            given["due_date"],
            given["kind"],
            supplier=given["supplier_id"],
            expected=given["expected_date"],
        )
        supplies[supply.place].append(supply)
        orders[given["supply_id"]] = supply
    reserved = _reserved(factory)
    for given in sorted(factory.demands, key=lambda given: given["demand_id"]):
        need = Requirement(
            (given["demand_id"],),
            (given["item_id"], given["warehouse_id"]),
            given["quantity"],
            given["need_date"],
            float("inf") if given["priority"] is None else given["priority"],
            given["sales_order_line_id"],
            given["work_order_id"],
        )
        held = reserved.get(given["demand_id"], 0)
        if held:
            apart = replace(need, quantity=held, is_held=True, pegs=[])
            requirements[need.place].append(apart)
            need.quantity -= held
        if need.quantity == 0:
            continue
        requirements[need.place].append(need)
        order = given["for_supply_id"] or f"WO:{need.work_order}"
        if order in orders:
            orders[order].components.append(need)
    for (place, last), quantity in factory.expiring.items():
        name = (f"EX:{place[0]}@{place[1]}:{last}",)
        requirements[place].append(Requirement(name, place, quantity, last + timedelta(1), -2, last_day=last))
    parent_of = {id(need): order for order in orders.values() for need in order.components}

    waiting = list(factory.items)
    planned_places: list[Place] = []
    pools = {place: _pool(factory, place) for place in factory.items}
    circular = {place for place in factory.items if _comes_back(factory, orders, pools, place)}
    pools = {place: [place] if place in circular else pool for place, pool in pools.items()}
    while waiting:
        # Level by level: what none of the other waiting ones can still ask for.
        level = [
            pool
            for pool in sorted({tuple(pools[place]) for place in waiting})
            if not any(_asks(factory, orders, other, one) for other in waiting if other not in pool for one in pool)
        ]
        for pool in level:
            for place, free in _helping(factory, orders, pool, requirements, supplies):
                waiting.remove(place)
                planned_places.append(place)
                _plan_place(factory, place, requirements, supplies, parent_of, free)

    # An order does not wait for what is planned before it: a transfer from a warehouse that is short to one that helps.
    turn = {place: number for number, place in enumerate(planned_places)}
    for order in orders.values():
        order.components = [need for need in order.components if turn[need.place] > turn[order.place]]

    in_turn = [supply for place in reversed(planned_places) for supply in supplies[place]]
    available = _availability(factory, in_turn, is_expected=False)
    really = _availability(factory, in_turn, is_expected=True)
    every = [need for place in planned_places for need in requirements[place]]
    covered = {need.name: _covered(need, available, as_of) for need in every}
    predicted: dict[int, date | None] = {}
    for need in every:
        if need.line is not None:
            there = _covered(need, really, as_of)
            day = None if there == NEVER else max(there, need.need, as_of)
            before = predicted.get(need.line, as_of)
            predicted[need.line] = None if day is None or before is None else max(before, day)
    return Plan(every, [s for place in planned_places for s in supplies[place]], available, covered, predicted)


def _reserved(factory: Factory) -> dict[str, int]:
    """By demand, what of the stock is reserved for it, as far as there is stock."""
    left = {place: max(factory.stock.get(place, 0), 0) for place in factory.items}
    reserved: dict[str, int] = {}
    for given in sorted(factory.demands, key=lambda given: (given["need_date"], given["demand_id"])):
        place = (given["item_id"], given["warehouse_id"])
        if given["kind"] == "sales_order":
            held = min(given["reserved_quantity"] or 0, given["quantity"], left[place])
            left[place] -= held
            reserved[given["demand_id"]] = held
    return reserved


def joined(plans: list[Plan]) -> Plan:
    """The plans of factories that have no name in common, as one."""
    whole = Plan([], [], {}, {}, {})
    for one in plans:
        whole.requirements.extend(one.requirements)
        whole.supplies.extend(one.supplies)
        whole.available.update(one.available)
        whole.covered.update(one.covered)
        whole.predicted.update(one.predicted)
    return whole


def _asks(factory: Factory, orders: dict[str, Supply], parent: Place, component: Place) -> bool:
    route = _route(factory, parent)
    if route is not None:
        if (parent[0], route[0]) == component:
            return True
    elif (
        parent[1] == component[1]
        and factory.items[parent]["kind"] == "made"
        and component[0] in _below(factory, parent[0]) | _beside(factory, parent[0])
    ):
        return True
    return any(
        order.place == parent and need.place == component for order in orders.values() for need in order.components
    )


def _route(factory: Factory, place: Place) -> tuple[str, int] | None:
    """Warehouse and transit days of the route that supplies the place."""
    found = [
        (item is None, transit, start)
        for item, start, end, transit in factory.routes
        if item in (None, place[0]) and end == place[1] and (place[0], start) in factory.items
    ]
    return (min(found)[2], min(found)[1]) if found else None


def _pool(factory: Factory, place: Place) -> list[Place]:
    """The warehouses that may give the place what they have free, itself among them."""
    if _route(factory, place) is not None:
        return [place]
    return sorted(other for other in factory.items if other[0] == place[0] and _route(factory, other) is None)


def _comes_back(factory: Factory, orders: dict[str, Supply], pools: dict[Place, list[Place]], place: Place) -> bool:
    """Whether the pool of the place asks for something that asks for the pool again."""
    seen: set[Place] = set()
    ahead = list(pools[place])
    while ahead:
        one = ahead.pop()
        for other in factory.items:
            if other not in seen and other not in pools[one] and _asks(factory, orders, one, other):
                seen.update(pools[other])
                ahead += pools[other]
    return place in seen


def _helping(
    factory: Factory,
    orders: dict[str, Supply],
    pool: tuple[Place, ...],
    requirements: dict[Place, list[Requirement]],
    supplies: dict[Place, list[Supply]],
) -> list[tuple[Place, dict[Place, int]]]:
    """The places of a pool in the order in which they are planned, those that are short first, each with what is free
    in all of them."""
    if len(pool) == 1:
        return [(pool[0], {})]
    ranked: list[Place] = []
    while len(ranked) < len(pool):
        rest = [place for place in pool if place not in ranked]
        ranked += [
            place for place in rest if not any(_asks(factory, orders, other, place) for other in rest if other != place)
        ]
    free = {place: _free(factory, place, requirements[place], supplies[place]) for place in ranked}
    return [(place, free) for place in sorted(ranked, key=lambda one: free[one] > 0)]


def _expire(factory: Factory, place: Place, needs: list[Requirement]) -> None:
    """What expires is required as far as nothing that comes before uses it, what expires first being used first."""
    used = 0
    for lot in sorted((need for need in needs if need.last_day), key=lambda need: need.need):
        assert lot.last_day is not None
        held = factory.expiring[place, lot.last_day]
        wanted = sum(need.quantity for need in needs if not need.last_day and need.need <= lot.last_day)
        taken = min(held, wanted - used)
        used += taken
        lot.quantity = held - taken


def _free(factory: Factory, place: Place, needs: list[Requirement], coming: list[Supply]) -> int:
    """What is in stock and never needed."""
    _expire(factory, place, needs)
    safety = factory.items[place]["safety_stock"]
    stock = factory.stock.get(place, 0)
    held = sum(need.quantity for need in needs if need.is_held)
    balances = [stock - max(safety, 0) - held]
    for day in {max(need.need, factory.as_of) for need in needs if not need.is_held}:
        received = sum(supply.quantity for supply in coming if supply.counts_from <= day)
        required = sum(need.quantity for need in needs if need.is_held or need.need <= day)
        balances.append(stock + received - safety - required)
    return max(min(balances), 0)


def _considered(factory: Factory, item: str) -> list[Version]:
    """The versions of the main BOM in force today or later."""
    return _still_considered(factory, factory.boms.get(item, []))


def _still_considered(factory: Factory, every: list[Version]) -> list[Version]:
    versions = sorted(every, key=lambda version: version[0])
    past = [version for version in versions if version[0] <= factory.as_of]
    known = past[-1:] + [version for version in versions if version[0] > factory.as_of]
    return [version for version in known if version[1] is None or version[1] >= factory.as_of]


def _below(factory: Factory, item: str) -> set[str]:
    """What any recipe of the item that may still be used asks for."""
    if item not in factory.below:
        changes = {day for versions in factory.boms.values() for version in versions for day in _edges(version)}
        found: set[str] = set()
        for every in (factory.boms.get(item, []), *factory.alternates.get(item, [])):
            versions = _still_considered(factory, every)
            for version, following in zip(versions, [*versions[1:], None], strict=False):
                for day in {version[0]} | {day for day in changes if day >= version[0]}:
                    if (version[1] is None or day <= version[1]) and (following is None or day < following[0]):
                        found |= {name for name, _ in _lines(factory, item, version, max(day, factory.as_of))}
        factory.below[item] = found
    return factory.below[item]


def _beside(factory: Factory, item: str) -> set[str]:
    """By-products of the versions of the item that may still be used."""
    return {name for version in _considered(factory, item) for name in factory.by_products.get((item, version[0]), {})}


def _edges(version: Version) -> list[date]:
    return [version[0]] + ([] if version[1] is None else [version[1] + timedelta(1)])


def _lines(
    factory: Factory, item: str, version: Version, day: date, above: tuple[str, ...] = ()
) -> list[tuple[str, Fraction]]:
    """Component and quantity per unit, phantoms replaced by their lines."""
    found: list[tuple[str, Fraction]] = []
    for component, (quantity, scrap) in version[3].items():
        share = Fraction(quantity * 1_000_000, version[2] * (1_000_000 - scrap)) * Fraction(1_000_000, version[5])
        started = [one for one in sorted(factory.boms.get(component, [])) if one[0] <= day][-1:]
        known = [one for one in started if one[1] is None or one[1] >= day]
        if known and known[0][4] and component not in above:
            below = _lines(factory, component, known[0], day, (*above, item))
            found += [(name, share * times) for name, times in below]
        else:
            found.append((component, share))
    return found


def _in_force(factory: Factory, item: str, start: date) -> Version | None:
    """The version in force on the start; where there is none, the next one to come."""
    versions = _considered(factory, item)
    started = [version for version in versions if version[0] <= start][-1:]
    if started and (started[0][1] is None or started[0][1] >= start):
        return started[0]
    return next((version for version in versions if version[0] > start), None)


def _made_by(
    factory: Factory,
    place: Place,
    start: date,
    quantity: int,
    requirements: dict[Place, list[Requirement]],
    supplies: dict[Place, list[Supply]],
) -> tuple[Version | None, int]:
    """The version by which an order is made, and its alternate: the first of which nothing is short, else the main."""

    def is_short(version: Version) -> bool:
        asked: dict[str, int] = {}
        for component, share in _lines(factory, place[0], version, max(start, version[0])):
            asked[component] = asked.get(component, 0) + ceil(quantity * share)
        for component, needed in asked.items():
            target = (component, place[1])
            if target not in factory.items:
                continue
            there = factory.stock.get(target, 0) - factory.items[target]["safety_stock"]
            there += sum(supply.quantity for supply in supplies[target] if supply.counts_from <= start)
            required = [need for need in requirements[target] if need.is_held or need.need <= start]
            if there < needed + sum(need.quantity for need in required):
                return True
        return False

    main = _in_force(factory, place[0], start)
    found = [] if main is None else [(main, 1)]
    for number, every in enumerate(factory.alternates.get(place[0], []), start=2):
        versions = [version for version in sorted(every) if version[0] <= start][-1:]
        found += [(version, number) for version in versions if version[1] is None or version[1] >= start]
    if len(found) <= 1 or not factory.alternates.get(place[0]):
        return found[0] if found else (None, 0)
    return next((one for one in found if not is_short(one[0])), found[0])


def _plan_place(
    factory: Factory,
    place: Place,
    requirements: dict[Place, list[Requirement]],
    supplies: dict[Place, list[Supply]],
    parent_of: dict[int, Supply],
    free: dict[Place, int],
) -> None:
    item = factory.items[place]
    route = _route(factory, place)
    if route is not None:
        item = item | {"kind": "bought", "has_source": True, "lead_time_days": route[1]}
    as_of = factory.as_of
    for need in requirements[place]:
        order = parent_of.get(id(need))
        if order is not None and need.priority == float("inf") and order.serves:
            need.priority = order.serves[0].priority
    _expire(factory, place, requirements[place])
    needs = sorted(requirements[place], key=lambda need: (not need.is_held, need.need, need.priority))
    # What is reserved is taken from the first.
    earliest = min([as_of] + [need.need for need in needs if not need.is_held])
    counts = {id(need): earliest if need.is_held else need.need for need in needs}
    stock = factory.stock.get(place, 0)
    safety = item["safety_stock"]
    existing = sorted(
        (supply for supply in supplies[place] if supply.kind != "by_product"),
        key=lambda supply: (supply.counts_from, supply.due, supply.name),
    )
    existing += [supply for supply in supplies[place] if supply.kind == "by_product"]
    existing.sort(key=lambda supply: supply.counts_from)
    days = sorted({as_of} | set(counts.values()) | {supply.counts_from for supply in existing})

    def deficit(day: date) -> int:
        required = sum(need.quantity for need in needs if counts[id(need)] <= day)
        coming = sum(supply.quantity for supply in existing if supply.counts_from <= day)
        return required + safety - stock - coming

    versions = [factory.boms.get(place[0], []), *factory.alternates.get(place[0], [])]
    has_bom = any(_still_considered(factory, every) for every in versions)
    has_source = item["has_source"] if item["kind"] == "bought" else has_bom
    made: list[Supply] = []
    last_day = as_of + timedelta(factory.horizon_days)
    part_period = item["order_cost"] * 1_000_000 // item["holding_cost"]
    required = sum(need.quantity for need in needs if counts[id(need)] <= max(day for day in days if day <= last_day))
    economic = economic_lot(required, factory.horizon_days + 1, part_period)
    given = {
        offer["supplier_id"]: sum(one.quantity for one in existing if one.supplier == offer["supplier_id"])
        for offer in item["offers"]
    }
    for day in days:
        if day > last_day:
            break
        for other, rest in free.items():
            missing = min(deficit(later) for later in days if later >= day) - sum(supply.quantity for supply in made)
            if other != place and rest > 0 and missing > 0:
                quantity = min(rest, missing)
                free[other] -= quantity
                release, due = _dated(factory, item, day, 0)
                made.append(Supply(("move", *place, day, other[1]), place, quantity, day, due, "plan", release, other))
        turn = 0
        while has_source and min(deficit(later) for later in days if later >= day) > sum(one.quantity for one in made):
            planned = sum(supply.quantity for supply in made)
            ahead = [later for later in days if day <= later <= last_day]
            total = {one: max(min(deficit(later) for later in days if later >= one), planned) for one in ahead}
            per_day = {
                one: total[one] - (total[before] if before else planned)
                for before, one in zip([None, *ahead], ahead, strict=False)
            }
            short = min(deficit(later) for later in days if later >= last_covered(item, part_period, per_day)) - planned
            if item["lot_policy"] == "order_up_to":
                short += max(item["target_quantity"] - safety, 0)
            offer = _furthest_behind(item["offers"], given, short) if route is None else None
            quantity = lot(short, item, economic, offer["minimum_quantity"] if offer else 0) if turn < 200 else short
            takes = offer["lead_time_days"] if offer else lead_time(item, quantity)
            if offer:
                given[offer["supplier_id"]] += quantity
            release, due = _dated(factory, item, day, takes)
            source = None if route is None else (place[0], route[0])
            name = ("plan", *place, day, turn)
            made.append(Supply(name, place, quantity, day, due, "plan", release, source, None, takes))
            turn += 1

    sequence = [Supply(("stock", *place), place, stock, as_of, as_of, "stock")] if stock > 0 else []
    known = sorted([*existing, *made], key=lambda supply: (supply.counts_from, supply.kind == "plan"))
    sequence += known
    left = [(supply, supply.quantity) for supply in sequence]
    for need in needs:
        still = need.quantity
        while still:
            while left and left[0][1] == 0:
                left.pop(0)
            if not left:
                need.pegs.append((None, still))
                break
            supply, rest = left[0]
            taken = min(rest, still)
            need.pegs.append((supply, taken))
            supply.serves.append(need)
            left[0] = (supply, rest - taken)
            still -= taken
    for supply, rest in left:
        supply.free = rest
    supplies[place] = sequence

    for supply in made:
        assert supply.release is not None
        start = max(supply.release, as_of)
        version, number = (
            _made_by(factory, place, start, supply.quantity, requirements, supplies)
            if item["kind"] == "made" and supply.source is None
            else (None, 0)
        )
        supply.alternate = number or None
        if version is None and supply.source is None:
            continue
        if supply.serves:
            priority = supply.serves[0].priority
        else:
            priority = _cause_priority(needs, counts, sequence, supply, safety)
        if supply.source is not None:
            need = Requirement((*supply.name, place[0]), supply.source, supply.quantity, supply.release, priority)
            requirements[supply.source].append(need)
            supply.components.append(need)
            continue
        assert version is not None
        brings = factory.by_products.get((place[0], version[0]), {}) if number == 1 else {}
        for beside, quantity in brings.items():
            target = (beside, place[1])
            brought = round(Fraction(supply.quantity * quantity, version[2]))
            if target in supplies and brought:
                day = max(supply.due, as_of)
                supplies[target].append(
                    Supply((*supply.name, "beside", beside), target, brought, day, day, "by_product")
                )
        asked: dict[str, int] = {}
        # Before its first day a version is taken as of that day.
        for component, share in _lines(factory, place[0], version, max(start, version[0])):
            asked[component] = asked.get(component, 0) + ceil(supply.quantity * share)
        for component, quantity in sorted(asked.items()):
            target = (component, place[1])
            if target in factory.items and quantity:
                need = Requirement((*supply.name, component), target, quantity, supply.release, priority)
                requirements[target].append(need)
                supply.components.append(need)


def _furthest_behind(offers: list[dict[str, Any]], given: dict[str, int], need: int) -> dict[str, Any] | None:
    """The supplier that lacks most of its share, the need included."""
    total, shares = sum(given.values()) + need, sum(offer["share_rate"] for offer in offers)
    best = None
    for offer in offers:
        lack = total * offer["share_rate"] // shares - given[offer["supplier_id"]]
        if best is None or lack > best[0]:
            best = (lack, offer)
    return None if best is None else best[1]


def _unfrozen(factory: Factory, item: dict[str, Any], day: date) -> date:
    """The day, or the first one on which something new may come."""
    frozen = item["frozen_days"]
    return max(day, factory.as_of + timedelta(frozen)) if frozen else day


def _dated(factory: Factory, item: dict[str, Any], day: date, takes: int) -> tuple[date, date]:
    """Release and due date of what is needed on the day: not to come in frozen days, not released within the fence."""
    due = _unfrozen(factory, item, day)
    release = factory.back(due, takes)
    fence = factory.as_of + timedelta(item["release_fence_days"])
    if item["release_fence_days"] and release < fence:
        return factory.on(fence, 0), factory.on(fence, takes)
    return release, due


def _cause_priority(
    needs: list[Requirement], counts: dict[int, date], order: list[Supply], supply: Supply, safety: int
) -> float:
    """The priority of the requirement that broke the floor, for a supply that only refills the safety stock."""
    before = 0
    for other in order:
        if other is supply:
            break
        before += other.quantity
    running = 0
    for need in needs:
        running += need.quantity
        if running > before - safety:
            return need.priority if counts[id(need)] <= supply.counts_from else float("inf")
    return float("inf")


def lines_behind(found: Plan) -> dict[Name, set[int]]:
    """The sales order lines that wait for each supply, through all levels."""
    behind: dict[Name, set[int]] = {supply.name: set() for supply in found.supplies}

    def follow(need: Requirement, line: int) -> None:
        for supply, _ in need.pegs:
            if supply is not None and line not in behind[supply.name]:
                behind[supply.name].add(line)
                for component in supply.components:
                    follow(component, line)

    for need in found.requirements:
        if need.line is not None:
            follow(need, need.line)
    return behind


def _covered(need: Requirement, available: dict[Name, date], as_of: date) -> date:
    return max([as_of] + [NEVER if supply is None else available[supply.name] for supply, _ in need.pegs])


def _availability(factory: Factory, in_turn: list[Supply], *, is_expected: bool) -> dict[Name, date]:
    """When each supply is there, components first; existing ones not before their expected dates, if these count."""
    available: dict[Name, date] = {}
    for supply in in_turn:
        day = _available(factory, supply, available)
        if is_expected and supply.expected is not None and supply.expected > day:
            supply.held_up = factory.worked_between(day, supply.expected)
            day = supply.expected
        available[supply.name] = day
    return available


def _available(factory: Factory, supply: Supply, available: dict[Name, date]) -> date:
    as_of = factory.as_of
    covered = {need.name: _covered(need, available, as_of) for need in supply.components}
    if supply.kind == "stock":
        return as_of
    if supply.kind == "plan":
        assert supply.release is not None
        start = max([supply.release, as_of] + [covered[need.name] for need in supply.components])
        return NEVER if start == NEVER else factory.on(start, supply.takes)
    done = max(supply.due, as_of)
    for need in supply.components:
        day = covered[need.name]
        if day > max(need.need, as_of):
            if day == NEVER:
                return NEVER
            done = max(done, factory.on(day, factory.worked_between(need.need, supply.due)))
    return done
