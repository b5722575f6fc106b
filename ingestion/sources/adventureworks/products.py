"""Products: the items of the company, with categories, standard costs by date and the prices of their suppliers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.sources.adventureworks.export import Export, table
from ingestion.sources.adventureworks.planned import COMPANY, Planned, Source, exact
from ingestion.sources.adventureworks.table_file import Row

PRODUCT = table(
    "Production.Product",
    "ProductID Name ProductNumber MakeFlag SafetyStockLevel StandardCost DaysToManufacture ProductSubcategoryID",
)
CATEGORY = table("Production.ProductCategory", "ProductCategoryID Name")
SUBCATEGORY = table("Production.ProductSubcategory", "ProductSubcategoryID ProductCategoryID Name")
COST_HISTORY = table("Production.ProductCostHistory", "ProductID StartDate StandardCost")
COMPONENT_UNIT = table("Production.BillOfMaterials", "ComponentID UnitMeasureCode")
EACH = "EA"


@dataclass(frozen=True, slots=True)
class Product:
    number: int
    code: str
    name: str
    is_made: bool
    unit: str
    category: str | None
    safety_stock: Decimal
    standard_cost: Decimal
    days_to_make: int
    source: Source


@dataclass(frozen=True, slots=True)
class StandardCost:
    product: Product
    from_day: date
    unit_cost: Decimal
    source: Source


def read_products(export: Export) -> dict[int, Product]:
    """The products by number. The unit is the one in which the BOMs count the product, else pieces (EA)."""
    categories = export.keyed(CATEGORY, "ProductCategoryID", lambda row: row.text("Name"))

    def subcategory(row: Row) -> str:
        category = categories.get(row.whole("ProductCategoryID"))
        if category is None:
            raise row.bad("ProductCategoryID", f"{CATEGORY.name} has no such row, or a bad one")
        return f"{category} / {row.text('Name')}"

    subcategories = export.keyed(SUBCATEGORY, "ProductSubcategoryID", subcategory)
    units = {row.values["ComponentID"].strip(): row.values["UnitMeasureCode"].strip() for row in _unit_rows(export)}
    codes: set[str] = set()

    def product(row: Row) -> Product:
        category = None
        if row.optional("ProductSubcategoryID"):
            category = subcategories.get(row.whole("ProductSubcategoryID"))
            if category is None:
                raise row.bad("ProductSubcategoryID", f"{SUBCATEGORY.name} has no such row, or a bad one")
        code = row.text("ProductNumber")
        if code in codes:
            raise row.bad("ProductNumber", "stands there twice")
        codes.add(code)
        return Product(
            row.whole("ProductID"), code, row.text("Name"), row.flag("MakeFlag"),
            units.get(row.text("ProductID")) or EACH, category, row.number("SafetyStockLevel"),
            row.number("StandardCost"), row.whole("DaysToManufacture"), row.source,
        )  # fmt: skip

    return export.keyed(PRODUCT, "ProductID", product)


def _unit_rows(export: Export) -> Iterator[Row]:
    quiet = Export(export.folder)  # the BOM reports its own bad rows
    return quiet.rows(COMPONENT_UNIT)


def product_of(row: Row, field: str, products: Mapping[int, Product]) -> Product:
    """The product whose number stands in the field."""
    found = products.get(row.whole(field))
    if found is None:
        raise row.bad(field, f"{PRODUCT.name} has no such row, or a bad one")
    return found


def read_standard_costs(export: Export, products: Mapping[int, Product]) -> list[StandardCost]:
    """The history of standard costs, oldest first."""

    def cost(row: Row) -> StandardCost:
        return StandardCost(
            product_of(row, "ProductID", products), row.day("StartDate"), row.number("StandardCost"), row.source
        )

    return sorted(export.records(COST_HISTORY, cost), key=lambda cost: (cost.from_day, cost.product.number))


def plan_items(
    products: Mapping[int, Product], first_day: date, bought_from: Mapping[int, tuple[str, int, Decimal]]
) -> Iterator[Planned]:
    """Every product as an item valued first in, first out. bought_from: product → supplier, days, least quantity."""
    for product in products.values():
        data: dict[str, Any] = {
            "company": COMPANY,
            "code": product.code,
            "name": product.name,
            "unit": product.unit,
            "kind": "made" if product.is_made else "bought",
            "valuation_method": "fifo",
            "lead_time_days": product.days_to_make,
            "safety_stock": exact(product.safety_stock),
        }
        if product.category:
            data["category"] = product.category
        if not product.is_made and product.number in bought_from:
            supplier, lead_time_days, minimum = bought_from[product.number]
            data |= {"preferred_supplier": supplier, "lead_time_days": lead_time_days}
            if minimum > 0:
                data |= {"lot_policy": "minimum_multiple", "minimum_quantity": exact(minimum)}
        yield Planned(first_day, 0, f"aw:item:{product.number}", "create_item", data, product.source)


def plan_standard_costs(
    products: Mapping[int, Product], costs: list[StandardCost], first_day: date
) -> Iterator[Planned]:
    """Standard costs from the day they hold; a product without history has its present one from the first day on."""
    with_history = {cost.product.number for cost in costs}
    present = [
        StandardCost(product, first_day, product.standard_cost, product.source)
        for product in products.values()
        if product.standard_cost > 0 and product.number not in with_history
    ]
    for cost in present + costs:
        key = f"aw:standard_cost:{cost.product.number}:{cost.from_day}"
        data = {
            "company": COMPANY, "item": cost.product.code, "cost": exact(cost.unit_cost),
            "effective_date": cost.from_day.isoformat(),
        }  # fmt: skip
        needs = (f"aw:item:{cost.product.number}",)
        yield Planned(cost.from_day, 0, key, "set_standard_cost", data, cost.source, needs)
