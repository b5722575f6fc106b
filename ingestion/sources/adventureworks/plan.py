"""The plan: every command of the import in the order in which it is to be given, each with its key and its row.

Master data first, then the opening stock, then what happened, day by day; within a day goods come in before they go
out. So a stock that suffices is never refused, and nothing is back-dated.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import chain

from ingestion.sources.adventureworks.factory import derive_routings, plan_boms, plan_routings, plan_work_centers
from ingestion.sources.adventureworks.files import Files
from ingestion.sources.adventureworks.opening_stock import (
    Opened,
    OpeningPrices,
    movements,
    opening_quantities,
    plan_opening_stock,
)
from ingestion.sources.adventureworks.partners import plan_partners, plan_vendor_prices, preferred_vendors
from ingestion.sources.adventureworks.people import plan_departments, plan_employees
from ingestion.sources.adventureworks.planned import ALL_FILES, COMPANY, WAREHOUSE, Planned
from ingestion.sources.adventureworks.products import plan_items, plan_standard_costs
from ingestion.sources.adventureworks.purchase_orders import plan_purchases
from ingestion.sources.adventureworks.sales_orders import plan_sales
from ingestion.sources.adventureworks.table_file import BadRow
from ingestion.sources.adventureworks.work_orders import plan_work_orders

NAME = "Adventure Works Cycles"
CURRENCY, AMOUNT_EXPONENT, TIME_ZONE = "USD", 4, "America/Los_Angeles"
NOTHING_OPENED = Opened()


def commands(files: Files, *, until: date | None = None, opened: Opened = NOTHING_OPENED) -> Iterator[Planned]:
    """All commands in order; `until` leaves out what happens after that day.

    The opening stock always serves all documents of the files. opened: what lies there already from an earlier import
    (of files that ended sooner, say); only what is missing is added.
    """
    opening_day = files.opening_day
    yield from _company(opening_day)
    yield from _masters(files, opening_day)
    yield from _opening_stock(files, opening_day, opened)
    happened = [
        planned
        for planned in chain(
            plan_purchases(files.purchases), plan_work_orders(files.work_orders, files.boms), plan_sales(files.sales)
        )
        if until is None or planned.day <= until
    ]
    happened.sort(key=lambda planned: (planned.day, planned.rank))
    yield from happened


def _company(first_day: date) -> Iterator[Planned]:
    data: dict[str, object] = {
        "code": COMPANY, "name": NAME, "currency": CURRENCY, "amount_exponent": AMOUNT_EXPONENT, "time_zone": TIME_ZONE,
    }  # fmt: skip
    yield Planned(first_day, 0, "aw:company", "create_company", data, ALL_FILES)
    data = {"company": COMPANY, "code": WAREHOUSE, "name": NAME}
    yield Planned(first_day, 0, "aw:warehouse", "create_warehouse", data, ALL_FILES, ("aw:company",))


def _masters(files: Files, first_day: date) -> Iterator[Planned]:
    """The master data; what is referred to comes before what refers to it."""
    yield from plan_partners(files.vendors, files.customers, first_day)
    bought_from = {
        number: (price.vendor.code, price.lead_time_days, price.minimum_quantity)
        for number, price in preferred_vendors(files.vendor_prices).items()
    }
    yield from plan_items(files.products, first_day, bought_from)
    yield from plan_standard_costs(files.products, files.standard_costs, first_day)
    yield from plan_vendor_prices(files.vendor_prices, first_day)
    yield from plan_departments(files.departments, first_day)
    yield from plan_employees(files.employees, files.departments, first_day)
    used = {operation.center.number for order in files.work_orders.values() for operation in order.operations}
    yield from plan_work_centers(files.work_centers, used, first_day)
    yield from plan_boms(files.boms)
    made = {number: (order.product, order.operations) for number, order in files.work_orders.items()}
    yield from plan_routings(derive_routings(made), first_day)


def _opening_stock(files: Files, opening_day: date, opened: Opened) -> Iterator[Planned]:
    worth = OpeningPrices(
        opening_day, files.products, files.standard_costs, files.purchases, files.vendor_prices, files.work_orders,
        files.boms,
    )  # fmt: skip
    moves = movements(files.purchases, files.sales, files.work_orders, files.boms)
    missing: dict[int, Decimal] = {}
    prices: dict[int, Decimal] = {}
    for number, needed in opening_quantities(moves).items():
        product = files.products[number]
        quantity = needed - opened.quantities.get(product.code, Decimal(0))
        price = worth.of(product)
        if quantity > 0 and price is None:
            rule = "opening stock is needed, but nothing says what a unit is worth"
            files.bad_rows.append(BadRow(*product.source, "StandardCost", str(product.standard_cost), rule))
        elif quantity > 0 and price is not None:
            missing[number], prices[number] = quantity, price
    yield from plan_opening_stock(opening_day, missing, prices, files.products, opened.documents)
