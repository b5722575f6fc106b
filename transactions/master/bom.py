"""A bill of materials: what goes into an item, as whole versions by date.

The version with the latest effective date on or before a day is in force on it, whole, until its end date if any.
An item may contain itself through others (rework loops); directly it may not.
"""

from datetime import date
from typing import Any

from pydantic import Field
from sqlalchemy import Row, bindparam, select

from transactions.kernel.command import Answer, Command, Line, Reference, handles
from transactions.kernel.exact import MICRO, Quantity, Rate, micro
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.master.company import company_named
from transactions.master.lookup import in_force, item_named, version_added
from transactions.master.tables import bom, bom_line


class ItemContainsItself(Refusal):
    """A component of the item is the item."""


class EverythingIsScrap(Refusal):
    """A scrap rate is below 1, or nothing would be left."""


class EndsBeforeItStarts(Refusal):
    """The end date of a version lies before its effective date."""


class Component(Line):
    """So much of an item per output quantity of the BOM; scrap_rate is the share of what is issued that is lost."""

    item: Reference
    quantity: Quantity
    scrap_rate: Rate | None = None


class CreateBom(Command):
    """Record a version of what goes into an item, from a date on."""

    item: Reference
    effective_date: date
    lines: tuple[Component, ...] = Field(min_length=1)
    output_quantity: Quantity | None = Field(None, description="how many the lines make; left out: 1")
    end_date: date | None = Field(None, description="last day in force")


@handles(CreateBom, permission="master.bom", stage=3)
def create_bom(work: Work, new: CreateBom) -> Answer:
    """Record a version of what goes into an item, from a date on."""
    company_named(work, new.company)
    made = item_named(work, new.item)
    if new.end_date is not None and new.end_date < new.effective_date:
        raise EndsBeforeItStarts("the last day in force is not before the first", field="end_date", value=new.end_date)
    bom_id = work.insert(
        bom, item_id=made.id, output_quantity=micro(new.output_quantity) or MICRO, effective_date=new.effective_date,
        end_date=new.end_date, recorded_at=work.recorded_at,
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
    version_added(work, bom, item_id=made.id)
    return {"id": bom_id, "lines": line_ids}


_lines = select(bom_line).where(bom_line.c.bom_id == bindparam("bom_id")).order_by(bom_line.c.line_number)


def bom_in_force(work: Work, item_id: int, on: date) -> Row[Any] | None:
    """The version of the item's BOM in force on the day."""
    return in_force(work, bom, on, item_id=item_id)


def requirements(work: Work, version: Row[Any], planned: int) -> dict[int, int]:
    """What must be issued to make `planned` (micro) by that BOM: micro of each component, by item id.

    Per line planned × quantity ÷ output quantity ÷ (1 − scrap rate), rounded up to the next millionth.
    """
    key = ("bom lines", version.id)
    lines = work.masters.get(key)
    if lines is None:
        lines = work.masters[key] = work.rows(_lines, bom_id=version.id)
    needed: dict[int, int] = {}
    for line in lines:
        kept = MICRO - line.scrap_rate
        quantity = -(-planned * line.quantity * MICRO // (version.output_quantity * kept))
        needed[line.item_id] = needed.get(line.item_id, 0) + quantity
    return needed
