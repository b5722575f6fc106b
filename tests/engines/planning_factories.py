"""Small random factories, as the reference and the engine each want them.

A factory follows from its number, with every feature of planning switched on at random. Several factories in one plan
do not touch each other, for their names differ; so a batch costs hardly more than one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl
from hypothesis import strategies as st

from dbt_project.engines.planning import PlanningInput
from tests.engines.planning_reference import Factory, Version

AS_OF = date(2026, 3, 4)
MICRO = 1_000_000
POLICIES = [
    "lot_for_lot", "minimum_multiple", "fixed", "period", "order_up_to", "economic", "least_total_cost", "silver_meal",
    "wagner_whitin",
]  # fmt: skip
LINES_PER_FACTORY = 100


def factories() -> st.SearchStrategy[Factory]:
    """Any factory, each with days off and a horizon of its own."""
    return st.integers(0, 2**32).map(lambda number: factory_of(number, *surroundings(number)))


def surroundings(number: int) -> tuple[int, set[date]]:
    """Horizon and days off."""
    random = Random(number)
    return random.choice([20, 60]), {AS_OF + timedelta(random.randint(-12, 45)) for _ in range(random.randint(0, 3))}


def factory_of(number: int, horizon_days: int, holidays: set[date], prefix: str = "", first_line: int = 0) -> Factory:
    """Two to six items in one to three warehouses; an item's components come later in the alphabet."""
    random = Random(number)
    names = [prefix + letter for letter in "ABCDEF"[: random.randint(2, 6)]]
    warehouses = random.choice([["W"], ["W"], ["W", "X"], ["W", "X", "Y"]])
    kinds = {name: random.choice(["made", "made", "bought"]) for name in names}
    kinds[names[-1]] = "bought"
    items = {(name, at): _item(random, kinds[name]) for name in names for at in warehouses}
    for name in names:
        offers = _offers(random) if kinds[name] == "bought" and random.random() < 0.3 else []
        for at in warehouses:
            items[name, at]["offers"] = offers
            items[name, at]["has_source"] = bool(offers) or items[name, at]["has_source"]
    boms = {
        name: _versions(random, names[index + 1 :])
        for index, name in enumerate(names)
        if kinds[name] == "made" and random.random() < 0.9
    }
    places = sorted(items)
    stock = {random.choice(places): _quantity(random) for _ in range(random.randint(0, 4))}
    supplies, demands = _orders(random, prefix, names, kinds, places)
    demands += _sales(random, prefix, first_line, places)
    routes: list[tuple[str | None, str, str, int]] = []
    if len(warehouses) > 1:
        for _ in range(random.choice([0, 0, 1, 2])):
            end, start = sorted(random.sample(warehouses, 2))
            routes.append((random.choice(names), start, end, random.randint(0, 4)))
        _transfers(random, prefix, names, warehouses, supplies, demands)
    demands.sort(key=lambda row: str(row["demand_id"]))
    expiring = {
        (place, AS_OF + timedelta(random.choice([0, 5, 30]))): random.randint(1, quantity)
        for place, quantity in stock.items()
        if random.random() < 0.4
    }
    by_products = {
        (name, version[0]): {other: random.choice([MICRO, 333_333])}
        for index, name in enumerate(names)
        for version in boms.get(name, [])
        for other in random.sample(names[index + 1 :], 1)
        if random.random() < 0.2
    }
    alternates = {
        name: [
            [(*version[:4], False, MICRO) for version in _versions(random, names[index + 1 :])]
            for _ in range(random.choice([1, 1, 2]))
        ]
        for index, name in enumerate(names)
        if name in boms and random.random() < 0.4
    }
    for supply in supplies:
        supply["expected_date"] = AS_OF + timedelta(random.randint(-3, 90)) if random.random() < 0.4 else None
    for demand in demands:
        if demand["kind"] == "sales_order" and random.random() < 0.3:
            demand["reserved_quantity"] = random.choice([demand["quantity"], _quantity(random)])
    for versions in [*boms.values(), *(every for of in alternates.values() for every in of)]:
        for number, version in enumerate(versions):
            if random.random() < 0.3:
                versions[number] = (*version[:5], random.choice([900_000, 333_333, 750_000]))
    return Factory(
        AS_OF, horizon_days, items, boms, stock, demands, supplies, holidays, routes, expiring, by_products,
        alternates=alternates,
    )  # fmt: skip


def _quantity(random: Random) -> int:
    return random.choice([random.randint(1, 40) * MICRO, random.randint(1, 30_000_000)])


def _day(random: Random) -> date:
    return AS_OF + timedelta(random.randint(-12, 45))


def _item(random: Random, kind: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "lead_time_days": random.randint(0, 8),
        "safety_stock": random.choice([0, 0, 5 * MICRO, 12_500_000]),
        "lot_policy": random.choice(POLICIES),
        "period_days": random.randint(1, 20),
        "setup_days_nano": random.choice([0, 0, 400_000_000]),
        "run_days_nano": random.choice([0, 0, 12_500_001, 333_333_333]),
        "target_quantity": random.choice([0, 10 * MICRO]),
        "minimum_quantity": random.choice([None, 10 * MICRO, 7_500_000]),
        "multiple_quantity": random.choice([None, 4 * MICRO, 2_500_000]),
        "maximum_quantity": random.choice([None, None, 15 * MICRO, 2_000_000]),
        "frozen_days": random.choice([0, 0, 0, 10]),
        "release_fence_days": random.choice([0, 0, 0, 5]),
        "order_cost": random.choice([50, 200]) * MICRO,
        "holding_cost": random.choice([1, 3]) * MICRO,
        "has_source": random.random() < 0.9,
        "offers": [],
    }


def _offers(random: Random) -> list[dict[str, Any]]:
    """Two or three suppliers that share what is bought."""
    return [
        {
            "supplier_id": f"S{number}", "share_rate": random.choice([100_000, 250_000, 600_000]),
            "lead_time_days": random.randint(0, 6), "minimum_quantity": random.choice([0, 6 * MICRO]),
        }
        for number in range(random.randint(1, 3))
    ]  # fmt: skip


def _versions(random: Random, below: list[str]) -> list[Version]:
    versions: list[Version] = []
    for day in sorted({_day(random) for _ in range(random.randint(1, 2))}):
        end = day + timedelta(random.randint(0, 40)) if random.random() < 0.3 else None
        components = random.sample(below, min(random.randint(1, 3), len(below)))
        lines = {
            name: (random.choice([MICRO, 3 * MICRO, 333_333]), random.choice([0, 50_000]))
            for name in sorted(components)
        }
        output, is_phantom = random.choice([MICRO, 2 * MICRO, 7 * MICRO]), random.random() < 0.2
        versions.append((day, end, output, lines, is_phantom, MICRO))
    return versions


def _supply(
    name: str, kind: str, item: str, warehouse: str, quantity: int, due: date, released: bool
) -> dict[str, Any]:
    return {
        "supply_id": name, "kind": kind, "document_number": f"N-{name}", "item_id": item, "warehouse_id": warehouse,
        "quantity": quantity, "due_date": due, "is_released": released, "supplier_id": None,
    }  # fmt: skip


def _demand(name: str, kind: str, item: str, warehouse: str, quantity: int, need: date, **more: Any) -> dict[str, Any]:
    absent = dict.fromkeys(("priority", "sales_order_line_id", "margin_amount", "work_order_id", "for_supply_id",
                            "reserved_quantity"))  # fmt: skip
    return {
        "demand_id": name, "kind": kind, "item_id": item, "warehouse_id": warehouse, "quantity": quantity,
        "need_date": need, **absent, **more,
    }  # fmt: skip


def _orders(
    random: Random, prefix: str, names: list[str], kinds: dict[str, str], places: list[tuple[str, str]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Purchase orders, requisitions and work orders, with the components of these."""
    supplies, demands = [], []
    for number in range(random.randint(0, 5)):
        item, warehouse = random.choice(places)
        kind = "work_order" if kinds[item] == "made" else random.choice(["purchase_order", "requisition"])
        name = f"WO:{prefix}{number}" if kind == "work_order" else f"PO:{prefix}{number}"
        due = _day(random)
        supplies.append(_supply(name, kind, item, warehouse, _quantity(random), due, random.random() < 0.5))
        supplies[-1]["supplier_id"] = random.choice(["S0", "S1", None]) if kind == "purchase_order" else None
        if kind != "work_order":
            continue
        below = names[names.index(item) + 1 :]
        demands += [
            _demand(
                f"WC:{name}:{component}", "work_order_component", component, warehouse, _quantity(random),
                due - timedelta(random.randint(0, 6)), priority=random.choice([1, None]),
                work_order_id=name.removeprefix("WO:"),
            )
            for component in random.sample(below, min(random.randint(0, 2), len(below)))
        ]  # fmt: skip
    return supplies, demands


def _sales(random: Random, prefix: str, first_line: int, places: list[tuple[str, str]]) -> list[dict[str, Any]]:
    demands = []
    for number in range(random.randint(1, 8)):
        kind = random.choice(["sales_order", "sales_order", "forecast"])
        name = f"{'SO' if kind == 'sales_order' else 'FC'}:{prefix}{number}"
        demands.append(
            _demand(
                name, kind, *random.choice(places), _quantity(random), _day(random),
                priority=random.choice([1, 2, None]), margin_amount=random.randint(-500, 5000),
                sales_order_line_id=first_line + number if kind == "sales_order" else None,
            )
        )  # fmt: skip
    return demands


def _transfers(
    random: Random,
    prefix: str,
    names: list[str],
    warehouses: list[str],
    supplies: list[dict[str, Any]],
    demands: list[dict[str, Any]],
) -> None:
    """Open transfers, towards the warehouses that come first, so that no two go in a circle."""
    for number in range(random.choice([0, 0, 1, 2])):
        end, start = sorted(random.sample(warehouses, 2))
        item, quantity, due = random.choice(names), _quantity(random), _day(random)
        name = f"TR:{prefix}{number}"
        supplies.append(_supply(name, "transfer", item, end, quantity, due, random.random() < 0.5))
        leaves = due - timedelta(random.randint(0, 3))
        demands.append(_demand(f"TO:{name}", "transfer_out", item, start, quantity, leaves, for_supply_id=name))


def batch(numbers: Iterable[int]) -> tuple[Factory, list[Factory]]:
    """All these factories as one, and each for itself."""
    given = list(numbers)
    horizon_days, holidays = surroundings(given[0])
    every = [
        factory_of(number, horizon_days, holidays, f"{place:03d}", place * LINES_PER_FACTORY)
        for place, number in enumerate(given)
    ]
    whole = Factory(AS_OF, horizon_days, {}, {}, {}, [], [], holidays, [])
    for one in every:
        whole.items.update(one.items)
        whole.boms.update(one.boms)
        whole.stock.update(one.stock)
        whole.demands.extend(one.demands)
        whole.supplies.extend(one.supplies)
        whole.routes.extend(one.routes)
        whole.expiring.update(one.expiring)
        whole.by_products.update(one.by_products)
        whole.alternates.update(one.alternates)
    return whole, every


def _lots(factory: Factory) -> list[tuple[tuple[str, str], date | None, int]]:
    """The stock in two lots where a part of it expires."""
    lots: list[tuple[tuple[str, str], date | None, int]] = []
    for place, quantity in factory.stock.items():
        expiring = {last: part for (at, last), part in factory.expiring.items() if at == place}
        lots += [(place, last, part) for last, part in expiring.items()]
        lots.append((place, None, quantity - sum(expiring.values())))
    return lots


def facts(factory: Factory) -> PlanningInput:
    """The factory as frames."""
    calendar = [AS_OF + timedelta(n) for n in range(-120, 200)]
    versions: list[dict[str, Any]] = [
        {
            "bom_id": f"{item}{number}/{alternate}", "item_id": item, "effective_date": day, "end_date": end,
            "output_quantity": output, "is_phantom": is_phantom, "alternate": alternate, "lines": lines,
            "yield_rate": rate,
        }
        for item in factory.boms
        for alternate, every in enumerate((factory.boms[item], *factory.alternates.get(item, [])), start=1)
        for number, (day, end, output, lines, is_phantom, rate) in enumerate(every)
    ]  # fmt: skip
    return PlanningInput(
        as_of=factory.as_of,
        horizon_days=factory.horizon_days,
        items=pl.DataFrame(
            [
                {"item_id": item, "warehouse_id": warehouse, "company_id": 1}
                | {key: value for key, value in row.items() if key not in ("has_source", "offers")}
                | {"preferred_supplier_id": "S" if row["has_source"] else None}
                | ({} if row["has_source"] or row["kind"] == "made" else {"lead_time_days": None})
                for (item, warehouse), row in factory.items.items()
            ],
            infer_schema_length=None,
        ),
        stock=pl.DataFrame(
            [
                {"item_id": item, "warehouse_id": at, "quantity": quantity, "expiry_date": last}
                for (item, at), last, quantity in _lots(factory)
            ],
            schema_overrides={"expiry_date": pl.Date},
        ),
        demands=pl.DataFrame(factory.demands, infer_schema_length=None),
        supplies=pl.DataFrame(factory.supplies, schema_overrides={"expected_date": pl.Date}, infer_schema_length=None),
        bom_versions=pl.DataFrame(
            [{k: v for k, v in row.items() if k != "lines"} for row in versions], infer_schema_length=None
        ),
        bom_lines=pl.DataFrame(
            [
                {"bom_id": row["bom_id"], "item_id": component, "quantity": quantity, "scrap_rate": scrap}
                for row in versions
                for component, (quantity, scrap) in row["lines"].items()
            ]
        ),
        by_products=pl.DataFrame(
            [
                {"bom_id": row["bom_id"], "item_id": name, "quantity": quantity}
                for row in versions
                if row["alternate"] == 1
                for name, quantity in factory.by_products.get((row["item_id"], row["effective_date"]), {}).items()
            ]
        ),
        supplier_prices=pl.DataFrame(
            [
                offer | {"item_id": item, "unit_price": MICRO, "effective_date": AS_OF - timedelta(9)}
                for item, offers in {item: row["offers"] for (item, _), row in factory.items.items()}.items()
                for offer in offers
            ]
        ),
        routes=pl.DataFrame(
            [
                {"item_id": item, "from_warehouse_id": start, "to_warehouse_id": end, "transit_days": days}
                for item, start, end, days in factory.routes
            ]
        ),
        working_days=pl.DataFrame({"date": [day for day in calendar if factory.is_worked(day)]}),
    )
