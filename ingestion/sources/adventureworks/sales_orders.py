"""Sales orders: ordered, delivered and invoiced on the day of shipment, paid thirty days later.

Tax is taken as stated, freight is a charge of the order. A line's net is quantity × price less discount, rounded
half-even to four decimals; that meets the stated LineTotal of every row. Orders not shipped yet stay open, rejected and
cancelled ones are cancelled.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ingestion.sources.adventureworks.export import Export, table
from ingestion.sources.adventureworks.partners import PAYMENT_TERM_DAYS, Customer
from ingestion.sources.adventureworks.people import Employee
from ingestion.sources.adventureworks.planned import (
    COMPANY,
    DELIVERED,
    INVOICED,
    PAID,
    SOLD,
    WAREHOUSE,
    Planned,
    Source,
    exact,
)
from ingestion.sources.adventureworks.products import Product, product_of
from ingestion.sources.adventureworks.table_file import Row

HEADER = table(
    "Sales.SalesOrderHeader",
    "SalesOrderID OrderDate DueDate ShipDate Status SalesOrderNumber CustomerID SalesPersonID SubTotal TaxAmt Freight",
)
STATUSES = range(1, 7)
SHIPPED, NOT_TO_COME = 5, (4, 6)  # rejected, cancelled
DETAIL = table(
    "Sales.SalesOrderDetail", "SalesOrderID SalesOrderDetailID OrderQty ProductID UnitPrice UnitPriceDiscount LineTotal"
)


@dataclass(frozen=True, slots=True)
class SalesOrder:
    number: int
    reference: str
    status: int
    customer: Customer
    seller: Employee | None
    order_date: date
    due_date: date
    ship_date: date | None
    subtotal: Decimal
    tax: Decimal
    freight: Decimal
    source: Source

    @property
    def is_shipped(self) -> bool:
        return self.status == SHIPPED


@dataclass(frozen=True, slots=True)
class SalesLine:
    """net: what the line comes to, to four decimals; stated: its LineTotal, to six."""

    detail_number: int
    product: Product
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    net: Decimal
    stated: Decimal
    source: Source


Sales = dict[int, tuple[SalesOrder, list[SalesLine]]]


def read_sales(
    export: Export,
    customers: Mapping[int, Customer],
    employees: Mapping[int, Employee],
    products: Mapping[int, Product],
) -> Sales:
    """Sales orders by number. Their totals must be those of their lines: else a row is missing or changed."""

    def head(row: Row) -> SalesOrder:
        customer = customers.get(row.whole("CustomerID"))
        if customer is None:
            raise row.bad("CustomerID", "Sales.Customer has no such row, or a bad one")
        seller = None
        if row.optional("SalesPersonID"):
            seller = employees.get(row.whole("SalesPersonID"))
            if seller is None:
                raise row.bad("SalesPersonID", "HumanResources.Employee has no such row, or a bad one")
        order = SalesOrder(
            row.whole("SalesOrderID"), row.text("SalesOrderNumber"), row.whole("Status"), customer, seller,
            row.day("OrderDate"), row.day("DueDate"), row.optional_day("ShipDate"), row.number("SubTotal", decimals=4),
            row.number("TaxAmt", decimals=4), row.number("Freight", decimals=4), row.source,
        )  # fmt: skip
        if order.status not in STATUSES:
            raise row.bad("Status", "must be 1 to 6")
        if order.ship_date is None and order.status == SHIPPED:
            raise row.bad("ShipDate", "may not be empty: the order is shipped (5)")
        if order.ship_date is not None and order.ship_date < order.order_date:
            raise row.bad("ShipDate", "lies before the OrderDate")
        return order

    def line(row: Row) -> SalesLine:
        quantity, price = row.number("OrderQty", above_zero=True), row.number("UnitPrice")
        discount, stated = row.number("UnitPriceDiscount"), row.number("LineTotal")
        if discount > 1:
            raise row.bad("UnitPriceDiscount", "is a share: it may not exceed 1")
        net = round(quantity * price * (1 - discount), 4)
        if net != round(stated, 4):
            raise row.bad("LineTotal", f"must be OrderQty × UnitPrice × (1 − UnitPriceDiscount) = {net}")
        number, product = row.whole("SalesOrderDetailID"), product_of(row, "ProductID", products)
        return SalesLine(number, product, quantity, price, discount, net, stated, row.source)

    def check(row: Row, order: SalesOrder, lines: list[SalesLine]) -> None:
        lines.sort(key=lambda line: line.detail_number)
        if abs(sum(line.stated for line in lines) - order.subtotal) > Decimal("0.0001"):
            raise row.bad("SubTotal", f"is not the sum of the order's rows in {DETAIL.name}")

    return export.documents(HEADER, DETAIL, "SalesOrderID", head, line, check)


def plan_sales(sales: Sales) -> Iterator[Planned]:
    for number, (order, lines) in sales.items():
        yield from _plan_order(number, order, lines)


def _plan_order(number: int, order: SalesOrder, lines: list[SalesLine]) -> Iterator[Planned]:
    created = f"aw:sales_order:{number}"
    due = order.due_date.isoformat()
    rows = []
    for line in lines:
        row = {
            "item": line.product.code,
            "quantity": exact(line.quantity),
            "unit_price": exact(line.unit_price),
            "requested_date": due,
            "promised_date": due,
        }
        if line.discount:
            row["discount_rate"] = exact(line.discount)
        rows.append(row)
    data: dict[str, object] = {
        "company": COMPANY,
        "customer": order.customer.code,
        "order_date": order.order_date.isoformat(),
        "external_number": order.reference,
        "warehouse": WAREHOUSE,
        "freight": exact(order.freight),
        "tax_amount": exact(order.tax),
        "confirm": True,
        "lines": rows,
    }
    if order.seller is not None:
        data["salesperson"] = order.seller.code
    yield Planned(order.order_date, SOLD, created, "create_sales_order", data, order.source)
    if order.status in NOT_TO_COME:
        data = {
            "company": COMPANY, "order": order.reference, "effective_date": order.order_date.isoformat(),
        }  # fmt: skip
        key = f"aw:sales_order_cancelled:{number}"
        yield Planned(order.order_date, SOLD, key, "cancel_sales_order", data, order.source, (created,))
    if not order.is_shipped or order.ship_date is None:
        return
    day, paid = order.ship_date, order.ship_date + timedelta(days=PAYMENT_TERM_DAYS)
    on = day.isoformat()
    delivered, invoiced = f"aw:delivery:{number}", f"aw:customer_invoice:{number}"
    data = {"company": COMPANY, "order": order.reference, "effective_date": on, "external_number": order.reference}
    yield Planned(day, DELIVERED, delivered, "deliver_goods", data, order.source, (created,))
    data = {
        "company": COMPANY, "order": order.reference, "invoice_date": on, "external_number": order.reference,
        "due_date": paid.isoformat(),
    }  # fmt: skip
    yield Planned(day, INVOICED, invoiced, "invoice_customer", data, order.source, (delivered,))
    total = sum((line.net for line in lines), order.tax + order.freight)
    if total:
        data = {
            "company": COMPANY, "customer": order.customer.code, "effective_date": paid.isoformat(),
            "amount": exact(total), "allocations": [{"invoice": order.reference, "amount": exact(total)}],
        }  # fmt: skip
        key = f"aw:customer_payment:{number}"
        yield Planned(paid, PAID, key, "receive_payment", data, order.source, (invoiced,))
