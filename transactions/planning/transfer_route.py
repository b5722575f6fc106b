"""A transfer route: a warehouse that is supplied from another one, with one item or with every item.

What is short at its end is planned as a move from its start, which takes so many worked days. Routes are versions: the
last one for the same warehouses and item holds until it is closed.
"""

from typing import Annotated

from pydantic import Field

from transactions.inventory.transfer import WarehousesAreTheSame
from transactions.kernel.command import Answer, Command, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.work import Work
from transactions.master.company import company_named
from transactions.master.lookup import item_named, warehouse_named
from transactions.master.tables import transfer_route


class SetTransferRoute(Command):
    """Say that a warehouse is supplied from another one from a date on, or is no longer."""

    from_warehouse: Reference
    to_warehouse: Reference
    transit_days: Annotated[int, Field(ge=0, le=3650)] = 0
    effective_date: Day
    item: Reference | None = Field(None, description="left out: every item")
    is_open: bool = Field(True, description="false: the route ends")


@handles(SetTransferRoute, permission="planning.route", stage=1)
def set_transfer_route(work: Work, new: SetTransferRoute) -> Answer:
    """Say that a warehouse is supplied from another one from a date on, or is no longer."""
    company = company_named(work, new.company)
    source = warehouse_named(work, company.id, new.from_warehouse, "from_warehouse")
    target = warehouse_named(work, company.id, new.to_warehouse, "to_warehouse")
    if source.id == target.id:
        raise WarehousesAreTheSame("a route has two warehouses", field="to_warehouse", value=new.to_warehouse)
    route_id = work.insert(
        transfer_route, company_id=company.id, item_id=None if new.item is None else item_named(work, new.item).id,
        from_warehouse_id=source.id, to_warehouse_id=target.id, transit_days=new.transit_days, is_open=new.is_open,
        effective_date=new.effective_date, recorded_at=work.recorded_at,
    )  # fmt: skip
    return {"id": route_id}
