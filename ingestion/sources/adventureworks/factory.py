"""The factory: work centres with their overhead rates, BOMs by date, and routings derived from the work orders.

A BOM row holds from its StartDate to its EndDate, that day included. A change of any row begins a new version of the
whole BOM, so an assembly has one version per interval in which its rows are the same. The export has no routing
master: see `derive_routings`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ingestion.sources.adventureworks.export import Export, table
from ingestion.sources.adventureworks.planned import COMPANY, Planned, Source, exact
from ingestion.sources.adventureworks.products import Product, product_of
from ingestion.sources.adventureworks.table_file import BadRow, Row

LOCATION = table("Production.Location", "LocationID Name CostRate Availability")
BILL_OF_MATERIALS = table(
    "Production.BillOfMaterials", "ProductAssemblyID ComponentID StartDate EndDate UnitMeasureCode PerAssemblyQty"
)
ROUTING = table(
    "Production.WorkOrderRouting",
    "WorkOrderID ProductID OperationSequence LocationID ActualStartDate ActualEndDate ActualResourceHrs ActualCost",
)


@dataclass(frozen=True, slots=True)
class WorkCenter:
    """A location where work is done. overhead_rate: per hour; capacity: hours a day."""

    number: int
    code: str
    name: str
    overhead_rate: Decimal
    capacity: Decimal
    source: Source


@dataclass(frozen=True, slots=True)
class BomRow:
    component: Product
    quantity: Decimal
    from_day: date
    to_day: date | None
    source: Source


@dataclass(frozen=True, slots=True)
class BomVersion:
    assembly: Product
    from_day: date
    to_day: date | None
    rows: tuple[BomRow, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """What one work order took at one work centre. cost: overhead, = hours × rate."""

    sequence: int
    center: WorkCenter
    hours: Decimal
    cost: Decimal
    source: Source


class Boms:
    """The versions of every assembly's BOM, oldest first. `broken` are assemblies with a bad row: they have none."""

    def __init__(self, versions: Mapping[int, list[BomVersion]], broken: set[int]) -> None:
        self.versions, self.broken = versions, broken

    def in_force(self, assembly: Product, on: date) -> tuple[BomRow, ...]:
        for version in self.versions.get(assembly.number, ()):
            if version.from_day <= on and (version.to_day is None or on <= version.to_day):
                return version.rows
        return ()


def read_work_centers(export: Export) -> dict[int, WorkCenter]:
    """Every location; those where nothing is done (no rate, no capacity) are places to store and become none."""

    def center(row: Row) -> WorkCenter:
        number = row.whole("LocationID")
        rate, hours = row.number("CostRate"), row.number("Availability")
        return WorkCenter(number, f"WC{number}", row.text("Name"), rate, hours, row.source)

    return export.keyed(LOCATION, "LocationID", center)


def read_boms(export: Export, products: Mapping[int, Product]) -> Boms:
    """BOMs by assembly. A row without assembly only says that the product stands at level 0."""
    rows: dict[int, list[BomRow]] = {}
    broken: set[int] = set()
    for row in export.rows(BILL_OF_MATERIALS):
        if row.optional("ProductAssemblyID") is None:
            continue
        assembly = None
        try:
            assembly = product_of(row, "ProductAssemblyID", products)
            component = BomRow(
                product_of(row, "ComponentID", products), row.number("PerAssemblyQty", above_zero=True),
                row.day("StartDate"), row.optional_day("EndDate"), row.source,
            )  # fmt: skip
            if component.to_day is not None and component.to_day < component.from_day:
                raise row.bad("EndDate", "lies before the StartDate")
            if row.text("UnitMeasureCode") != component.component.unit:
                raise row.bad("UnitMeasureCode", f"the component is counted in {component.component.unit}")
            rows.setdefault(assembly.number, []).append(component)
        except BadRow as bad:
            export.bad_rows.append(bad)
            if assembly is not None:
                broken.add(assembly.number)
    versions = {
        number: list(_versions(products[number], of_assembly))
        for number, of_assembly in rows.items()
        if number not in broken
    }
    return Boms(versions, broken)


def _versions(assembly: Product, rows: list[BomRow]) -> Iterator[BomVersion]:
    """One version per interval between two days on which a row begins or has ended."""
    begins = {row.from_day for row in rows}
    begins |= {row.to_day + timedelta(days=1) for row in rows if row.to_day is not None}
    days = sorted(begins)
    for position, day in enumerate(days):
        held = tuple(row for row in rows if row.from_day <= day and (row.to_day is None or day <= row.to_day))
        if held:
            following = days[position + 1] if position + 1 < len(days) else None
            yield BomVersion(assembly, day, following - timedelta(days=1) if following else None, held)


def plan_work_centers(centers: Mapping[int, WorkCenter], used: set[int], first_day: date) -> Iterator[Planned]:
    """The work centres. Their cost rate is overhead; whoever works there is paid elsewhere, so labour is 0."""
    for center in centers.values():
        if center.overhead_rate == 0 and center.capacity == 0 and center.number not in used:
            continue
        data: dict[str, Any] = {
            "company": COMPANY,
            "code": center.code,
            "name": center.name,
            "labour_rate": "0",
            "overhead_rate": exact(center.overhead_rate),
        }
        if center.capacity:
            data["capacity_hours_per_day"] = exact(center.capacity)
        yield Planned(first_day, 0, f"aw:work_center:{center.number}", "create_work_center", data, center.source)


def plan_boms(boms: Boms) -> Iterator[Planned]:
    for versions in boms.versions.values():
        for version in versions:
            lines = [{"item": row.component.code, "quantity": exact(row.quantity)} for row in version.rows]
            data: dict[str, Any] = {
                "company": COMPANY, "item": version.assembly.code, "effective_date": version.from_day.isoformat(),
                "lines": lines,
            }  # fmt: skip
            if version.to_day is not None:
                data["end_date"] = version.to_day.isoformat()
            parts = sorted({row.component.number for row in version.rows} | {version.assembly.number})
            needs = tuple(f"aw:item:{number}" for number in parts)
            key = f"aw:bom:{version.assembly.number}:{version.from_day}"
            yield Planned(version.from_day, 0, key, "create_bom", data, version.rows[0].source, needs)


def derive_routings(
    work_orders: Mapping[int, tuple[Product, list[Operation]]],
) -> dict[int, tuple[Product, list[Operation]]]:
    """Per product the routing, derived from its work orders: the export has no routing master.

    The operations are those of the product's first work order that has any. Their hours are the mean hours of an
    order, because an operation takes the same hours whatever the order's quantity: so they are set-up, not run time.
    """
    hours: dict[tuple[int, int, int], tuple[Decimal, int]] = {}
    routings: dict[int, tuple[Product, list[Operation]]] = {}
    for number in sorted(work_orders):
        product, operations = work_orders[number]
        if operations:
            routings.setdefault(product.number, (product, operations))
        for operation in operations:
            key = (product.number, operation.sequence, operation.center.number)
            total, orders = hours.get(key, (Decimal(0), 0))
            hours[key] = (total + operation.hours, orders + 1)

    def typical(product: Product, operation: Operation) -> Operation:
        total, orders = hours[product.number, operation.sequence, operation.center.number]
        mean, center = round(total / orders, 6), operation.center
        return Operation(operation.sequence, center, mean, mean * center.overhead_rate, operation.source)

    return {
        number: (product, [typical(product, operation) for operation in operations])
        for number, (product, operations) in sorted(routings.items())
    }


def plan_routings(routings: Mapping[int, tuple[Product, list[Operation]]], first_day: date) -> Iterator[Planned]:
    for number, (product, operations) in routings.items():
        lines = [
            {
                "sequence": operation.sequence,
                "work_center": operation.center.code,
                "setup_minutes": minutes(operation.hours),
                "run_minutes": "0",
            }
            for operation in operations
        ]
        data = {
            "company": COMPANY, "item": product.code, "effective_date": first_day.isoformat(), "operations": lines,
        }  # fmt: skip
        needs = (f"aw:item:{number}", *(f"aw:work_center:{operation.center.number}" for operation in operations))
        yield Planned(first_day, 0, f"aw:routing:{number}", "create_routing", data, operations[0].source, needs)


def minutes(hours: Decimal) -> str:
    """Hours as minutes, to the millionth."""
    return exact(round(hours * 60, 6).normalize() + 0)
