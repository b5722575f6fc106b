"""A routing: the operations that make an item, in sequence, as whole versions by date."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row, bindparam, select

from transactions.kernel.command import Answer, Command, Line, Reference, handles
from transactions.kernel.exact import ZeroOrQuantity, micro
from transactions.kernel.refusal import AlreadyExists
from transactions.kernel.work import Work
from transactions.master.company import company_named
from transactions.master.lookup import item_named, named, version_added, versions
from transactions.master.tables import routing, routing_operation, work_center


class Operation(Line):
    """Work at one work centre: set-up minutes per work order, run minutes per base unit."""

    sequence: Annotated[int, Field(gt=0)]
    work_center: Reference
    setup_minutes: ZeroOrQuantity
    run_minutes: ZeroOrQuantity


class CreateRouting(Command):
    """Record a version of how an item is made, from a date on."""

    item: Reference
    effective_date: date
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
        center = named(work, work_center, operation.work_center, f"{field}.work_center", company.id)
        operation_ids.append(
            work.insert(
                routing_operation, routing_id=routing_id, sequence=operation.sequence, work_center_id=center.id,
                setup_minutes=micro(operation.setup_minutes), run_minutes=micro(operation.run_minutes),
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
