"""Partners: vendors are suppliers with prices and lead times; customers are stores and persons."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ingestion.sources.adventureworks.export import Export, table
from ingestion.sources.adventureworks.planned import COMPANY, Planned, Source, exact
from ingestion.sources.adventureworks.products import Product, product_of
from ingestion.sources.adventureworks.table_file import Row

VENDOR = table("Purchasing.Vendor", "BusinessEntityID AccountNumber Name PreferredVendorStatus ActiveFlag")
PRODUCT_VENDOR = table(
    "Purchasing.ProductVendor",
    "ProductID BusinessEntityID AverageLeadTime StandardPrice LastReceiptCost LastReceiptDate MinOrderQty",
)
CUSTOMER = table("Sales.Customer", "CustomerID PersonID StoreID AccountNumber")
STORE = table("Sales.Store", "BusinessEntityID Name")
PERSON = table("Person.Person", "BusinessEntityID FirstName MiddleName LastName")
ENTITY_ADDRESS = table("Person.BusinessEntityAddress", "BusinessEntityID AddressID")
ADDRESS = table("Person.Address", "AddressID StateProvinceID")
STATE = table("Person.StateProvince", "StateProvinceID CountryRegionCode")
PAYMENT_TERM_DAYS = 30


@dataclass(frozen=True, slots=True)
class Vendor:
    number: int
    code: str
    name: str
    country: str | None
    is_preferred: bool
    is_active: bool
    source: Source


@dataclass(frozen=True, slots=True)
class VendorPrice:
    """What the vendor last charged for the product, from when on, and on what terms."""

    vendor: Vendor
    product: Product
    unit_price: Decimal
    last_receipt: date | None
    lead_time_days: int
    minimum_quantity: Decimal
    source: Source


@dataclass(frozen=True, slots=True)
class Customer:
    number: int
    code: str
    name: str
    country: str | None
    source: Source


def read_countries(export: Export) -> dict[int, str]:
    """Business entity → ISO code of the country of its first address."""
    of_state = export.keyed(STATE, "StateProvinceID", lambda row: row.text("CountryRegionCode"))
    of_address = export.keyed(ADDRESS, "AddressID", lambda row: of_state.get(row.whole("StateProvinceID")))
    pairs = export.records(ENTITY_ADDRESS, lambda row: (row.whole("BusinessEntityID"), row.whole("AddressID")))
    countries: dict[int, str] = {}
    for entity, address in pairs:
        country = of_address.get(address)
        if country:
            countries.setdefault(entity, country)
    return countries


def read_names(export: Export) -> dict[int, str]:
    """Person → first, middle and last name."""

    def full_name(row: Row) -> str:
        parts = (row.optional("FirstName"), row.optional("MiddleName"), row.text("LastName"))
        return " ".join(part for part in parts if part)

    return export.keyed(PERSON, "BusinessEntityID", full_name)


def read_vendors(export: Export, countries: Mapping[int, str]) -> dict[int, Vendor]:
    def vendor(row: Row) -> Vendor:
        number = row.whole("BusinessEntityID")
        return Vendor(
            number, row.text("AccountNumber"), row.text("Name"), countries.get(number),
            row.flag("PreferredVendorStatus"), row.flag("ActiveFlag"), row.source,
        )  # fmt: skip

    return export.keyed(VENDOR, "BusinessEntityID", vendor)


def vendor_of(row: Row, field: str, vendors: Mapping[int, Vendor]) -> Vendor:
    found = vendors.get(row.whole(field))
    if found is None:
        raise row.bad(field, f"{VENDOR.name} has no such row, or a bad one")
    return found


def read_vendor_prices(
    export: Export, vendors: Mapping[int, Vendor], products: Mapping[int, Product]
) -> list[VendorPrice]:
    """What each vendor charges for a product: what the last receipt cost if there was one, else the standard price."""
    seen: set[tuple[int, int]] = set()

    def price(row: Row) -> VendorPrice:
        vendor, product = vendor_of(row, "BusinessEntityID", vendors), product_of(row, "ProductID", products)
        if (vendor.number, product.number) in seen:
            raise row.bad("ProductID", "stands there twice for this vendor")
        seen.add((vendor.number, product.number))
        field = "LastReceiptCost" if row.optional("LastReceiptCost") else "StandardPrice"
        return VendorPrice(
            vendor, product, row.number(field), row.optional_day("LastReceiptDate"), row.whole("AverageLeadTime"),
            row.number("MinOrderQty"), row.source,
        )  # fmt: skip

    return list(export.records(PRODUCT_VENDOR, price))


def preferred_vendors(prices: list[VendorPrice]) -> dict[int, VendorPrice]:
    """Per product the vendor to buy from: active before not, preferred before not, then the cheapest."""
    best: dict[int, VendorPrice] = {}
    for price in sorted(
        prices,
        key=lambda one: (not one.vendor.is_active, not one.vendor.is_preferred, one.unit_price, one.vendor.number),
    ):
        best.setdefault(price.product.number, price)
    return best


def read_customers(export: Export, names: Mapping[int, str], countries: Mapping[int, str]) -> dict[int, Customer]:
    """Customers by number: a store goes by its own name, everybody else by the person's."""
    stores = export.keyed(STORE, "BusinessEntityID", lambda row: row.text("Name"))

    def customer(row: Row) -> Customer:
        field, known = ("StoreID", stores) if row.optional("StoreID") else ("PersonID", names)
        entity = row.whole(field)
        if entity not in known:
            raise row.bad(field, "there is no such store or person, or its row is bad")
        number = row.whole("CustomerID")
        return Customer(number, row.text("AccountNumber"), known[entity], countries.get(entity), row.source)

    return export.keyed(CUSTOMER, "CustomerID", customer)


def plan_partners(
    vendors: Mapping[int, Vendor], customers: Mapping[int, Customer], first_day: date
) -> Iterator[Planned]:
    for role, partners in (("supplier", vendors), ("customer", customers)):
        for partner in partners.values():
            data = {
                "company": COMPANY,
                "code": partner.code,
                "name": partner.name,
                "is_customer": role == "customer",
                "is_supplier": role == "supplier",
                "payment_term_days": PAYMENT_TERM_DAYS,
            }
            if partner.country:
                data["country"] = partner.country
            yield Planned(first_day, 0, f"aw:{role}:{partner.number}", "create_partner", data, partner.source)


def plan_vendor_prices(prices: list[VendorPrice], first_day: date) -> Iterator[Planned]:
    """Supplier prices, in force from the first day on: the files keep no history of them."""
    for price in prices:
        data = {
            "company": COMPANY,
            "supplier": price.vendor.code,
            "item": price.product.code,
            "unit_price": exact(price.unit_price),
            "lead_time_days": price.lead_time_days,
            "minimum_quantity": exact(price.minimum_quantity),
            "effective_date": first_day.isoformat(),
        }
        key = f"aw:supplier_price:{price.vendor.number}:{price.product.number}"
        needs = (f"aw:supplier:{price.vendor.number}", f"aw:item:{price.product.number}")
        yield Planned(first_day, 0, key, "set_supplier_price", data, price.source, needs)
