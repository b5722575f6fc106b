"""What the files say, read and checked: everything an import is made from."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from ingestion.sources.adventureworks.export import Export
from ingestion.sources.adventureworks.factory import Boms, WorkCenter, read_boms, read_work_centers
from ingestion.sources.adventureworks.partners import (
    Customer,
    Vendor,
    VendorPrice,
    read_countries,
    read_customers,
    read_names,
    read_vendor_prices,
    read_vendors,
)
from ingestion.sources.adventureworks.people import Department, Employee, read_departments, read_employees
from ingestion.sources.adventureworks.products import Product, StandardCost, read_products, read_standard_costs
from ingestion.sources.adventureworks.purchase_orders import Purchases, read_purchases
from ingestion.sources.adventureworks.sales_orders import Sales, read_sales
from ingestion.sources.adventureworks.table_file import BadRow
from ingestion.sources.adventureworks.work_orders import WorkOrders, read_work_orders


@dataclass(frozen=True)
class Files:
    """The export by what it is about; keys are the export's own numbers. bad_rows: what could not be taken."""

    products: dict[int, Product]
    standard_costs: list[StandardCost]
    vendors: dict[int, Vendor]
    vendor_prices: list[VendorPrice]
    customers: dict[int, Customer]
    departments: dict[int, Department]
    employees: dict[int, Employee]
    work_centers: dict[int, WorkCenter]
    boms: Boms
    purchases: Purchases
    sales: Sales
    work_orders: WorkOrders
    bad_rows: list[BadRow] = field(default_factory=list)

    @property
    def document_days(self) -> list[date]:
        """The days on which orders of any kind begin, each once, oldest first."""
        days = {order.order_date for order, _ in self.purchases.values()}
        days |= {order.order_date for order, _ in self.sales.values()}
        days |= {order.start_date for order in self.work_orders.values()}
        return sorted(days)

    @property
    def opening_day(self) -> date:
        """The day before the first order."""
        days = self.document_days
        return (days[0] if days else date(2011, 4, 16)) - timedelta(days=1)


def read_files(folder: Path) -> Files:
    """Read the folder; `UnreadableFile` if one of its files as a whole cannot be trusted."""
    export = Export(folder)
    countries, names = read_countries(export), read_names(export)
    products = read_products(export)
    standard_costs = read_standard_costs(export, products)
    vendors = read_vendors(export, countries)
    vendor_prices = read_vendor_prices(export, vendors, products)
    customers = read_customers(export, names, countries)
    departments = read_departments(export)
    employees = read_employees(export, names, departments)
    work_centers, boms = read_work_centers(export), read_boms(export, products)
    purchases = read_purchases(export, vendors, products)
    sales = read_sales(export, customers, employees, products)
    work_orders = read_work_orders(export, products, work_centers, boms)
    return Files(
        products, standard_costs, vendors, vendor_prices, customers, departments, employees, work_centers, boms,
        purchases, sales, work_orders, export.bad_rows,
    )  # fmt: skip
