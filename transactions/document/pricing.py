"""Lines of orders, priced: entered unit, discount, net, tax; and the share of a line that a follow-up takes."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from sqlalchemy import Row, bindparam, select

from transactions.document.document import base_quantity
from transactions.kernel.command import Code, Line, Reference
from transactions.kernel.exact import MICRO, Amount, Quantity, Rate, UnitPrice, micro, priced, rounded_ratio, split
from transactions.kernel.refusal import NotFound
from transactions.master.company import Company
from transactions.master.lookup import item_named, named
from transactions.master.tables import item_unit, tax_code, unit

if TYPE_CHECKING:
    from transactions.kernel.work import Work


class PricedLine(Line):
    """An order line as it is entered."""

    item: Reference
    quantity: Quantity
    unit_price: UnitPrice
    unit: Code | None = Field(None, description="an alternative unit of the item; left out: its base unit")
    discount_rate: Rate = Decimal(0)
    tax_code: Code | None = None
    net_amount: Annotated[
        Amount | None, Field(description="stated by an import; left out: quantity × price less discount, rounded once")
    ] = None


class LineQuantity(Line):
    """So much of a line of the document that is followed up, in the line's own unit."""

    line: Annotated[int, Field(ge=1)]
    quantity: Quantity


def asked(lines: Sequence[LineQuantity] | None) -> list[tuple[int, int]] | None:
    """As `chosen_lines` wants them."""
    return None if lines is None else [(line.line, micro(line.quantity)) for line in lines]


_ratio = select(item_unit.c.numerator, item_unit.c.denominator, item_unit.c.unit_id).join(
    unit, unit.c.id == item_unit.c.unit_id
).where(item_unit.c.item_id == bindparam("item_id"), unit.c.code == bindparam("unit_code"))  # fmt: skip


def unit_ratio(work: "Work", item: Row[Any], unit_code: str | None, field: str) -> tuple[int, int, int]:
    """(unit id, numerator, denominator): one entered unit is numerator ÷ denominator base units."""
    base = named(work, unit, item.unit_id, field)
    if unit_code is None or unit_code == base.code:
        return item.unit_id, 1, 1
    key = ("item unit", item.id, unit_code)
    known = work.masters.get(key)
    if known is None:
        known = work.first(_ratio, item_id=item.id, unit_code=unit_code)
        if known is None:
            raise NotFound(f"the item {item.code} has no unit {unit_code!r}", field=field, value=unit_code)
        work.masters[key] = known
    return known.unit_id, known.numerator, known.denominator


def priced_columns(
    work: "Work", company: Company, lines: Sequence[PricedLine], stated_tax: Decimal | None
) -> list[dict[str, Any]]:
    """The columns of the document's lines; amounts in minor units of its currency.

    Tax is computed per tax code on the sum of its lines, rounded once and spread to them by net amount; a stated tax
    is spread over all lines instead.
    """
    columns: list[dict[str, Any]] = []
    by_code: dict[int, list[int]] = defaultdict(list)
    rates: dict[int, int] = {}
    for position, line in enumerate(lines):
        field = f"lines.{position}"
        item = item_named(work, line.item, f"{field}.item")
        unit_id, numerator, denominator = unit_ratio(work, item, line.unit, f"{field}.unit")
        entered = micro(line.quantity)
        if line.net_amount is None:
            net = priced(entered, micro(line.unit_price), company.amount_exponent, micro(line.discount_rate))
        else:
            net = company.minor(line.net_amount, f"{field}.net_amount")
        tax_code_id = None
        if line.tax_code is not None:
            code = named(work, tax_code, line.tax_code, f"{field}.tax_code", company.id)
            tax_code_id = code.id
            rates[code.id] = code.rate
            by_code[code.id].append(position)
        columns.append(
            {
                "item_id": item.id, "description": item.name, "entered_quantity": entered, "entered_unit_id": unit_id,
                "unit_numerator": numerator, "unit_denominator": denominator,
                "quantity": base_quantity(entered, numerator, denominator, f"{field}.quantity"),
                "unit_price": micro(line.unit_price), "discount_rate": micro(line.discount_rate),
                "net_amount": net, "tax_amount": 0, "tax_code_id": tax_code_id,
            }
        )  # fmt: skip
    if stated_tax is not None:
        spread_tax(columns, list(range(len(columns))), company.minor(stated_tax, "tax_amount"))
    else:
        for tax_code_id, positions in by_code.items():
            net = sum(columns[position]["net_amount"] for position in positions)
            spread_tax(columns, positions, rounded_ratio(net * rates[tax_code_id], MICRO))
    for column in columns:
        column["gross_amount"] = column["net_amount"] + column["tax_amount"]
    return columns


def spread_tax(columns: list[dict[str, Any]], positions: list[int], tax: int) -> None:
    """Give the columns at these positions their parts of the tax, by net amount."""
    parts = split(tax, [columns[position]["net_amount"] for position in positions])
    for position, part in zip(positions, parts, strict=True):
        columns[position]["tax_amount"] = part


def share(whole: int, done: int, taken: int, quantity: int) -> int:
    """What belongs to `taken` of `quantity` after `done` were taken before; all shares add up to the whole."""
    return rounded_ratio(whole * (done + taken), quantity) - rounded_ratio(whole * done, quantity)


def totals(columns: Sequence[dict[str, Any]], freight: int = 0) -> dict[str, int]:
    """The head's amounts from those of its lines."""
    net = sum(column["net_amount"] for column in columns)
    tax = sum(column["tax_amount"] for column in columns)
    return {"net_amount": net, "tax_amount": tax, "freight_amount": freight, "gross_amount": net + tax + freight}
