"""A routing: the operations that make an item, in sequence, as whole versions by date."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row, bindparam, select

from transactions.kernel.command import Answer, Command, Line, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import UnitPrice, ZeroOrQuantity, micro, micro_or_none
from transactions.kernel.refusal import AlreadyExists, Refusal
from transactions.kernel.work import Work
from transactions.master.company import company_named
from transactions.master.lookup import item_named, named, supplier_named, version_added, versions
from transactions.master.tables import routing, routing_operation, work_center


class SubcontractIsHalf(Refusal):
    """A subcontracted operation names who does it and at what price."""


class Operation(Line):
    """Work at one work centre: set-up minutes per work order, run minutes per base unit; or done by a subcontractor.

    subcontract_price: company currency per base unit made. Work done outside takes no minutes of ours unless stated;
    it comes back subcontract_lead_time_days working days after it left, left out: when its minutes are over.
    """

    sequence: Annotated[int, Field(gt=0)]
    work_center: Reference
    setup_minutes: ZeroOrQuantity = Decimal(0)
    run_minutes: ZeroOrQuantity = Decimal(0)
    subcontractor: Reference | None = None
    subcontract_price: UnitPrice | None = None
    subcontract_lead_time_days: Annotated[int, Field(ge=0, le=1000)] | None = None


class CreateRouting(Command):
    """Record a version of how an item is made, from a date on."""

    item: Reference
    effective_date: Day
    operations: tuple[Operation, ...] = Field(min_length=1)


@handles(CreateRouting, permission="master.bom", stage=3)
def create_routing(work: Work, new: CreateRouting) -> Answer:
    """Record a version of how an item is made, from a date on."""
    company = company_named(work, new.company)
    made = item_named(work, new.item)
    routing_id = work.insert(routing, item_id=made.id, effective_date=new.effective_date, recorded_at=work.recorded_at)
    seen: set[int] = set()
    operation_ids = []
    for position, operation in enumerate(new.operations):
        field = f"operations.{position}"
        if operation.sequence in seen:
            raise AlreadyExists("the sequence stands twice", field=f"{field}.sequence", value=operation.sequence)
        seen.add(operation.sequence)
        if (operation.subcontractor is None) != (operation.subcontract_price is None):
            missing = "subcontractor" if operation.subcontractor is None else "subcontract_price"
            raise SubcontractIsHalf(
                "a subcontracted operation has subcontractor and subcontract_price", field=f"{field}.{missing}",
                value=None,
            )  # fmt: skip
        if operation.subcontractor is None and operation.subcontract_lead_time_days is not None:
            raise SubcontractIsHalf(
                "a lead time outside is a subcontractor's", field=f"{field}.subcontractor", value=None
            )
        subcontractor = None
        if operation.subcontractor is not None:
            subcontractor = supplier_named(work, operation.subcontractor, f"{field}.subcontractor")
        center = named(work, work_center, operation.work_center, f"{field}.work_center", company.id)
        operation_ids.append(
            work.insert(
                routing_operation, routing_id=routing_id, sequence=operation.sequence, work_center_id=center.id,
                setup_minutes=micro(operation.setup_minutes), run_minutes=micro(operation.run_minutes),
                subcontractor_id=subcontractor.id if subcontractor else None,
                subcontract_price=micro_or_none(operation.subcontract_price),
                subcontract_lead_time_days=operation.subcontract_lead_time_days,
            )
        )  # fmt: skip
    version_added(work, routing, item_id=made.id)
    return {"id": routing_id, "lines": operation_ids}


_operations = (
    select(routing_operation, work_center.c.company_id)
    .join_from(routing_operation, work_center, routing_operation.c.work_center_id == work_center.c.id)
    .where(routing_operation.c.routing_id == bindparam("routing_id"))
    .order_by(routing_operation.c.sequence)
)


def routing_in_force(work: Work, company_id: int, item_id: int, on: date) -> tuple[int | None, list[Row[Any]]]:
    """Id and operations of the routing in force on the day, at work centres of that company; (None, []) if none."""
    for version in reversed(versions(work, routing, item_id=item_id)):
        if version.effective_date <= on:
            key = ("operations", version.id)
            operations = work.masters.get(key)
            if operations is None:
                operations = work.masters[key] = work.rows(_operations, routing_id=version.id)
            if operations[0].company_id == company_id:
                return version.id, operations
    return None, []
