"""What the demo company makes, buys and sells: a furniture maker with about 150 items on four levels and 60 partners.

Everything follows from the seed. Prices are in the company's currency with four decimals at most, times in minutes.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

CURRENCY = "CNY"
COMPANY = "LINDEN"
WAREHOUSE = "MAIN"


@dataclass
class Supplier:
    code: str
    name: str
    currency: str
    country: str
    is_inspected: bool
    is_unreliable: bool
    payment_term_days: int = 30
    days_behind: float = 0  # how much later than it says a supplier comes as a rule
    days_of_chance: float = 1  # and how far that may stretch


@dataclass
class Customer:
    code: str
    name: str
    country: str
    discount: Decimal
    weight: float
    pays_late: bool
    payment_term_days: int = 30


@dataclass
class WorkCenter:
    code: str
    name: str
    labour_rate: Decimal
    overhead_rate: Decimal


@dataclass
class Item:
    """An item. level: 0 sold, 1 assemblies, 2 parts, 3 bought. components: (item code, quantity per unit)."""

    code: str
    name: str
    level: int
    category: str
    unit: str = "pcs"
    price: Decimal = Decimal(0)  # bought: the supplier's first price in its currency; sold: the list price
    supplier: str | None = None
    lead_time_days: int = 3
    components: list[tuple[str, Decimal]] = field(default_factory=list)
    operations: list[tuple[str, int, Decimal]] = field(default_factory=list)  # work centre, set-up, run per unit
    cost: Decimal = Decimal(0)  # rolled up, for setting list prices
    days_behind: int = 0  # how much longer than planned making it takes as a rule
    valuation_method: str = "fifo"

    @property
    def is_made(self) -> bool:
        return self.level < 3


@dataclass
class Catalogue:
    work_centers: list[WorkCenter]
    suppliers: list[Supplier]
    customers: list[Customer]
    items: dict[str, Item]

    def of_level(self, level: int) -> list[Item]:
        return [item for item in self.items.values() if item.level == level]


WORK_CENTERS = (
    ("SAW", "Sawing 下料", 32, 14), ("CNC", "CNC machining 数控加工", 38, 26), ("EDGE", "Edge banding 封边", 30, 12),
    ("PAINT", "Painting 涂装", 36, 22), ("ASSY", "Assembly 装配", 34, 8), ("PACK", "Packing 包装", 26, 5),
)  # fmt: skip
WOODS = ("Oak", "Walnut", "Pine", "Beech")
PRODUCTS = ("Dining table", "Desk", "Bookcase", "Sideboard", "Chair", "Bed frame")
ASSEMBLIES = ("Frame", "Top", "Drawer", "Door", "Back panel", "Leg set")
PARTS = ("Rail", "Panel", "Leg", "Shelf", "Slat", "Side", "Rib", "Front")
BOUGHT = (
    ("Board 18 mm", "m2", 68), ("Board 25 mm", "m2", 92), ("Veneer", "m2", 41), ("Solid wood", "m2", 135),
    ("Screw M6", "pcs", 0.18), ("Dowel", "pcs", 0.06), ("Hinge", "pcs", 3.4), ("Runner", "pcs", 11.5),
    ("Handle", "pcs", 6.8), ("Varnish", "l", 38), ("Glue", "kg", 21), ("Edge tape", "m", 1.9), ("Glass", "m2", 88),
    ("Carton", "pcs", 9.5), ("Foam", "m2", 7.2), ("Foot", "pcs", 1.1),
)  # fmt: skip
CITIES = ("Hangzhou", "Foshan", "Suzhou", "Qingdao", "Chengdu", "Shenzhen", "Xiamen", "Wuhan", "Nanjing", "Tianjin")
TRADES = ("Home", "Living", "Interiors", "Office", "Hotel Supply", "Design", "Furnishing", "Contract")
MAKERS = ("Timber", "Hardware", "Coatings", "Fittings", "Packaging", "Glass")


def furniture_maker(seed: int) -> Catalogue:
    """The catalogue of that seed."""
    random = Random(f"catalogue {seed}")
    suppliers = [
        Supplier(
            f"S{number:02d}", f"{random.choice(CITIES)} {random.choice(MAKERS)} {number:02d}",
            "USD" if number % 7 == 0 else CURRENCY, "US" if number % 7 == 0 else "CN", number % 5 == 0, number % 6 == 1,
            random.choice((30, 30, 45, 60)),
        )
        for number in range(1, 21)
    ]  # fmt: skip
    customers = [
        Customer(
            f"C{number:02d}", f"{random.choice(CITIES)} {random.choice(TRADES)} {number:02d}",
            random.choice(("CN", "CN", "CN", "SG", "JP")),
            Decimal(random.choice(("0", "0", "0.02", "0.05", "0.08", "0.25" if number % 13 == 0 else "0.10"))),
            random.paretovariate(1.3), number % 4 == 0, random.choice((0, 30, 30, 60)),
        )
        for number in range(1, 41)
    ]  # fmt: skip
    work_centers = [
        WorkCenter(code, name, Decimal(labour), Decimal(overhead)) for code, name, labour, overhead in WORK_CENTERS
    ]
    catalogue = Catalogue(work_centers, suppliers, customers, {})
    _add_bought(catalogue, random)
    _add_made(catalogue, random, 2, [f"{wood} {part}" for wood in WOODS for part in PARTS], "Parts", ("SAW", "CNC"))
    _add_made(
        catalogue, random, 1, [f"{wood} {assembly}" for wood in WOODS for assembly in ASSEMBLIES], "Assemblies",
        ("EDGE", "PAINT", "ASSY"),
    )  # fmt: skip
    _add_made(
        catalogue, random, 0, [f"{wood} {product}" for wood in WOODS for product in PRODUCTS], "Furniture",
        ("ASSY", "PACK"),
    )  # fmt: skip
    for item in catalogue.of_level(0):
        margin = Decimal(random.choice(("1.22", "1.35", "1.45", "1.60", "1.70", "1.14")))
        item.price = (item.cost * margin).quantize(Decimal(1))
    _form_habits(catalogue, Random(f"habits {seed}"))
    return catalogue


def _form_habits(catalogue: Catalogue, random: Random) -> None:
    """Who says a week and needs two, and what always takes longer than planned."""
    for supplier in catalogue.suppliers:
        if supplier.is_unreliable:
            supplier.days_behind, supplier.days_of_chance = random.uniform(3, 8), random.uniform(4, 8)
        else:
            supplier.days_behind, supplier.days_of_chance = random.uniform(-1.5, 4.5), random.uniform(0.6, 2.5)
    for item in catalogue.items.values():
        item.days_behind = random.choice((0, 0, 0, 0, 1, 2, 3)) if item.is_made else random.choice((0, 0, 0, 1, 2))


def _add_bought(catalogue: Catalogue, random: Random) -> None:
    number = 0
    for name, unit, price in BOUGHT:
        for grade in ("A", "B", "C", "D") if price > 1 else ("A", "B"):
            number += 1
            supplier = random.choice(catalogue.suppliers)
            code = f"B{number:03d}"
            local = Decimal(str(round(price * random.uniform(0.8, 1.25), 2)))
            catalogue.items[code] = Item(
                code, f"{name} {grade}", 3, "Materials", unit,
                price=(local / 7).quantize(Decimal("0.01")) if supplier.currency == "USD" else local,
                supplier=supplier.code, lead_time_days=random.choice((4, 6, 8, 12, 15)), cost=local,
                valuation_method=random.choice(("fifo", "moving_average")),
            )  # fmt: skip


def _add_made(
    catalogue: Catalogue, random: Random, level: int, names: list[str], category: str, centers: tuple[str, ...]
) -> None:
    below = catalogue.of_level(level + 1)
    bought = catalogue.of_level(3)
    rates = {center.code: center.labour_rate + center.overhead_rate for center in catalogue.work_centers}
    for number, name in enumerate(names, start=1):
        code = f"{'FAP'[level]}{number:02d}"
        item = Item(code, name, level, category, lead_time_days=random.choice((1, 2, 3)))
        wood = name.split(" ")[0]
        own = [each for each in below if level == 2 or each.name.startswith(wood)]
        chosen = random.sample(own, min(len(own), random.choice((2, 3)) if level < 2 else 1))
        extra = [each for each in random.sample(bought, random.choice((1, 2))) if each not in chosen]
        for component in [*chosen, *extra]:
            if component.level < 3:
                quantity = Decimal(random.choice((1, 1, 2, 2, 4) if component.level == 2 else (1, 1, 2)))
            elif component.unit == "pcs":
                quantity = Decimal(random.choice((2, 4, 8)))
            else:
                quantity = Decimal(str(round(random.uniform(0.1, 0.9), 2)))
            item.components.append((component.code, quantity))
            item.cost += quantity * component.cost
        for center in random.sample(centers, random.choice((1, min(2, len(centers))))):
            run = Decimal(random.choice((4, 6, 9, 12, 18)))
            item.operations.append((center, random.choice((5, 10, 20)), run))
            item.cost += run / 60 * rates[center]
        catalogue.items[code] = item
