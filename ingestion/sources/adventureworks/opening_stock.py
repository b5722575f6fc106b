"""Opening stock: per item just so much, before the first transaction, that no balance ever falls below zero.

The export begins in mid-life and counts its stock years later, so what lay there at the beginning follows from what
happened: receipts less rejected goods, outputs, the components of work orders at their start, deliveries.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ingestion.sources.adventureworks.factory import Boms, Operation
from ingestion.sources.adventureworks.partners import VendorPrice
from ingestion.sources.adventureworks.planned import ALL_FILES, COMPANY, WAREHOUSE, Planned, exact
from ingestion.sources.adventureworks.products import Product, StandardCost
from ingestion.sources.adventureworks.purchase_orders import Purchases
from ingestion.sources.adventureworks.sales_orders import Sales
from ingestion.sources.adventureworks.work_orders import WorkOrders

Movement = tuple[Product, date, int, Decimal]  # product, day, place within the day, signed quantity
COMES_IN, IS_ISSUED, COMES_OUT_OF_TODAYS_ORDERS, GOES_OUT = range(4)


@dataclass(frozen=True)
class Opened:
    """Opening stock that lies there already: in so many documents, by item code."""

    documents: int = 0
    quantities: Mapping[str, Decimal] = field(default_factory=dict)


def movements(purchases: Purchases, sales: Sales, orders: WorkOrders, boms: Boms) -> Iterator[Movement]:
    """All that the documents do to the stock."""
    for order, lines in purchases.values():
        if order.ship_date is not None:
            for bought in lines:
                yield bought.product, order.ship_date, COMES_IN, bought.stocked
    for work in orders.values():
        for row in boms.in_force(work.product, work.start_date):
            yield row.component, work.start_date, IS_ISSUED, -row.quantity * work.quantity
        if work.end_date is not None:
            place = COMES_OUT_OF_TODAYS_ORDERS if work.end_date == work.start_date else COMES_IN
            yield work.product, work.end_date, place, work.stocked
    for sale, sold_lines in sales.values():
        if sale.is_shipped and sale.ship_date is not None:
            for sold in sold_lines:
                yield sold.product, sale.ship_date, GOES_OUT, -sold.quantity


def opening_quantities(moves: Iterator[Movement]) -> dict[int, Decimal]:
    """Product → the least quantity at the beginning with which its balance never falls below zero; only those > 0."""
    by_product: dict[int, dict[tuple[date, int], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for product, day, place, quantity in moves:
        by_product[product.number][day, place] += quantity
    needed: dict[int, Decimal] = {}
    for number, by_moment in by_product.items():
        balance = lowest = Decimal(0)
        for _, quantity in sorted(by_moment.items()):
            balance += quantity
            lowest = min(lowest, balance)
        if lowest < 0:
            needed[number] = -lowest
    return dict(sorted(needed.items()))


class OpeningPrices:
    """What a unit of opening stock is worth.

    The standard cost in force, or the first that ever was; for items without one (bought parts have none) the price
    of the last purchase order, else the vendor's; for made parts with neither, what their BOM in force and the mean
    routing cost of their work orders come to.
    """

    def __init__(
        self,
        opening_day: date,
        products: Mapping[int, Product],
        standard_costs: list[StandardCost],
        purchases: Purchases,
        vendor_prices: list[VendorPrice],
        orders: WorkOrders,
        boms: Boms,
    ) -> None:
        self._day, self._boms = opening_day, boms
        self._prices: dict[int, Decimal] = {}
        latest_first = sorted(
            vendor_prices, key=lambda price: (price.last_receipt or date.min, -price.vendor.number), reverse=True
        )
        for price in latest_first:
            self._prices.setdefault(price.product.number, price.unit_price)
        bought = sorted(purchases.items(), key=lambda entry: (entry[1][0].order_date, entry[0]))
        self._prices |= {line.product.number: line.unit_price for _, (_, lines) in bought for line in lines}
        self._prices |= {one.number: one.standard_cost for one in products.values() if one.standard_cost > 0}
        first_ever: dict[int, Decimal] = {}
        in_force: dict[int, Decimal] = {}
        for cost in standard_costs:  # oldest first
            first_ever.setdefault(cost.product.number, cost.unit_cost)
            if cost.from_day <= opening_day:
                in_force[cost.product.number] = cost.unit_cost
        self._prices |= {number: cost for number, cost in (first_ever | in_force).items() if cost > 0}
        self._conversion = _mean_conversion_costs(orders)

    def of(self, product: Product, above: tuple[int, ...] = ()) -> Decimal | None:
        """Per unit, six decimals; None where nothing in the export says what it is worth."""
        known = self._prices.get(product.number)
        if known is not None or product.number in above:
            return known
        total = self._conversion.get(product.number, Decimal(0))
        rows = self._boms.in_force(product, self._day)
        for row in rows:
            price = self.of(row.component, (*above, product.number))
            if price is None:
                return None
            total += price * row.quantity
        if not rows and not total:
            return None
        self._prices[product.number] = total = round(total, 6)
        return total


def _mean_conversion_costs(orders: WorkOrders) -> dict[int, Decimal]:
    cost: dict[int, Decimal] = defaultdict(Decimal)
    good: dict[int, Decimal] = defaultdict(Decimal)
    operations: list[Operation]
    for order in orders.values():
        operations = order.operations
        cost[order.product.number] += sum((operation.cost for operation in operations), Decimal(0))
        good[order.product.number] += order.stocked
    return {number: round(cost[number] / good[number], 6) for number in cost if good[number]}


def plan_opening_stock(
    opening_day: date,
    quantities: Mapping[int, Decimal],
    prices: Mapping[int, Decimal],
    products: Mapping[int, Product],
    documents: int,
) -> Iterator[Planned]:
    """The opening stock that is missing; `documents` is how many were recorded before."""
    lines = [
        {
            "item": products[number].code,
            "quantity": exact(quantity),
            "unit_cost": exact(prices[number]),
            "received_date": opening_day.isoformat(),
        }
        for number, quantity in quantities.items()
    ]
    if lines:
        data = {
            "company": COMPANY, "effective_date": opening_day.isoformat(), "warehouse": WAREHOUSE, "lines": lines,
        }  # fmt: skip
        key = f"aw:opening_stock:{documents + 1}"
        yield Planned(opening_day, 0, key, "record_opening_stock", data, ALL_FILES)
