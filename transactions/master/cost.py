"""How an item's stock is valued: its method, and for items at standard its standard cost, each from a date on.

A new version that reaches into a locked period would change what was settled there, so it is refused.
"""

from datetime import date
from typing import Any

from pydantic import Field
from sqlalchemy import Row

from transactions.kernel.command import Answer, Command, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import UnitPrice, from_micro, micro
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.master.category import Method
from transactions.master.company import company_named
from transactions.master.item import require_tracking
from transactions.master.locked import refuse_locked_day
from transactions.master.lookup import item_named, version_added
from transactions.master.tables import standard_cost, valuation_method


class ServiceHasNoStock(Refusal):
    """A service is not kept in stock, so it has no valuation."""


class ComponentsDoNotAddUp(Refusal):
    """The parts of a standard cost make up the whole."""


COMPONENTS = ("material", "labour", "overhead", "subcontract", "landed")


class SetStandardCost(Command):
    """Say what one base unit of an item costs at standard from a date on, in company currency."""

    item: Reference
    cost: UnitPrice
    effective_date: Day
    material: UnitPrice | None = Field(None, description="part of the cost; parts that are told add up to it")
    labour: UnitPrice | None = None
    overhead: UnitPrice | None = None
    subcontract: UnitPrice | None = None
    landed: UnitPrice | None = None


@handles(SetStandardCost, permission="master.cost", stage=1)
def set_standard_cost(work: Work, new: SetStandardCost) -> Answer:
    """Say what one base unit of an item costs at standard from a date on, in company currency."""
    company_id, valued = _subject(work, new.company, new.item, new.effective_date)
    told = {name: getattr(new, name) for name in COMPONENTS}
    parts: dict[str, int | None] = {}
    if any(part is not None for part in told.values()):
        parts = {f"{name}_unit_cost": micro(part) for name, part in told.items()}
        added = sum(micro(part) for part in told.values())
        if added != micro(new.cost):
            raise ComponentsDoNotAddUp(
                f"the parts make {from_micro(added)}, the cost is {from_micro(micro(new.cost))}", field="cost",
                value=str(new.cost),
            )  # fmt: skip
    cost_id = work.insert(
        standard_cost, company_id=company_id, item_id=valued.id, unit_cost=micro(new.cost),
        effective_date=new.effective_date, recorded_at=work.recorded_at, **parts,
    )  # fmt: skip
    version_added(work, standard_cost, company_id=company_id, item_id=valued.id)
    return {"id": cost_id}


class SetValuationMethod(Command):
    """Say by which method an item's stock is valued from a date on."""

    item: Reference
    method: Method
    effective_date: Day


@handles(SetValuationMethod, permission="master.cost", stage=1)
def set_valuation_method(work: Work, new: SetValuationMethod) -> Answer:
    """Say by which method an item's stock is valued from a date on."""
    company_id, valued = _subject(work, new.company, new.item, new.effective_date)
    require_tracking(new.method, valued.tracked_by, "method")
    method_id = work.insert(
        valuation_method, company_id=company_id, item_id=valued.id, method=new.method,
        effective_date=new.effective_date, recorded_at=work.recorded_at,
    )  # fmt: skip
    version_added(work, valuation_method, company_id=company_id, item_id=valued.id)
    return {"id": method_id}


def _subject(work: Work, company_code: str | None, reference: str | int, on: date) -> tuple[int, Row[Any]]:
    """Id of the company, and the item."""
    company = company_named(work, company_code)
    refuse_locked_day(work, company.id, on)
    valued = item_named(work, reference)
    if valued.kind == "service":
        raise ServiceHasNoStock("a service is not kept in stock, so it has no valuation", field="item", value=reference)
    return company.id, valued
