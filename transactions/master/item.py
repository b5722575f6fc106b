"""An item: what is bought, made, sold or done as a service, counted in its base unit.

It is made with its planning parameters and valuation method, which are versions in force from the beginning of time;
later versions come from `set_planning_parameters` and `set_valuation_method`. An item is never deleted, only blocked.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from sqlalchemy import bindparam, select

from transactions.kernel.command import Answer, Code, Command, Line, Name, Reference, handles
from transactions.kernel.database import metadata
from transactions.kernel.day import Day
from transactions.kernel.exact import Quantity, UnitPrice, ZeroOrQuantity, micro
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.master.category import COMPANY_DEFAULT, Method, default_method
from transactions.master.company import company_named
from transactions.master.lookup import named, refuse_known_code, supplier_named
from transactions.master.tables import (
    category_valuation_method,
    company,
    item,
    item_planning,
    item_unit,
    unit,
    valuation_method,
    warehouse,
)

BEGINNING = date(1900, 1, 1)  # what is said when a master is made holds from here on
Tracking = Literal["none", "lot", "serial"]
OTHER_NAMES = {"eoq": "economic", "part_period": "least_total_cost"}  # of lot policies; tables keep ours


def _own_name(policy: object) -> object:
    return OTHER_NAMES.get(policy, policy) if isinstance(policy, str) else policy


LotPolicy = Annotated[
    Literal[
        "lot_for_lot", "minimum_multiple", "fixed", "period", "order_up_to", "economic", "least_total_cost",
        "silver_meal", "wagner_whitin",
    ],
    BeforeValidator(_own_name),
]  # fmt: skip
LOT_FIGURES = {  # what a lot policy cannot do without
    "fixed": ("multiple_quantity", "minimum_quantity"),
    "period": ("period_days",),
    "order_up_to": ("target_quantity",),
    "economic": ("order_cost", "holding_cost"),
    "least_total_cost": ("order_cost", "holding_cost"),
    "silver_meal": ("order_cost", "holding_cost"),
    "wagner_whitin": ("order_cost", "holding_cost"),
}
WEIGHT = "of one base unit, the same measure for all items"
Days = Annotated[int, Field(ge=0, le=3650)]
Ratio = Annotated[int, Field(gt=0, le=10**12)]


class LotSizeIsMissing(Refusal):
    """A lot policy lacks a figure that it cannot do without."""


class SpecificNeedsTracking(Refusal):
    """Valuation by lot or serial needs stock that is told apart by lot or serial."""


class TrackingIsSettled(Refusal):
    """Stock that moved untracked cannot be told apart afterwards, nor the other way round."""

    status = 409


class NothingToChange(Refusal):
    """A change command names no field that it changes."""


class AlternativeUnit(Line):
    """One such unit = numerator ÷ denominator base units."""

    unit: Code
    numerator: Ratio
    denominator: Ratio = 1


class PlanningParameters(Command):
    """How an item is planned; what is left out is said by each command."""

    lead_time_days: Days | None = None
    safety_stock: ZeroOrQuantity | None = None
    lot_policy: LotPolicy | None = Field(
        None, description="economic may be written eoq, least_total_cost part_period; left out of a new item: "
        "minimum_multiple if a minimum or multiple is given, else lot_for_lot",
    )  # fmt: skip
    minimum_quantity: ZeroOrQuantity | None = None
    multiple_quantity: ZeroOrQuantity | None = None
    preferred_supplier: Reference | None = None
    maximum_quantity: ZeroOrQuantity | None = Field(None, description="more is planned as several orders; 0: no limit")
    period_days: Days | None = Field(None, description="calendar days whose need one order covers")
    target_quantity: ZeroOrQuantity | None = Field(None, description="stock that an order fills up to")
    order_cost: UnitPrice | None = Field(None, description="what placing an order costs")
    holding_cost: UnitPrice | None = Field(None, description="what keeping one base unit for a day costs")
    tolerance_days: Days | None = Field(None, description="calendar days early or late without a message")
    frozen_days: Days | None = Field(None, description="calendar days from the plan's day in which nothing new comes")
    release_fence_days: Days | None = Field(
        None, description="calendar days from the plan's day in which nothing new is released"
    )


UNPLANNED = {
    "lead_time_days": 0, "safety_stock": 0, "lot_policy": "lot_for_lot", "minimum_quantity": 0, "multiple_quantity": 0,
    "preferred_supplier_id": None, "maximum_quantity": None, "period_days": None, "target_quantity": None,
    "order_cost": None, "holding_cost": None, "tolerance_days": None, "frozen_days": None, "release_fence_days": None,
}  # fmt: skip


class CreateItem(PlanningParameters):
    """Make an item with its unit, valuation method and planning parameters."""

    code: Code
    name: Name
    unit: Code
    kind: Literal["bought", "made", "service"]
    category: Name | None = None
    valuation_method: Method | None = Field(
        None, description="in every company; left out: what each company set for the category, else fifo"
    )
    tracked_by: Tracking | None = Field(
        None, description="whether stock is told apart: by lot, by serial (one piece each); left out: by lot where "
        "the valuation method is specific, else not",
    )  # fmt: skip
    units: tuple[AlternativeUnit, ...] = ()
    weight: Quantity | None = Field(None, description=WEIGHT)


@handles(CreateItem, permission="master.item", stage=1)
def create_item(work: Work, new: CreateItem) -> Answer:
    """Make an item with its unit, valuation method and planning parameters."""
    company_named(work, new.company)
    refuse_known_code(work, item, new.code)
    methods = _methods(work, new)
    tracked_by = new.tracked_by or ("lot" if "specific" in methods.values() else "none")
    for method in methods.values():
        _require_tracking_of_new(new, method, tracked_by)
    policy = "minimum_multiple" if new.minimum_quantity or new.multiple_quantity else "lot_for_lot"
    planned = _planned(work, UNPLANNED | {"lot_policy": policy}, new)
    item_id = work.insert(
        item, code=new.code, name=new.name, unit_id=unit_of_code(work, new.unit), kind=new.kind,
        category=new.category, is_blocked=False, recorded_at=work.recorded_at,
        tracked_by=tracked_by, extra=None if new.weight is None else _with_weight({}, new.weight),
    )  # fmt: skip
    for other in new.units:
        work.insert(
            item_unit, item_id=item_id, unit_id=unit_of_code(work, other.unit), numerator=other.numerator,
            denominator=other.denominator,
        )  # fmt: skip
    for company_id, method in methods.items():
        work.insert(
            item_planning, company_id=company_id, item_id=item_id, warehouse_id=None, effective_date=BEGINNING,
            recorded_at=work.recorded_at, **planned,
        )  # fmt: skip
        if new.kind != "service":
            work.insert(
                valuation_method, company_id=company_id, item_id=item_id, method=method,
                effective_date=BEGINNING, recorded_at=work.recorded_at,
            )  # fmt: skip
    return {"id": item_id, "code": new.code}


def _methods(work: Work, new: CreateItem) -> dict[int, Method]:
    """By company, in the order in which they were founded, how each values the item: as named, else by category."""
    every = work.rows(select(company.c.id, company.c.code).order_by(company.c.id))
    if new.valuation_method is not None or new.kind == "service":
        return dict.fromkeys((row.id for row in every), new.valuation_method or COMPANY_DEFAULT)
    return {row.id: default_method(work, company_named(work, row.code), new.category) for row in every}


_defaults = (
    select(category_valuation_method)
    .where(category_valuation_method.c.company_id == bindparam("company_id"))
    .order_by(category_valuation_method.c.recorded_at, category_valuation_method.c.id)
)


def take_over_items(work: Work, company_id: int) -> None:
    """Items are shared: a company that is founded later values and plans them as they were made for the first one.

    It begins with the first one's defaults of categories too.
    """
    first = work.first(select(company.c.id).order_by(company.c.id))
    if first is None or first.id == company_id:
        return
    for versions in (item_planning, valuation_method):
        made_so = select(versions).where(
            versions.c.company_id == bindparam("company_id"), versions.c.effective_date == BEGINNING
        )
        if versions is item_planning:
            made_so = made_so.where(item_planning.c.warehouse_id.is_(None))
        for row in work.rows(made_so.order_by(versions.c.id), company_id=first.id):
            values = {name: value for name, value in row._mapping.items() if name not in ("id", "row_version")}
            work.insert(versions, **values | {"company_id": company_id, "recorded_at": work.recorded_at})
    for row in work.rows(_defaults, company_id=first.id):
        work.insert(
            category_valuation_method, company_id=company_id, category=row.category, method=row.method,
            effective_date=row.effective_date, recorded_at=work.recorded_at,
        )  # fmt: skip


class ChangeItem(Command):
    """Rename an item, move it to another category (its valuation stays), say its weight, block it or free it again."""

    item: Reference
    name: Name | None = None
    category: Name | None = None
    is_blocked: bool | None = None
    tracked_by: Tracking | None = Field(None, description="only while it was never in stock")
    weight: Quantity | None = Field(None, description=f"{WEIGHT}; what was spread by weight before stays as it is")


@handles(ChangeItem, permission="master.item", stage=1)
def change_item(work: Work, change: ChangeItem) -> Answer:
    """Rename an item, move it to another category (its valuation stays), say its weight, block it or free it again."""
    subject = named(work, item, change.item, "item")
    values = change.model_dump(exclude={"company", "item", "weight"}, exclude_none=True)
    if change.weight is not None:
        values["extra"] = _with_weight(subject.extra or {}, change.weight)
    if not values:
        raise NothingToChange(
            "say at least one of name, category, is_blocked, tracked_by, weight", field="item", value=change.item
        )
    if change.tracked_by is not None and change.tracked_by != subject.tracked_by:
        _require_unmoved(work, subject.id, change.tracked_by)
    work.update(item, subject.id, **values)
    work.masters_changed()
    return {"id": subject.id, "code": subject.code}


def _with_weight(extra: Mapping[str, Any], weight: Decimal) -> dict[str, Any]:
    """Further facts of an item with its weight, exact as text."""
    return dict(extra) | {"weight": format(weight, "f")}


_specific = select(valuation_method.c.id).where(
    valuation_method.c.item_id == bindparam("item_id"), valuation_method.c.method == "specific"
)


def require_tracking(method: str, tracked_by: str, field: str = "valuation_method") -> None:
    """Refuse valuation by lot or serial of what is not told apart."""
    if method == "specific" and tracked_by == "none":
        raise SpecificNeedsTracking("specific valuation needs tracked_by lot or serial", field=field, value=method)


def _require_tracking_of_new(new: CreateItem, method: Method, tracked_by: str) -> None:
    """As `require_tracking`; where the category says the method, so does the refusal."""
    if new.valuation_method is None and method == "specific" and tracked_by == "none":
        raise SpecificNeedsTracking(
            "items of this category are valued specific, which needs tracked_by lot or serial; or name another "
            "valuation_method", field="tracked_by", value=tracked_by,
        )  # fmt: skip
    require_tracking(method, tracked_by)


def _require_unmoved(work: Work, item_id: int, tracked_by: str) -> None:
    stock_move = metadata.tables["stock_move"]
    moved = select(stock_move.c.id).where(stock_move.c.item_id == item_id).limit(1)
    if work.first(moved) is not None:
        raise TrackingIsSettled("the item was in stock already", field="tracked_by", value=tracked_by)
    if work.first(_specific, item_id=item_id) is not None:
        require_tracking("specific", tracked_by, "tracked_by")


class SetPlanningParameters(PlanningParameters):
    """Say from which date on an item is planned differently; what is left out stays as it is."""

    item: Reference
    effective_date: Day
    warehouse: Reference | None = Field(None, description="left out: every warehouse")


_planning = (
    select(item_planning)
    .where(
        item_planning.c.company_id == bindparam("company_id"),
        item_planning.c.item_id == bindparam("item_id"),
        item_planning.c.effective_date <= bindparam("on"),
    )
    .order_by(item_planning.c.effective_date.desc(), item_planning.c.recorded_at.desc(), item_planning.c.id.desc())
)


@handles(SetPlanningParameters, permission="master.item", stage=1)
def set_planning_parameters(work: Work, change: SetPlanningParameters) -> Answer:
    """Say from which date on an item is planned differently; what is left out stays as it is."""
    planner = company_named(work, change.company)
    subject = named(work, item, change.item, "item")
    warehouse_id = None
    if change.warehouse is not None:
        warehouse_id = named(work, warehouse, change.warehouse, "warehouse", planner.id).id
    values = UNPLANNED
    known = work.rows(_planning, company_id=planner.id, item_id=subject.id, on=change.effective_date)
    for before in (warehouse_id, None):  # the warehouse's own version, else the one for every warehouse
        found = next((row for row in known if row.warehouse_id == before), None)
        if found is not None:
            values = {name: getattr(found, name) for name in values}
            break
    version_id = work.insert(
        item_planning, company_id=planner.id, item_id=subject.id, warehouse_id=warehouse_id,
        effective_date=change.effective_date, recorded_at=work.recorded_at, **_planned(work, values, change),
    )  # fmt: skip
    return {"id": version_id}


def _planned(work: Work, before: Mapping[str, Any], said: PlanningParameters) -> dict[str, Any]:
    """The columns of a version of planning parameters: those before it with what is said."""
    given = said.model_dump(include=set(before), exclude_none=True)
    values = dict(before) | {
        name: micro(value) if name.endswith(("_stock", "_quantity", "_cost")) else value
        for name, value in given.items()
    }
    if said.preferred_supplier is not None:
        values["preferred_supplier_id"] = supplier_named(work, said.preferred_supplier, "preferred_supplier").id
    _require_lot_size(str(values["lot_policy"]), values)
    return values


def unit_of_code(work: Work, code: str) -> int:
    """Id of the unit; it comes into being with the first item that names it."""
    key = ("unit", code)
    known = work.masters.get(key)
    if known is None:
        row = work.first(select(unit.c.id).where(unit.c.code == code))
        known = work.masters[key] = row.id if row is not None else work.insert(unit, code=code, name=code)
    assert isinstance(known, int)
    return known


def _require_lot_size(policy: str, figures: Mapping[str, object]) -> None:
    """A fixed lot needs one of its sizes, all others each of their figures."""
    missing = [name for name in LOT_FIGURES.get(policy, ()) if not figures.get(name)]
    if policy == "fixed" and len(missing) == 1:
        return
    if missing:
        wanted = " or ".join(missing) if policy == "fixed" else " and ".join(missing)
        raise LotSizeIsMissing(f"lot policy {policy} needs {wanted}", field=missing[0], value=None)
