"""Work orders: released at their start with the components of the BOM in force, put out and closed at their end.

Components are issued at the start for what will be stocked and scrapped. The time of the routing rows is booked on the
day the order ends, also where the row names a later day: an ended order has had its work. Its cost is overhead.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ingestion.sources.adventureworks.export import Export, table
from ingestion.sources.adventureworks.factory import ROUTING, Boms, Operation, WorkCenter, minutes
from ingestion.sources.adventureworks.planned import (
    COMPANY,
    ISSUED,
    PUT_OUT,
    PUT_OUT_SAME_DAY,
    STARTED,
    TIME_BOOKED,
    TIME_BOOKED_SAME_DAY,
    WAREHOUSE,
    Planned,
    Source,
    exact,
)
from ingestion.sources.adventureworks.products import Product, product_of
from ingestion.sources.adventureworks.table_file import BadRow, Row

WORK_ORDER = table(
    "Production.WorkOrder", "WorkOrderID ProductID OrderQty StockedQty ScrappedQty StartDate EndDate DueDate"
)


@dataclass(frozen=True, slots=True)
class WorkOrder:
    number: int
    product: Product
    quantity: Decimal
    stocked: Decimal
    scrapped: Decimal
    start_date: date
    end_date: date | None
    due_date: date
    source: Source
    operations: list[Operation]


WorkOrders = dict[int, WorkOrder]


def read_work_orders(
    export: Export, products: Mapping[int, Product], centers: Mapping[int, WorkCenter], boms: Boms
) -> WorkOrders:
    """Work orders by number, with what they took at the work centres."""

    def order(row: Row) -> WorkOrder:
        found = WorkOrder(
            row.whole("WorkOrderID"), product_of(row, "ProductID", products), row.number("OrderQty", above_zero=True),
            row.number("StockedQty"), row.number("ScrappedQty"), row.day("StartDate"), row.optional_day("EndDate"),
            row.day("DueDate"), row.source, [],
        )  # fmt: skip
        if found.end_date is not None and found.end_date < found.start_date:
            raise row.bad("EndDate", "lies before the StartDate")
        if found.end_date is not None and found.stocked + found.scrapped != found.quantity:
            raise row.bad("OrderQty", "must be StockedQty + ScrappedQty")
        if found.product.number in boms.broken:
            raise row.bad("ProductID", "the product's BOM has a bad row")
        return found

    orders = export.keyed(WORK_ORDER, "WorkOrderID", order)
    broken: dict[int, BadRow] = {}
    for row in export.rows(ROUTING):
        number = None
        try:
            number = row.whole("WorkOrderID")
            operation = _operation(row, orders, centers)
            orders[number].operations.append(operation)
        except BadRow as bad:
            export.bad_rows.append(bad)
            if number is not None and number in orders:
                broken[number] = bad
    for wrong, cause in broken.items():
        rule = f"left out whole: {cause.file} line {cause.line} is bad"
        export.bad_rows.append(BadRow(*orders.pop(wrong).source, "WorkOrderID", str(wrong), rule))
    for one in orders.values():
        one.operations.sort(key=lambda operation: operation.sequence)
    return orders


def _operation(row: Row, orders: WorkOrders, centers: Mapping[int, WorkCenter]) -> Operation:
    order = orders.get(row.whole("WorkOrderID"))
    if order is None:
        raise row.bad("WorkOrderID", f"{WORK_ORDER.name} has no such row, or a bad one")
    if row.whole("ProductID") != order.product.number:
        raise row.bad("ProductID", f"the work order makes {order.product.number}")
    center = centers.get(row.whole("LocationID"))
    if center is None:
        raise row.bad("LocationID", "Production.Location has no such row, or a bad one")
    if not row.optional("ActualResourceHrs"):
        return Operation(row.whole("OperationSequence"), center, Decimal(0), Decimal(0), row.source)
    hours = row.number("ActualResourceHrs", decimals=4)
    cost = round(hours * center.overhead_rate, 4)
    if cost != row.number("ActualCost"):
        raise row.bad("ActualCost", f"must be ActualResourceHrs × CostRate of the location = {cost}")
    return Operation(row.whole("OperationSequence"), center, hours, cost, row.source)


def plan_work_orders(orders: WorkOrders, boms: Boms) -> Iterator[Planned]:
    for order in orders.values():
        yield from _plan_order(order, boms)


def _plan_order(order: WorkOrder, boms: Boms) -> Iterator[Planned]:
    number, reference, start = order.number, f"WO{order.number}", order.start_date
    created = f"aw:work_order:{number}"
    data: dict[str, object] = {
        "company": COMPANY,
        "item": order.product.code,
        "quantity": exact(order.quantity),
        "order_date": start.isoformat(),
        "start_date": start.isoformat(),
        "due_date": order.due_date.isoformat(),
        "warehouse": WAREHOUSE,
        "external_number": reference,
        "release": True,
    }
    yield Planned(start, STARTED, created, "create_work_order", data, order.source)
    needs: tuple[str, ...] = (created,)
    if boms.in_force(order.product, start):
        issued = f"aw:material_issue:{number}"
        data = {"company": COMPANY, "order": reference, "effective_date": start.isoformat()}
        yield Planned(start, ISSUED, issued, "issue_material", data, order.source, needs)
        needs = (created, issued)
    if order.end_date is None:
        return
    end, same_day = order.end_date, order.end_date == start
    lines = [
        {"minutes": minutes(operation.hours), "work_center": operation.center.code, "sequence": operation.sequence}
        for operation in order.operations
        if operation.hours
    ]
    if lines:
        booked = f"aw:time_booking:{number}"
        data = {"company": COMPANY, "order": reference, "effective_date": end.isoformat(), "lines": lines}
        rank = TIME_BOOKED_SAME_DAY if same_day else TIME_BOOKED
        yield Planned(end, rank, booked, "book_time", data, order.operations[0].source, needs)
        needs = (*needs, booked)
    data = {
        "company": COMPANY, "order": reference, "effective_date": end.isoformat(),
        "good_quantity": exact(order.stocked), "scrap_quantity": exact(order.scrapped), "close": True,
    }  # fmt: skip
    rank = PUT_OUT_SAME_DAY if same_day else PUT_OUT
    yield Planned(end, rank, f"aw:output:{number}", "report_output", data, order.source, needs)
