"""A bill of materials: what goes into an item, as whole versions by date.

The version with the latest effective date on or before a day is in force on it, whole, until its end date if any.
Alternates are series of versions of their own beside the main one; a work order is made by one of them.
An item may contain itself through others (rework loops); directly it may not.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row, bindparam, select

from transactions.kernel.command import Answer, Command, Line, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import MICRO, Quantity, Rate, micro, micro_or_none, rounded_ratio
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.master.company import company_named
from transactions.master.lookup import in_force, item_named, version_added
from transactions.master.tables import bom, bom_by_product, bom_line


class ItemContainsItself(Refusal):
    """A component of the item is the item."""


class ServiceIsNoByProduct(Refusal):
    """What comes out beside is a thing, kept in stock."""


class EverythingIsScrap(Refusal):
    """A scrap rate is below 1, or nothing would be left."""


class NothingComesOut(Refusal):
    """A yield is above 0, or no quantity would be enough to start."""


class PhantomHasNoAlternate(Refusal):
    """What is not made for itself is made in one way only."""


class EndsBeforeItStarts(Refusal):
    """The end date of a version lies before its effective date."""


class Component(Line):
    """So much of an item per output quantity of the BOM; scrap_rate is the share of what is issued that is lost."""

    item: Reference
    quantity: Quantity
    scrap_rate: Rate | None = None


class SharesExceedCost(Refusal):
    """By-products bear less than the whole cost together."""


class ByProduct(Line):
    """So much that comes out beside, per output quantity of the BOM; cost_share: its share of the order's cost."""

    item: Reference
    quantity: Quantity
    cost_share: Rate | None = Field(None, description="0.1 is a tenth; left out: it takes its estimate, if it has one")


class CreateBom(Command):
    """Record a version of what goes into an item, from a date on."""

    item: Reference
    effective_date: Day
    lines: tuple[Component, ...] = Field(min_length=1)
    output_quantity: Quantity | None = Field(None, description="how many the lines make; left out: 1")
    end_date: Day | None = Field(None, description="last day in force")
    by_products: tuple[ByProduct, ...] = Field((), description="what comes out beside the item")
    is_phantom: bool = Field(False, description="as a component it is not made, its own components are used")
    yield_rate: Rate | None = Field(
        None, description="share of a started quantity that comes out good, above 0; left out: 1"
    )
    alternate: Annotated[int, Field(ge=1, le=99)] = Field(
        1, description="1: the main one; 2 and up are used, in this order, when components of the ones before are short"
    )


@handles(CreateBom, permission="master.bom", stage=3)
def create_bom(work: Work, new: CreateBom) -> Answer:
    """Record a version of what goes into an item, from a date on."""
    company_named(work, new.company)
    made = item_named(work, new.item)
    if new.end_date is not None and new.end_date < new.effective_date:
        raise EndsBeforeItStarts("the last day in force is not before the first", field="end_date", value=new.end_date)
    if new.is_phantom and new.alternate > 1:
        raise PhantomHasNoAlternate("only the main BOM may be a phantom", field="alternate", value=new.alternate)
    if new.yield_rate == 0:
        raise NothingComesOut("a yield is above 0", field="yield_rate", value=str(new.yield_rate))
    bom_id = work.insert(
        bom, item_id=made.id, output_quantity=micro(new.output_quantity) or MICRO, effective_date=new.effective_date,
        end_date=new.end_date, recorded_at=work.recorded_at, is_phantom=new.is_phantom, alternate=new.alternate,
        yield_rate=micro(new.yield_rate) or MICRO,
    )  # fmt: skip
    line_ids = []
    for position, line in enumerate(new.lines):
        component = item_named(work, line.item, f"lines.{position}.item")
        if component.id == made.id:
            raise ItemContainsItself(
                "an item is no component of itself", field=f"lines.{position}.item", value=line.item
            )
        if line.scrap_rate == 1:
            raise EverythingIsScrap(
                "a scrap rate is below 1", field=f"lines.{position}.scrap_rate", value=str(line.scrap_rate)
            )
        line_ids.append(
            work.insert(
                bom_line, bom_id=bom_id, line_number=position + 1, item_id=component.id, quantity=micro(line.quantity),
                scrap_rate=micro(line.scrap_rate),
            )
        )  # fmt: skip
    _add_by_products(work, bom_id, made, new.by_products)
    version_added(work, bom, item_id=made.id, alternate=new.alternate)
    return {"id": bom_id, "lines": line_ids}


def _add_by_products(work: Work, bom_id: int, made: Row[Any], by_products: Sequence[ByProduct]) -> None:
    shares, seen = 0, {made.id}
    for position, line in enumerate(by_products):
        field = f"by_products.{position}"
        beside = item_named(work, line.item, f"{field}.item")
        if beside.id in seen:
            raise ItemContainsItself(
                "a by-product is another item, and stands once", field=f"{field}.item", value=line.item
            )
        if beside.kind == "service":
            raise ServiceIsNoByProduct("a service is no by-product", field=f"{field}.item", value=line.item)
        seen.add(beside.id)
        shares += micro(line.cost_share)
        if shares >= MICRO:
            raise SharesExceedCost(
                "by-products together bear less than the whole cost", field=f"{field}.cost_share",
                value=str(line.cost_share),
            )  # fmt: skip
        work.insert(
            bom_by_product, bom_id=bom_id, line_number=position + 1, item_id=beside.id, quantity=micro(line.quantity),
            cost_share=micro_or_none(line.cost_share),
        )  # fmt: skip


_by_products = (
    select(bom_by_product).where(bom_by_product.c.bom_id == bindparam("bom_id")).order_by(bom_by_product.c.line_number)
)
_lines = select(bom_line).where(bom_line.c.bom_id == bindparam("bom_id")).order_by(bom_line.c.line_number)


def bom_in_force(work: Work, item_id: int, on: date, alternate: int = 1) -> Row[Any] | None:
    """The version of the item's BOM in force on the day; alternate 1 is the main one, which alone may be a phantom."""
    return in_force(work, bom, on, item_id=item_id, alternate=alternate)


def by_products_of(work: Work, version: Row[Any], planned: int) -> list[tuple[int, int, int | None]]:
    """(item id, micro quantity, micro cost share) of what comes out beside `planned` (micro) by that BOM, half-even."""
    key = ("bom by-products", version.id)
    lines = work.masters.get(key)
    if lines is None:
        lines = work.masters[key] = work.rows(_by_products, bom_id=version.id)
    return [
        (line.item_id, rounded_ratio(planned * line.quantity, version.output_quantity), line.cost_share)
        for line in lines
    ]


def requirements(work: Work, version: Row[Any], planned: int, on: date) -> dict[int, int]:
    """What must be issued to make `planned` (micro, good) by that BOM: micro of each component, by item id.

    Per line planned ÷ yield × quantity ÷ output quantity ÷ (1 − scrap rate), rounded up to the next millionth: what is
    started needs its components, whether it comes out good or not. In place of a component whose BOM in force on the
    day is a phantom stand that BOM's lines, multiplied through and rounded once.
    """
    needed: dict[int, int] = {}
    for item_id, numerator, denominator in _shares(work, version, on, (version.item_id,)):
        needed[item_id] = needed.get(item_id, 0) - (-planned * numerator // denominator)
    return needed


def _shares(work: Work, version: Row[Any], on: date, above: tuple[int, ...]) -> Iterator[tuple[int, int, int]]:
    """(item id, numerator, denominator) per unit made, line by line, phantoms replaced by their lines."""
    key = ("bom lines", version.id)
    lines = work.masters.get(key)
    if lines is None:
        lines = work.masters[key] = work.rows(_lines, bom_id=version.id)
    for line in lines:
        numerator = line.quantity * MICRO * MICRO
        denominator = version.output_quantity * (MICRO - line.scrap_rate) * version.yield_rate
        phantom = bom_in_force(work, line.item_id, on)
        if phantom is None or not phantom.is_phantom or line.item_id in above:
            yield line.item_id, numerator, denominator
            continue
        for item_id, times, per in _shares(work, phantom, on, (*above, line.item_id)):
            yield item_id, numerator * times, denominator * per
