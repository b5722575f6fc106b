"""Purchase orders: ordered, received on the day of shipment, rejected goods sent back, the rest billed and paid.

What vendors bill is the stocked quantity, with the share of the order's tax that falls on it; their freight is a landed
cost bill of its own, by value. Both are paid when they are due. Nothing more is expected of an order that is complete
or rejected, whatever is still open on it; a pending one stays open.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from ingestion.sources.adventureworks.export import Export, table
from ingestion.sources.adventureworks.partners import PAYMENT_TERM_DAYS, Vendor, vendor_of
from ingestion.sources.adventureworks.planned import (
    BILLED,
    CLOSED,
    COMPANY,
    FREIGHT_BILLED,
    ORDERED,
    PAID,
    RECEIVED,
    SENT_BACK,
    WAREHOUSE,
    Planned,
    Source,
    exact,
)
from ingestion.sources.adventureworks.products import Product, product_of
from ingestion.sources.adventureworks.table_file import Row

HEADER = table(
    "Purchasing.PurchaseOrderHeader",
    "PurchaseOrderID Status VendorID OrderDate ShipDate SubTotal TaxAmt Freight",
)
DETAIL = table(
    "Purchasing.PurchaseOrderDetail",
    "PurchaseOrderID DueDate OrderQty ProductID UnitPrice LineTotal ReceivedQty RejectedQty StockedQty",
)
PENDING, APPROVED, REJECTED, COMPLETE = 1, 2, 3, 4
MINOR = Decimal("0.0001")  # amounts are kept to four decimals


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    number: int
    status: int
    vendor: Vendor
    order_date: date
    ship_date: date | None
    subtotal: Decimal
    tax: Decimal
    freight: Decimal
    source: Source


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    product: Product
    due_date: date
    ordered: Decimal
    unit_price: Decimal
    received: Decimal
    rejected: Decimal
    stocked: Decimal
    source: Source


Purchases = dict[int, tuple[PurchaseOrder, list[PurchaseLine]]]


def read_purchases(export: Export, vendors: Mapping[int, Vendor], products: Mapping[int, Product]) -> Purchases:
    """Purchase orders by number. Their totals must be those of their lines: else a row is missing or changed."""

    def head(row: Row) -> PurchaseOrder:
        order = PurchaseOrder(
            row.whole("PurchaseOrderID"), row.whole("Status"), vendor_of(row, "VendorID", vendors),
            row.day("OrderDate"), row.optional_day("ShipDate"), row.number("SubTotal", decimals=4),
            row.number("TaxAmt", decimals=4), row.number("Freight", decimals=4), row.source,
        )  # fmt: skip
        if order.status not in (PENDING, APPROVED, REJECTED, COMPLETE):
            raise row.bad("Status", "must be 1 (pending), 2 (approved), 3 (rejected) or 4 (complete)")
        if order.ship_date is not None and order.ship_date < order.order_date:
            raise row.bad("ShipDate", "lies before the OrderDate")
        return order

    def line(row: Row) -> PurchaseLine:
        found = PurchaseLine(
            product_of(row, "ProductID", products), row.day("DueDate"), row.number("OrderQty", above_zero=True),
            row.number("UnitPrice"), row.number("ReceivedQty"), row.number("RejectedQty"), row.number("StockedQty"),
            row.source,
        )  # fmt: skip
        if found.received - found.rejected != found.stocked:
            raise row.bad("StockedQty", "must be ReceivedQty − RejectedQty")
        if round(found.ordered * found.unit_price, 4) != row.number("LineTotal"):
            raise row.bad("LineTotal", "must be OrderQty × UnitPrice")
        return found

    def check(row: Row, order: PurchaseOrder, lines: list[PurchaseLine]) -> None:
        if sum((line.ordered * line.unit_price).quantize(MINOR) for line in lines) != order.subtotal:
            raise row.bad("SubTotal", f"is not the sum of the order's rows in {DETAIL.name}")
        if order.ship_date is None and any(line.received for line in lines):
            raise row.bad("ShipDate", "may not be empty: goods were received")

    return export.documents(HEADER, DETAIL, "PurchaseOrderID", head, line, check)


def billed_amounts(order: PurchaseOrder, lines: list[PurchaseLine]) -> tuple[Decimal, Decimal]:
    """Net and tax of the stocked quantity; the stated tax is shared by value, half-even to four decimals."""
    net = sum(((line.stocked * line.unit_price).quantize(MINOR) for line in lines), Decimal(0))
    if net == order.subtotal:
        return net, order.tax
    tax = order.tax * net / order.subtotal if order.subtotal else Decimal(0)
    return net, tax.quantize(MINOR, ROUND_HALF_EVEN)


def plan_purchases(purchases: Purchases) -> Iterator[Planned]:
    for number, (order, lines) in purchases.items():
        yield from _plan_order(number, order, lines)


def _plan_order(number: int, order: PurchaseOrder, lines: list[PurchaseLine]) -> Iterator[Planned]:
    reference = f"PO{number}"
    created = f"aw:purchase_order:{number}"
    data: dict[str, object] = {
        "company": COMPANY,
        "supplier": order.vendor.code,
        "order_date": order.order_date.isoformat(),
        "external_number": reference,
        "tax_amount": exact(order.tax),
        "warehouse": WAREHOUSE,
        "confirm": True,
        "lines": [
            {
                "item": line.product.code,
                "quantity": exact(line.ordered),
                "unit_price": exact(line.unit_price),
                "expected_date": line.due_date.isoformat(),
            }
            for line in lines
        ],
    }
    yield Planned(order.order_date, ORDERED, created, "create_purchase_order", data, order.source)
    if order.ship_date is None:
        return
    day, due = order.ship_date, order.ship_date + timedelta(days=PAYMENT_TERM_DAYS)
    on = day.isoformat()

    def quantities(field: str, of_lines: list[PurchaseLine]) -> list[dict[str, object]]:
        return [
            {"line": position, "quantity": exact(quantity)}
            for position, line in enumerate(of_lines, start=1)
            if (quantity := getattr(line, field)) > 0
        ]

    allocations = []
    net, tax = billed_amounts(order, lines)
    if received := quantities("received", lines):
        receipt = f"aw:goods_receipt:{number}"
        data = {
            "company": COMPANY, "order": reference, "effective_date": on, "external_number": reference,
            "lines": received,
        }  # fmt: skip
        yield Planned(day, RECEIVED, receipt, "receive_goods", data, order.source, (created,))
        if order.freight:
            freight = f"{reference}-FREIGHT"
            data = {
                "company": COMPANY, "receipts": [reference], "bill_date": on, "supplier": order.vendor.code,
                "amount": exact(order.freight), "basis": "value", "external_number": freight,
                "due_date": due.isoformat(),
            }  # fmt: skip
            key = f"aw:landed_cost:{number}"
            yield Planned(day, FREIGHT_BILLED, key, "add_landed_cost", data, order.source, (receipt,))
            allocations.append((freight, order.freight, key))
        in_receipt = [line for line in lines if line.received]  # its lines are numbered anew
        if rejected := quantities("rejected", in_receipt):
            data = {"company": COMPANY, "receipt": reference, "effective_date": on, "lines": rejected}
            key = f"aw:supplier_return:{number}"
            yield Planned(day, SENT_BACK, key, "return_to_supplier", data, order.source, (receipt,))
    if stocked := quantities("stocked", lines):
        data = {
            "company": COMPANY, "order": reference, "bill_date": on, "external_number": reference,
            "due_date": due.isoformat(), "tax_amount": exact(tax), "lines": stocked,
        }  # fmt: skip
        key = f"aw:supplier_bill:{number}"
        yield Planned(day, BILLED, key, "bill_supplier", data, order.source, (created,))
        allocations.append((reference, net + tax, key))
    if order.status in (REJECTED, COMPLETE):
        data = {"company": COMPANY, "order": reference, "effective_date": on}
        key = f"aw:purchase_order_closed:{number}"
        yield Planned(day, CLOSED, key, "close_purchase_order", data, order.source, (created,))
    allocations = [allocation for allocation in allocations if allocation[1]]
    if allocations:
        data = {
            "company": COMPANY, "supplier": order.vendor.code, "effective_date": due.isoformat(),
            "amount": exact(sum((amount for _, amount, _ in allocations), Decimal(0))),
            "allocations": [{"invoice": bill, "amount": exact(amount)} for bill, amount, _ in allocations],
        }  # fmt: skip
        needs = tuple(key for _, _, key in allocations)
        yield Planned(due, PAID, f"aw:supplier_payment:{number}", "pay_supplier", data, order.source, needs)
